import { describe, expect, test } from 'vitest';
import type { SealedParts, SealedRange } from '../../backend/ingest/spool/inserts.ts';
import { chunks, dhcpEvents, dhcpRequest, ndjson, readPart, testSpooler } from '../support/ingest.ts';

function started() {
  const t = testSpooler();
  let from = 0;
  return {
    ...t,
    /** A request of so many rows. */
    async accept(count: number) {
      await t.spooler.accept(dhcpRequest, chunks(ndjson(dhcpEvents(count, from))));
      from += count;
    },
    next: (inFlight: readonly string[] = []) => t.spooler.next('dhcp-events', inFlight),
    /** Of the rows' order only: `mac` counts. */
    macsOf: ({ files }: SealedParts, folder = t.folder) =>
      files
        .flatMap((file) => readPart(folder, file))
        .map((line) => parseInt((JSON.parse(line) as { mac: string }).mac.slice(-2), 16)),
  };
}

describe('an insert is made', () => {
  test('of what came first a second after it came, in the very millisecond', async () => {
    const { accept, next, clock } = started();
    await accept(1);
    expect(await next()).toBe(1_000);
    clock.advance(400);
    await accept(1);
    expect(await next()).toBe(600);
    clock.advance(599);
    expect(await next()).toBe(1);
    clock.advance(1);
    expect(await next()).toMatchObject({ rows: 2 });
  });

  test('at once where there are 5,000 rows, and not where there is one less', async () => {
    const { accept, next } = started();
    await accept(4_999);
    expect(await next()).toBe(1_000);
    await accept(1);
    expect(await next()).toMatchObject({ rows: 5_000 });
  });

  test('at once where one more request no longer fits, of those that do', async () => {
    const { accept, next } = started();
    await accept(36_000);
    await accept(4_001);
    const first = (await next()) as SealedParts;
    expect(first).toMatchObject({ rows: 36_000 });
    expect(await next([first.id])).toBe(1_000);
  });

  test('at once where the clock stepped back behind what came', async () => {
    const { accept, next, clock } = started();
    await accept(1);
    clock.step(-1);
    expect(await next()).toMatchObject({ rows: 1 });
  });

  test('of nothing never: it is asked again after a minute', async () => {
    expect(await started().next()).toBe(60_000);
  });
});

test('the members of an insert stand in the order in which they came, before a restart and after it', async () => {
  const t = started();
  for (let n = 0; n < 20; n++) await t.accept(1);
  t.clock.advance(1_000);
  const sealed = (await t.next()) as SealedParts;
  const inOrder = Array.from({ length: 20 }, (_, index) => index);
  expect(t.macsOf(sealed)).toEqual(inOrder);
  t.spooler.close();
  const again = testSpooler({ folder: t.folder, clock: t.clock });
  const found = (await again.spooler.next('dhcp-events', [])) as SealedParts;
  expect(found).toEqual(sealed);
  expect(t.macsOf(found)).toEqual(inOrder);
});

test('inserts are made in the order of their sealing, and halves of one in that of its rows', async () => {
  const t = started();
  const sealed: SealedParts[] = [];
  for (let n = 0; n < 2; n++) {
    await t.accept(4);
    t.clock.advance(1_000);
    sealed.push((await t.next(sealed.map(({ id }) => id))) as SealedParts);
  }
  const [first, second] = sealed;
  expect(await t.next()).toEqual(first);
  expect(await t.next([first!.id])).toEqual(second);
  await t.spooler.reject(second!.id);
  await t.spooler.acknowledge(first!.id);
  const lower = (await t.next()) as SealedParts;
  const upper = (await t.next([lower.id])) as SealedParts;
  expect([t.macsOf(lower), t.macsOf(upper)]).toEqual([
    [4, 5],
    [6, 7],
  ]);
});

describe('ranges of the audit log', () => {
  test('hold 5,000 rows at the most, and go in their order, halves before what follows them', async () => {
    const { spooler } = testSpooler();
    const first = (await spooler.nextRange(1, 12_000)) as SealedRange;
    expect(first).toMatchObject({ from: 1, to: 5_000, rows: 5_000 });
    await spooler.reject(first.id);
    const lower = (await spooler.nextRange(1, 12_000)) as SealedRange;
    expect(lower).toMatchObject({ from: 1, to: 2_500 });
    await spooler.reject(lower.id);
    expect(await spooler.nextRange(1, 12_000)).toMatchObject({ from: 1, to: 1_250 });
  });

  test('begin behind the cursor, or behind what retention removed; at the end it is asked again after two seconds', async () => {
    const { spooler } = testSpooler();
    const range = (await spooler.nextRange(1, 3)) as SealedRange;
    await spooler.acknowledge(range.id);
    expect(await spooler.auditCursor()).toBe(3);
    expect(await spooler.nextRange(1, 3)).toBe(2_000);
    const single = (await spooler.nextRange(1, 4)) as SealedRange;
    expect(single).toMatchObject({ from: 4, to: 4, rows: 1 });
    await spooler.acknowledge(single.id);
    expect(await spooler.nextRange(8, 9)).toMatchObject({ from: 8, to: 9 });
  });
});
