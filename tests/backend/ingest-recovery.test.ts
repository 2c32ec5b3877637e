import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SealedParts } from '../../backend/ingest/spool/inserts.ts';
import { partsFolder } from '../../backend/ingest/spool/files.ts';
import { openSpooler, type Spooler } from '../../backend/ingest/spool/spooler.ts';
import type { FakeClock } from '../support/clock.ts';
import { fakeClock } from '../support/clock.ts';
import { temporaryFolder } from '../support/folder.ts';
import { eventually } from '../support/server.ts';
import {
  chunks,
  dhcpEvents,
  dhcpRequest,
  drain,
  diskUsage,
  ndjson,
  readPart,
  START,
  testSpooler,
} from '../support/ingest.ts';

/** What the disk looks like at this moment: what a killed process leaves behind. */
function crashImage(folder: string): string {
  const image = temporaryFolder();
  cpSync(folder, image, { recursive: true });
  return image;
}

const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row));

test('files of a request that was never acknowledged are removed at the next start', async () => {
  const t = testSpooler();
  await t.spooler.accept(dhcpRequest, chunks(ndjson(dhcpEvents(10))));
  let image = '';
  async function* body() {
    yield await Promise.resolve(ndjson(dhcpEvents(15_000, 10)));
    image = crashImage(t.folder);
  }
  await t.spooler.accept(dhcpRequest, body());
  expect(readdirSync(partsFolder(image)).length).toBeGreaterThan(1);
  const after = testSpooler({ folder: image, clock: t.clock });
  expect(after.spooler.state).toMatchObject({
    usedBytes: diskUsage(partsFolder(image)),
    waitingRows: 10,
    quarantinedRows: 0,
    quarantinedBefore: 0,
    lostRows: 0,
  });
  expect(await drain(after)).toEqual([lines(dhcpEvents(10))]);
});

test('an insert keeps its members and its token over a restart', async () => {
  const t = testSpooler();
  await t.spooler.accept(dhcpRequest, chunks(ndjson(dhcpEvents(10))));
  t.clock.advance(1_000);
  const sealed = await t.spooler.next('dhcp-events', []);
  await t.spooler.accept(dhcpRequest, chunks(ndjson(dhcpEvents(10, 10))));
  const { spooler } = testSpooler({ folder: crashImage(t.folder), clock: t.clock });
  expect(await spooler.next('dhcp-events', [])).toEqual(sealed);
});

test('an Idempotency-Key is known after a restart', async () => {
  const t = testSpooler();
  const request = { ...dhcpRequest, idempotencyKey: 'k' };
  const first = await t.spooler.accept(request, chunks(ndjson(dhcpEvents(10))));
  const { spooler } = testSpooler({ folder: crashImage(t.folder), clock: t.clock });
  expect(await spooler.accept(request, chunks(ndjson(dhcpEvents(10))))).toEqual(first);
});

test('rows whose files somebody removed are named, and hold nothing up', async () => {
  const t = testSpooler();
  for (let n = 0; n < 3; n += 1) await t.spooler.accept(dhcpRequest, chunks(ndjson(dhcpEvents(10, n * 10))));
  t.clock.advance(1_000);
  const sealed = (await t.spooler.next('dhcp-events', [])) as SealedParts;
  const image = crashImage(t.folder);
  rmSync(join(partsFolder(image), sealed.files[1]!));
  const after = testSpooler({ folder: image, clock: t.clock });
  expect(after.spooler.state).toMatchObject({ lostRows: 10, waitingRows: 20 });
  const [first, , last] = sealed.files;
  expect(await after.spooler.next('dhcp-events', [])).toEqual({ id: sealed.id, rows: 20, files: [first, last] });

  for (const file of sealed.files) rmSync(join(partsFolder(t.folder), file));
  const empty = testSpooler({ folder: crashImage(t.folder), clock: t.clock });
  expect(empty.spooler.state).toMatchObject({ lostRows: 30, waitingRows: 0, usedBytes: 0 });
  expect(typeof (await empty.spooler.next('dhcp-events', []))).toBe('number');
});

