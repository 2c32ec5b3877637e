/** What is on disk before anybody is told that it is. The calls are looked at, because no test can cut the power. */
import { mkdirSync } from 'node:fs';
import type * as Promises from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type * as OwnFile from '../../backend/database/own-file.ts';
import { openOwnFile } from '../../backend/database/own-file.ts';
import type { SealedParts } from '../../backend/ingest/spool/inserts.ts';
import { folderSync, limitConcurrency } from '../../backend/lib/fsync.ts';
import { temporaryFolder } from '../support/folder.ts';
import { chunks, dhcpEvents, dhcpRequest, ndjson, readPart, testSpooler } from '../support/ingest.ts';

const disk = vi.hoisted(() => ({
  /** What came to its end, in this order. */
  done: [] as string[],
  /** Waited for before anything is brought onto the disk. */
  before: async (): Promise<void> => undefined,
  /** A COMMIT fails, as it does where the disk is full. */
  isFull: false,
}));

vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof Promises>();
  return {
    ...fs,
    async open(path: string, ...more: [string, number?]) {
      const handle = await fs.open(path, ...more);
      const name = basename(path).replace(/^[0-9a-f-]{36}/, 'part');
      for (const method of ['writeFile', 'sync', 'datasync'] as const) {
        const call = handle[method].bind(handle) as (...args: unknown[]) => Promise<void>;
        Object.assign(handle, {
          async [method](...args: unknown[]) {
            if (method !== 'writeFile') await disk.before();
            await call(...args);
            disk.done.push(`${method} ${name}`);
          },
        });
      }
      return handle;
    },
  };
});

vi.mock('../../backend/database/own-file.ts', async (original) => {
  const { openOwnFile, ...rest } = await original<typeof OwnFile>();
  return {
    ...rest,
    openOwnFile(...args: Parameters<typeof openOwnFile>) {
      const own = openOwnFile(...args);
      let depth = 0;
      return {
        ...own,
        transaction: <Result>(work: () => Result): Result => {
          depth += 1;
          try {
            const result = own.transaction(() => {
              const worked = work();
              if (disk.isFull && depth === 1) throw new Error('the disk of this test is full');
              return worked;
            });
            if (depth === 1) disk.done.push('COMMIT');
            return result;
          } finally {
            depth -= 1;
          }
        },
      };
    },
  };
});

beforeEach(() => {
  Object.assign(disk, { done: [], isFull: false, before: () => Promise.resolve() });
});

const reported = (work: Promise<unknown>, what: string) => work.then(() => void disk.done.push(what));
const rows = (count: number) => chunks(ndjson(dhcpEvents(count)));

/** An insert of so many rows, sealed. */
async function sealed(count: number) {
  const t = testSpooler();
  await t.spooler.accept(dhcpRequest, rows(count));
  t.clock.advance(1_000);
  const insert = (await t.spooler.next('dhcp-events', [])) as SealedParts;
  disk.done.length = 0;
  return { ...t, insert };
}

test('rows are accepted once they, the name of their file and the journal are on disk, in this order', async () => {
  const { spooler } = testSpooler();
  disk.done.length = 0;
  await reported(spooler.accept(dhcpRequest, rows(10)), 'answered');
  const [written, ...then] = disk.done;
  expect(written).toBe('writeFile part.ndjson.partial');
  expect(then.slice(0, 2).sort()).toEqual(['datasync part.ndjson.partial', 'sync parts']);
  expect(then.slice(2)).toEqual(['COMMIT', 'answered']);
});

test('an insert is given out once it is sealed on disk', async () => {
  const { spooler, clock } = testSpooler();
  await spooler.accept(dhcpRequest, rows(10));
  clock.advance(1_000);
  disk.done.length = 0;
  await reported(spooler.next('dhcp-events', []), 'given out');
  expect(disk.done).toEqual(['COMMIT', 'given out']);
});

describe('where the COMMIT fails', () => {
  test('nobody in it was told otherwise, and nothing of it is kept', async () => {
    const { spooler } = testSpooler();
    disk.isFull = true;
    const asked = await Promise.allSettled([1, 2].map(() => spooler.accept(dhcpRequest, rows(10))));
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(spooler.state).toMatchObject({ waitingRows: 0, usedBytes: 0 });
    disk.isFull = false;
    await spooler.accept(dhcpRequest, rows(10));
    expect(spooler.state).toMatchObject({ waitingRows: 10 });
  });

  test('an insert that is in ClickHouse is given out again, under the same token', async () => {
    const { spooler, insert } = await sealed(10);
    disk.isFull = true;
    await expect(spooler.acknowledge(insert.id)).rejects.toThrow('full');
    expect(await spooler.next('dhcp-events', [])).toEqual(insert);
    expect(spooler.state.waitingRows).toBe(10);
  });
});

