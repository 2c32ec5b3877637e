import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as Threads from 'node:worker_threads';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openSpooler } from '../../backend/ingest/spool/spooler.ts';
import { partsFolder } from '../../backend/ingest/spool/files.ts';
import { openSpoolOnDemand } from '../../backend/ingest/worker/spool-on-demand.ts';
import type { SpoolWorker } from '../../backend/ingest/worker/spool-worker.ts';
import { systemClock } from '../../backend/lib/clock.ts';
import { silentLogger } from '../../backend/lib/logger.ts';
import { temporaryFolder } from '../support/folder.ts';
import { chunks, dhcpEvents, dhcpRequest, ndjson, testSpooler, type TestSpooler } from '../support/ingest.ts';
import { eventually } from '../support/server.ts';

const threads = vi.hoisted(() => ({ started: 0 }));

vi.mock('node:worker_threads', async (original) => {
  const real = await original<typeof Threads>();
  return {
    ...real,
    Worker: class extends real.Worker {
      constructor(...args: ConstructorParameters<typeof real.Worker>) {
        super(...args);
        threads.started += 1;
      }
    },
  };
});

beforeEach(() => {
  threads.started = 0;
});

async function open(folder = temporaryFolder()): Promise<SpoolWorker> {
  const spool = await openSpoolOnDemand({ folder, maxBytes: 64 << 20, logger: silentLogger, backoffMs: () => 1 });
  onTestFinished(() => spool.close());
  return spool;
}

const rows = (count: number) => chunks(ndjson(dhcpEvents(count, 0, Date.now())));

/** A spool that a process has left behind. */
async function left(leave: (t: TestSpooler) => Promise<unknown>): Promise<string> {
  const t = testSpooler();
  await leave(t);
  t.spooler.close();
  return t.folder;
}

const accepted = (t: TestSpooler, count: number) => t.spooler.accept(dhcpRequest, chunks(ndjson(dhcpEvents(count))));

async function quarantined(t: TestSpooler): Promise<void> {
  await accepted(t, 1);
  t.clock.advance(1_000);
  const insert = await t.spooler.next('dhcp-events', []);
  if (typeof insert !== 'number') await t.spooler.reject(insert.id);
}

async function auditShipped(t: TestSpooler): Promise<void> {
  const range = await t.spooler.nextRange(1, 7);
  if (typeof range !== 'number') await t.spooler.acknowledge(range.id);
  await t.spooler.auditCursor(); // commits it
}

describe('without rows there is no worker', () => {
  test('however often it is asked what to insert, and how much of the audit log is shipped', async () => {
    const spool = await open(await left(auditShipped));
    expect(await spool.next('dhcp-events', [])).toBe(60_000);
    expect(await spool.nextRange(1, 7)).toBe(2_000);
    expect(await spool.auditCursor()).toBe(7);
    expect(spool.state).toEqual({
      usedBytes: 0,
      reservedBytes: expect.any(Number) as number,
      waitingRows: 0,
      quarantinedRows: 0,
      quarantinedBefore: 0,
      lostRows: 0,
    });
    await spool.close();
    expect(threads.started).toBe(0);
  });

  test('and what lies in quarantine is known', async () => {
    const folder = await left(quarantined);
    const spool = await open(folder);
    const known = { usedBytes: 4096, waitingRows: 0, quarantinedRows: 1, quarantinedBefore: 1, lostRows: 0 };
    expect([spool.state, threads.started]).toEqual([expect.objectContaining(known), 0]);
    await spool.accept(dhcpRequest, rows(10));
    expect(spool.state).toMatchObject({ quarantinedRows: 1, waitingRows: 10 });
  });

  test('nor room for another process, or for a folder that cannot be used', async () => {
    const folder = temporaryFolder();
    await open(folder);
    await expect(open(folder)).rejects.toThrow(/^ingest\.spool_dir: .* is in use by another process\.$/);
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    await expect(open(join(file, 'spool'))).rejects.toThrow(/^ingest\.spool_dir: .*ENOTDIR/);
    const noFolder = temporaryFolder();
    writeFileSync(partsFolder(noFolder), '');
    await expect(open(noFolder)).rejects.toThrow(/^ingest\.spool_dir: .*EEXIST/);
    expect(threads.started).toBe(0);
  });
});

describe('the worker is started', () => {
  test('by the first requests, once for all of them, which wait for it', async () => {
    const spool = await open();
    const answers = await Promise.all([1, 2, 3].map((count) => spool.accept(dhcpRequest, rows(count))));
    expect(answers.map((answer) => answer.accepted)).toEqual([1, 2, 3]);
    expect([spool.state.waitingRows, threads.started]).toEqual([6, 1]);
    await eventually('an insert is made', async () => typeof (await spool.next('dhcp-events', [])) !== 'number');
    expect(threads.started).toBe(1);
  });

  test('by a row of the audit log that is not shipped', async () => {
    const spool = await open(await left(auditShipped));
    expect(await spool.nextRange(1, 8)).toMatchObject({ from: 8, to: 8 });
    expect([await spool.auditCursor(), threads.started]).toEqual([7, 1]);
  });

  test.each<[string, (t: TestSpooler) => Promise<unknown>, object]>([
    ['rows wait', (t) => accepted(t, 10), { waitingRows: 10 }],
    ['a range of the audit log is under way', (t) => t.spooler.nextRange(1, 7), { waitingRows: 0 }],
    [
      'the files of waiting rows are gone',
      async (t) => {
        await accepted(t, 10);
        rmSync(partsFolder(t.folder), { recursive: true });
      },
      { waitingRows: 0, lostRows: 10 },
    ],
    [
      'a file was never acknowledged',
      (t) => Promise.resolve(writeFileSync(join(partsFolder(t.folder), 'part.ndjson.partial'), '{}\n')),
      { usedBytes: 0, quarantinedRows: 0 },
    ],
    [
      'a file may have been acknowledged by a journal that is lost',
      (t) => {
        t.spooler.close();
        for (const file of ['journal.db', 'journal.db-wal']) rmSync(join(t.folder, file), { force: true });
        return Promise.resolve(writeFileSync(join(partsFolder(t.folder), 'part.ndjson.partial'), '{}\n'));
      },
      { usedBytes: 4096, quarantinedRows: 1, quarantinedBefore: 0 },
    ],
    [
      'a file is unknown',
      (t) => Promise.resolve(writeFileSync(join(partsFolder(t.folder), 'part.ndjson'), '{}\n')),
      { usedBytes: 4096, quarantinedRows: 1, quarantinedBefore: 0 },
    ],
  ])('at once where %s from before', async (_what, leave, state) => {
    const spool = await open(await left(leave));
    expect(threads.started).toBe(1);
    expect(spool.state).toMatchObject(state);
  });

  test('again by the next request where it could not be started, which is unavailable meanwhile', async () => {
    const folder = temporaryFolder();
    const spool = await open(folder);
    const file = join(folder, 'quarantine');
    rmSync(file, { recursive: true });
    writeFileSync(file, '');
    await expect(spool.accept(dhcpRequest, rows(1))).rejects.toMatchObject({ code: 'unavailable' });
    rmSync(file);
    expect(await spool.accept(dhcpRequest, rows(1))).toMatchObject({ accepted: 1 });
  });
});

test('what is closed while its worker starts leaves the folder to others', async () => {
  const folder = temporaryFolder();
  const spool = await open(folder);
  const accepting = spool.accept(dhcpRequest, rows(1)).catch(() => undefined);
  await spool.close();
  await accepting;
  openSpooler({ folder, maxBytes: 1, clock: systemClock }).close();
});
