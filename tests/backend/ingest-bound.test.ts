/** What the spool's folder takes, by the disk's own count, while ClickHouse is away. */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { partsFolder } from '../../backend/ingest/spool/files.ts';
import { quarantineFolder } from '../../backend/ingest/spool/quarantine.ts';
import { boundFor, chunks, dhcpEvents, dhcpRequest, diskUsage, drain, ndjson, testSpooler } from '../support/ingest.ts';

const MINUTE = 60_000;
const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row));

/** Sends requests of these sizes, several at a time, and says what was acknowledged and what was refused with. */
async function outage(sizes: readonly number[], maxBytes: number) {
  const t = testSpooler({ maxBytes });
  const acknowledged: string[] = [];
  const codes: unknown[] = [];
  let sent = 0;
  let most = 0;
  async function send(count: number): Promise<void> {
    const rows = dhcpEvents(count, sent, t.clock.now());
    sent += count;
    const request = { ...dhcpRequest, idempotencyKey: `k${sent}` };
    try {
      await t.spooler.accept(request, chunks(ndjson(rows)));
      acknowledged.push(...lines(rows));
      codes.push('accepted');
    } catch (error) {
      codes.push((error as { code?: unknown }).code);
    }
    most = Math.max(most, diskUsage(t.folder));
  }
  for (let minute = 0; minute < 120; minute += 1) {
    await Promise.all(sizes.map(send));
    t.clock.advance(MINUTE);
  }
  return { ...t, acknowledged, codes, most };
}

test.each([
  ['of one row each', Array.from({ length: 10 }, () => 1), 2 << 20],
  ['of a few rows', [3, 30, 300], 2 << 20],
  ['larger than what is left', [5_000, 1, 700], 4 << 20],
])(
  'two hours of requests %s: the bound answers 503, is never exceeded, and no older row is lost',
  async (_what, sizes, bound) => {
    const { acknowledged, codes, most, ...t } = await outage(sizes, bound);
    expect(new Set(codes)).toEqual(new Set(['accepted', 'spool_full']));
    expect(most).toBeLessThanOrEqual(bound);
    expect(most).toBeGreaterThan(bound / 2);
    expect(t.spooler.state.usedBytes).toBe(diskUsage(partsFolder(t.folder)));
    expect(t.spooler.state.waitingRows).toBe(acknowledged.length);
    expect((await drain(t)).flat().sort()).toEqual(acknowledged.sort());
    expect(await t.spooler.accept(dhcpRequest, chunks(ndjson(dhcpEvents(1, 0, t.clock.now()))))).toMatchObject({
      accepted: 1,
    });
  },
  60_000,
);

test('of requests that come at the same time only as many are taken as there is room for', async () => {
  const room = 3;
  const t = testSpooler({ maxBytes: boundFor(room * 4096) });
  const requests = dhcpEvents(20).map((row) => t.spooler.accept(dhcpRequest, chunks(ndjson([row]))));
  const codes = (await Promise.allSettled(requests)).map((answer) =>
    answer.status === 'fulfilled' ? 'accepted' : (answer.reason as { code?: unknown }).code,
  );
  expect(codes.filter((code) => code === 'accepted')).toHaveLength(room);
  expect(codes.filter((code) => code === 'spool_full')).toHaveLength(20 - room);
  expect(t.spooler.state.usedBytes).toBe(room * 4096);
  expect(diskUsage(partsFolder(t.folder))).toBe(room * 4096);
});

test('a file that cannot be made leaves the room as it was', async () => {
  const t = testSpooler({ maxBytes: boundFor(4096) });
  renameSync(partsFolder(t.folder), join(t.folder, 'elsewhere'));
  await expect(t.spooler.accept(dhcpRequest, chunks(ndjson(dhcpEvents(1))))).rejects.toMatchObject({
    code: 'unavailable',
  });
  renameSync(join(t.folder, 'elsewhere'), partsFolder(t.folder));
  expect(t.spooler.state.usedBytes).toBe(0);
  expect(await t.spooler.accept(dhcpRequest, chunks(ndjson(dhcpEvents(1))))).toMatchObject({ accepted: 1 });
});

test('a full spool whose rows are all rejected stays within its bound while they are halved', async () => {
  const bound = 2 << 20;
  const { acknowledged, ...t } = await outage([40], bound);
  let most = 0;
  for (;;) {
    t.clock.advance(MINUTE);
    const next = await t.spooler.next('dhcp-events', []);
    if (typeof next === 'number') break;
    if (next.rows > 40) {
      await t.spooler.reject(next.id);
      most = Math.max(most, diskUsage(t.folder));
    } else await t.spooler.acknowledge(next.id);
  }
  expect(most).toBeLessThanOrEqual(bound);
  expect(t.spooler.state).toMatchObject({ waitingRows: 0, usedBytes: 0, quarantinedRows: 0 });
  expect(acknowledged.length).toBeGreaterThan(40);
  expect(
    readdirSync(quarantineFolder(t.folder)).map((file) => readFileSync(join(quarantineFolder(t.folder), file))),
  ).toEqual([]);
});

test('a full spool looks again at what lies in quarantine, but not for every request that it refuses', async () => {
  const t = testSpooler({ maxBytes: boundFor(3 * 4096) });
  for (let n = 0; n < 2; n += 1) writeFileSync(join(quarantineFolder(t.folder), `${n}.ndjson`), 'x');
  const one = () => t.spooler.accept(dhcpRequest, chunks(ndjson(dhcpEvents(1))));
  const full = { code: 'spool_full' };
  for (let n = 0; n < 3; n += 1) await one();
  await expect(one()).rejects.toMatchObject(full);
  expect(t.spooler.state.usedBytes).toBe(5 * 4096);
  rmSync(join(quarantineFolder(t.folder), '0.ndjson'));
  await expect(one()).rejects.toMatchObject(full);
  expect(t.spooler.state.usedBytes, 'it has just looked').toBe(5 * 4096);
  t.clock.advance(1_000);
  await expect(one()).rejects.toMatchObject(full);
  expect(t.spooler.state.usedBytes).toBe(4 * 4096);
});