test('what fails in a commit that several share fails alone', async () => {
  const { spooler } = testSpooler();
  const request = { ...dhcpRequest, idempotencyKey: 'k' };
  await spooler.accept(request, rows(1));
  const both = [spooler.accept(request, rows(2)), spooler.accept(dhcpRequest, rows(3))];
  const [reused, other] = await Promise.allSettled(both);
  expect(reused).toMatchObject({ status: 'rejected', reason: { code: 'idempotency_key_reused' } });
  expect(other?.status).toBe('fulfilled');
  expect(spooler.state.waitingRows).toBe(4);
});

test('that an insert is in ClickHouse is committed with what others commit, or alone after a tenth of a second', async () => {
  const { spooler, insert } = await sealed(10);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const alone = reported(spooler.acknowledge(insert.id), 'acknowledged');
    await vi.advanceTimersByTimeAsync(99);
    expect(disk.done).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await alone;
    expect(disk.done).toEqual(['COMMIT', 'acknowledged']);

    const next = await sealed(10);
    const along = next.spooler.acknowledge(next.insert.id);
    await Promise.all([next.spooler.auditCursor(), along]);
    await vi.advanceTimersByTimeAsync(100);
    expect(disk.done).toEqual(['COMMIT']);
  } finally {
    vi.useRealTimers();
  }
});

describe('a row that is rejected permanently', () => {
  test('is in quarantine, on disk, before the spool forgets it', async () => {
    const { spooler, insert } = await sealed(1);
    await reported(spooler.reject(insert.id), 'rejected');
    expect(disk.done).toEqual(['writeFile dhcp-events.ndjson', 'sync dhcp-events.ndjson', 'COMMIT', 'rejected']);
  });

  test('stays in the spool where the quarantine cannot take it, and goes there later', async () => {
    const { spooler, folder, insert } = await sealed(1);
    const file = join(folder, 'quarantine', 'dhcp-events.ndjson');
    mkdirSync(file);
    await expect(spooler.reject(insert.id)).rejects.toThrow('EISDIR');
    expect(await spooler.next('dhcp-events', [])).toEqual(insert);
    expect(readPart(folder, insert.files[0]!)).toHaveLength(1);
    expect(spooler.state).toMatchObject({ waitingRows: 1, quarantinedRows: 0 });
  });

  test('among others: both halves are on disk before they take the insert’s place', async () => {
    const { spooler, insert } = await sealed(2);
    await reported(spooler.reject(insert.id), 'rejected');
    const at = disk.done.indexOf('COMMIT');
    expect(disk.done.slice(0, at).filter((one) => one === 'datasync part.ndjson.partial')).toHaveLength(2);
    expect(disk.done.slice(0, at).filter((one) => one === 'sync parts')).toHaveLength(2);
    expect(disk.done.slice(at)).toEqual(['COMMIT', 'rejected']);
  });
});

describe('a folder’s names', () => {
  test('are brought onto the disk once more for whoever asks while that goes on, and once for all of these', async () => {
    const sync = folderSync(temporaryFolder());
    let release: () => void = () => undefined;
    disk.before = () => new Promise((resolve) => (release = resolve));
    const first = reported(sync(), 'first');
    const idle = release;
    await vi.waitFor(() => expect(release).not.toBe(idle));
    const goOn = release;
    const others = [reported(sync(), 'second'), reported(sync(), 'third')];
    disk.before = () => Promise.resolve();
    goOn();
    await Promise.all([first, ...others]);
    expect(disk.done.filter((one) => one.startsWith('sync'))).toHaveLength(2);
    expect(disk.done.slice(-2)).toEqual(['second', 'third']);
  });

  test('are tried again by the next who asks, after a failure', async () => {
    const sync = folderSync(temporaryFolder());
    disk.before = () => Promise.reject(new Error('no'));
    await expect(sync()).rejects.toThrow('no');
    disk.before = () => Promise.resolve();
    await sync();
    expect(disk.done).toHaveLength(1);
  });
});

test('a file that one thread has to itself waits for the disk at each COMMIT', () => {
  const file = openOwnFile(join(temporaryFolder(), 'own.db'), ['CREATE TABLE one (two)']);
  const pragma = (name: string) => Object.values(file.prepare<Record<string, unknown>>(`PRAGMA ${name}`).get() ?? {});
  expect(['synchronous', 'journal_mode', 'locking_mode', 'foreign_keys', 'user_version'].flatMap(pragma)).toEqual([
    2, // FULL
    'wal',
    'exclusive',
    1,
    1,
  ]);
  file.close();
});

test('two at a time, in their order: the third waits for a place', async () => {
  const limit = limitConcurrency(2);
  const ends: (() => void)[] = [];
  const begun: number[] = [];
  const all = [1, 2, 3, 4].map((n) =>
    limit(() => {
      begun.push(n);
      return new Promise<void>((resolve) => ends.push(resolve));
    }),
  );
  await new Promise(setImmediate);
  expect(begun).toEqual([1, 2]);
  ends[0]?.();
  await all[0];
  await new Promise(setImmediate);
  expect(begun).toEqual([1, 2, 3]);
  for (let n = 1; n < 4; n++) {
    ends[n]?.();
    await all[n];
    await new Promise(setImmediate);
  }
  expect(begun).toEqual([1, 2, 3, 4]);
});