test('two processes never share a spool, and one file of a stranger is no reason not to start', async () => {
  const t = testSpooler();
  expect(() => openSpooler({ folder: t.folder, maxBytes: 1, clock: t.clock })).toThrow('in use by another process');
  writeFileSync(join(partsFolder(t.folder), 'notes.txt'), 'mine');
  const image = crashImage(t.folder);
  testSpooler({ folder: image });
  expect(readdirSync(partsFolder(image))).toEqual(['notes.txt']);
});

/** ClickHouse as far as a token goes: what comes again under the same one is not written again. */
interface World {
  spooler: Spooler;
  folder: string;
  readonly clock: FakeClock;
  readonly written: Map<string, string[]>;
  readonly acknowledged: string[];
  next: number;
}

type Step = 'accept' | 'refused request' | 'insert' | 'lost answer' | 'refuse' | 'crash' | 'wait';
const bad = ({ mac }: { mac: string }) => mac.endsWith('7');

async function take(world: World): Promise<{ id: string; rows: string[] } | undefined> {
  world.clock.advance(1_000);
  const next = await world.spooler.next('dhcp-events', []);
  if (typeof next === 'number') return undefined;
  return { id: next.id, rows: next.files.flatMap((file) => readPart(world.folder, file)) };
}

async function play(world: World, step: Step): Promise<void> {
  if (step === 'wait') world.clock.advance(500);
  if (step === 'accept') {
    const rows = dhcpEvents(1 + (world.next % 5), world.next);
    world.next += rows.length;
    await world.spooler.accept(dhcpRequest, chunks(ndjson(rows)));
    world.acknowledged.push(...lines(rows));
  }
  if (step === 'refused request') {
    const body = chunks(ndjson(dhcpEvents(3, 1_000_000)), Buffer.from('{}\n'));
    await expect(world.spooler.accept(dhcpRequest, body)).rejects.toThrow('line 4');
  }
  if (step === 'insert' || step === 'lost answer' || step === 'refuse') {
    const insert = await take(world);
    if (!insert) return;
    const isBad = insert.rows.some((line) => bad(JSON.parse(line) as { mac: string }));
    if (isBad) {
      if (step === 'refuse') await world.spooler.reject(insert.id);
      return;
    }
    world.written.set(insert.id, insert.rows);
    if (step === 'insert') void world.spooler.acknowledge(insert.id); // its commit may come too late
  }
  if (step === 'crash') {
    const image = crashImage(world.folder);
    world.spooler.close();
    world.folder = image;
    world.spooler = openSpooler({ folder: image, maxBytes: 1 << 20, clock: world.clock });
  }
}

test('whatever is interrupted, each acknowledged row ends up exactly once: written, or quarantined', async () => {
  const step = fc.constantFrom<Step>(
    'accept',
    'accept',
    'refused request',
    'insert',
    'lost answer',
    'refuse',
    'crash',
    'wait',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      const folder = temporaryFolder();
      const clock = fakeClock(START);
      const spooler = openSpooler({ folder, maxBytes: 1 << 20, clock });
      const world: World = { spooler, folder, clock, written: new Map(), acknowledged: [], next: 0 };
      try {
        for (const one of steps) await play(world, one);
        await eventually('nothing waits any more', async () => {
          await play(world, 'insert');
          await play(world, 'refuse');
          return world.spooler.state.waitingRows === 0;
        });
        const wanted = world.acknowledged.filter((line) => !bad(JSON.parse(line) as { mac: string }));
        expect([...world.written.values()].flat().sort()).toEqual(wanted.sort());
        expect(world.spooler.state.quarantinedRows).toBe(world.acknowledged.length - wanted.length);
        expect(readdirSync(partsFolder(world.folder))).toEqual([]);
      } finally {
        world.spooler.close();
      }
    }),
    { numRuns: 12 },
  );
});
