import { existsSync, readdirSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import type { IngestRequest } from '../../backend/ingest/spool/accept.ts';
import type { SealedParts } from '../../backend/ingest/spool/inserts.ts';
import { onDisk, partsFolder } from '../../backend/ingest/spool/files.ts';
import { Refusal } from '../../backend/http/refusal.ts';
import {
  chunks,
  START,
  dhcpEvents,
  dhcpRequest,
  drain,
  boundFor,
  diskUsage,
  ndjson,
  testSpooler,
  type TestSpooler,
} from '../support/ingest.ts';
import { temporaryFolder } from '../support/folder.ts';

const gzipped: IngestRequest = { ...dhcpRequest, encoding: 'gzip' };
const keyed: IngestRequest = { ...dhcpRequest, idempotencyKey: 'once' };
const DAY_MS = 24 * 3600 * 1000;
const refusal = (code: string) => expect.objectContaining({ name: 'Refusal', code });
const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row));
const filesOf = ({ folder }: TestSpooler) => readdirSync(partsFolder(folder));
const slices = (bytes: Buffer, size: number) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size));

function brokenGzip(body: Buffer): Buffer {
  const bytes = gzipSync(body);
  return bytes.fill(0, bytes.length - 8);
}

function expectEmpty(t: TestSpooler): void {
  expect(t.spooler.state).toMatchObject({ usedBytes: 0, waitingRows: 0 });
  expect(filesOf(t)).toEqual([]);
}

test('what is accepted is on disk, is counted, and comes out once, in its order', async () => {
  const t = testSpooler();
  const rows = dhcpEvents(25_000);
  const answer = await t.spooler.accept(dhcpRequest, chunks(...slices(ndjson(rows), 70_001)));
  expect(answer).toEqual({ accepted: 25_000, batchId: expect.stringMatching(/^bat_/) });
  expect(t.spooler.state).toMatchObject({ waitingRows: 25_000, usedBytes: diskUsage(partsFolder(t.folder)) });
  const inserts = await drain(t);
  expect(inserts.map((insert) => insert.length)).toEqual([25_000]);
  expect(inserts.flat()).toEqual(lines(rows));
  expectEmpty(t);
});

test('empty lines are passed over, but not without end', async () => {
  const t = testSpooler();
  const over = t.spooler.accept(dhcpRequest, chunks(Buffer.alloc(100_001, '\n')));
  await expect(over).rejects.toEqual(refusal('ingest_too_large'));
  expect(await t.spooler.accept(dhcpRequest, chunks(Buffer.alloc(100_000, '\n')))).toMatchObject({ accepted: 0 });
});

test('a request without rows is accepted and leaves nothing', async () => {
  const t = testSpooler();
  expect(await t.spooler.accept(dhcpRequest, chunks(Buffer.from('\n\n')))).toMatchObject({ accepted: 0 });
  expectEmpty(t);
});

test('small requests wait for company for a second, and share an insert of at most 40,000 rows', async () => {
  const t = testSpooler();
  for (let n = 0; n < 11; n += 1) await t.spooler.accept(dhcpRequest, chunks(ndjson(dhcpEvents(4_000, n * 4_000))));
  expect(await t.spooler.next('dhcp-events', [])).toMatchObject({ rows: 40_000 });
  const [first] = (await drain(t)) as [string[]];
  expect(first).toHaveLength(40_000);

  await t.spooler.accept(dhcpRequest, chunks(ndjson(dhcpEvents(1))));
  expect(await t.spooler.next('dhcp-events', [])).toBe(1_000);
  t.clock.advance(999);
  expect(await t.spooler.next('dhcp-events', [])).toBe(1);
  t.clock.advance(1);
  expect(await t.spooler.next('dhcp-events', [])).toMatchObject({ rows: 1 });
});

test('rows that are large make smaller inserts', async () => {
  const t = testSpooler();
  const labels = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`${n}`.repeat(256), 'x'.repeat(256)]));
  const rows = Array.from({ length: 2_000 }, (_, value) => ({ ts: t.clock.now(), name: 'n', value, labels }));
  await t.spooler.accept({ ...dhcpRequest, stream: 'counter-stats' }, chunks(...slices(ndjson(rows), 1 << 20)));
  const next = await t.spooler.next('counter-stats', []);
  expect(next).toMatchObject({ rows: expect.any(Number) });
  const sizes = (next as SealedParts).files.map((file) => statSync(join(partsFolder(t.folder), file)).size);
  expect(Math.max(...sizes)).toBeLessThan(9 * 1024 * 1024);
  expect(sizes).toHaveLength(1);
});

describe('all or nothing', () => {
  const body = ndjson(dhcpEvents(24_000));
  const cases: [string, IngestRequest, (Buffer | Error)[], string][] = [
    ['a wrong last row', dhcpRequest, [body, Buffer.from('{"ts":1}\n')], 'invalid_rows'],
    ['a collector that leaves', dhcpRequest, [body, new Refusal('invalid_request')], 'invalid_request'],
    ['gzip that is cut off', gzipped, [gzipSync(body).subarray(0, -20)], 'invalid_rows'],
    ['gzip with a wrong checksum', gzipped, [brokenGzip(body)], 'invalid_rows'],
    ['what is no gzip', gzipped, [body], 'invalid_rows'],
    [
      'a collector that leaves within gzip',
      gzipped,
      [gzipSync(body), new Refusal('invalid_request')],
      'invalid_request',
    ],
    ['too many rows', dhcpRequest, [body, body, ndjson(dhcpEvents(2_001))], 'ingest_too_large'],
  ];
  test.each(cases)('%s leaves nothing', async (_name, request, parts, code) => {
    const t = testSpooler();
    await expect(t.spooler.accept(request, chunks(...parts))).rejects.toEqual(refusal(code));
    expectEmpty(t);
  });
});

describe('limits hold while reading', () => {
  /** Hands out a body and counts how much of it was asked for. */
  function counted(bytes: Buffer) {
    const parts = slices(bytes, 4096);
    let taken = 0;
    async function* body() {
      for (const part of parts) {
        taken += 1;
        yield await Promise.resolve(part);
      }
    }
    return { body: body(), share: () => taken / parts.length };
  }

  const sets: IngestRequest = { ...dhcpRequest, stream: 'set-stats' };
  const line = `${JSON.stringify({ ts: START, set: 's', size: 1 }).padEnd(16 * 1024 - 1)}\n`;
  /** So many MiB of rows, 64 of them in each. */
  const padded = (mebibytes: number) => Buffer.alloc(mebibytes << 20, line);

  test('a gzip bomb is refused at 64 MiB, and the rest of it is not read', async () => {
    const t = testSpooler();
    const quarter = gzipSync(padded(16));
    const warnings = vi.spyOn(process, 'emitWarning');
    const bomb = counted(Buffer.concat(Array.from({ length: 40 }, () => quarter)));
    const before = process.memoryUsage().arrayBuffers;
    await expect(t.spooler.accept({ ...sets, encoding: 'gzip' }, bomb.body)).rejects.toEqual(
      refusal('ingest_too_large'),
    );
    expect(bomb.share()).toBeLessThan(0.3);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
    expectEmpty(t);
    expect(warnings).not.toHaveBeenCalled();
  });

  test('a body of more than 64 MiB is refused, one of that size is not', async () => {
    const t = testSpooler();
    expect(await t.spooler.accept(sets, chunks(padded(64)))).toMatchObject({ accepted: 4_096 });
    const over = t.spooler.accept(sets, chunks(padded(64), Buffer.from('\n')));
    await expect(over).rejects.toEqual(refusal('ingest_too_large'));
  });

  test('gzip of more than 16 MiB is refused, however little it says', async () => {
    const t = testSpooler();
    const body = counted(gzipSync(padded(17), { level: 0 }));
    await expect(t.spooler.accept({ ...sets, encoding: 'gzip' }, body.body)).rejects.toEqual(
      refusal('ingest_too_large'),
    );
  });
});

describe('the same request twice', () => {
  const body = ndjson(dhcpEvents(100));

  test('is stored once and answered the same, compressed or not', async () => {
    const t = testSpooler();
    const first = await t.spooler.accept(keyed, chunks(body));
    expect(await t.spooler.accept(keyed, chunks(...slices(body, 100)))).toEqual(first);
    expect(await t.spooler.accept({ ...keyed, encoding: 'gzip' }, chunks(gzipSync(body)))).toEqual(first);
    expect(t.spooler.state.waitingRows).toBe(100);
    expect(filesOf(t)).toHaveLength(1);
  });

  test('at the same moment too', async () => {
    const t = testSpooler();
    const answers = await Promise.all([1, 2, 3].map(() => t.spooler.accept(keyed, chunks(body))));
    expect(new Set(answers.map(({ batchId }) => batchId)).size).toBe(1);
    expect((await drain(t)).flat()).toHaveLength(100);
  });

  test('with other rows is a conflict', async () => {
    const t = testSpooler();
    await t.spooler.accept(keyed, chunks(body));
    const other = t.spooler.accept(keyed, chunks(ndjson(dhcpEvents(100, 1))));
    await expect(other).rejects.toEqual(refusal('idempotency_key_reused'));
    expect(t.spooler.state.waitingRows).toBe(100);
  });

  test('means the same collector and stream', async () => {
    const t = testSpooler();
    await t.spooler.accept(keyed, chunks(body));
    await t.spooler.accept({ ...keyed, credentialId: 'crd_2' }, chunks(body));
    const sets = ndjson([{ ts: t.clock.now(), set: 's', size: 1 }]);
    await t.spooler.accept({ ...keyed, stream: 'set-stats' }, chunks(sets));
    expect(t.spooler.state.waitingRows).toBe(201);
  });

  test('is another one after 24 hours', async () => {
    const t = testSpooler();
    const late = ndjson(dhcpEvents(1, 0, t.clock.now()));
    const first = await t.spooler.accept(keyed, chunks(late));
    t.clock.advance(DAY_MS - 1);
    expect(await t.spooler.accept(keyed, chunks(late))).toEqual(first);
    t.clock.advance(1);
    expect((await t.spooler.accept(keyed, chunks(late))).batchId).not.toBe(first.batchId);
    expect(t.spooler.state.waitingRows).toBe(2);
  });

  test('without a key is another one', async () => {
    const t = testSpooler();
    for (let n = 0; n < 2; n += 1) await t.spooler.accept(dhcpRequest, chunks(body));
    expect(t.spooler.state.waitingRows).toBe(200);
  });
});

describe('a spool that is full', () => {
  const body = ndjson(dhcpEvents(5_000));
  const blocks = onDisk(body.length);

  test('refuses, keeps what it has, and takes rows again once there is room', async () => {
    const t = testSpooler({ maxBytes: boundFor(body.length * 2.5) });
    await t.spooler.accept(dhcpRequest, chunks(body));
    await t.spooler.accept(dhcpRequest, chunks(body));
    await expect(t.spooler.accept(dhcpRequest, chunks(body))).rejects.toEqual(refusal('spool_full'));
    expect(t.spooler.state).toMatchObject({ usedBytes: blocks * 2, waitingRows: 10_000 });
    expect((await drain(t)).flat()).toHaveLength(10_000);
    await t.spooler.accept(dhcpRequest, chunks(body));
    expect(t.spooler.state.waitingRows).toBe(5_000);
  });

  test.each([
    ['to the byte', 0, true],
    ['and not a byte more', -1, false],
  ])('holds as much as it is allowed, %s', async (_name, more, taken) => {
    const t = testSpooler({ maxBytes: boundFor(blocks * 2) + more });
    await t.spooler.accept(dhcpRequest, chunks(body));
    const second = t.spooler.accept(dhcpRequest, chunks(body));
    if (taken) await second;
    else await expect(second).rejects.toEqual(refusal('spool_full'));
    expect(t.spooler.state.waitingRows).toBe(taken ? 10_000 : 5_000);
  });

  test('counts what is being written, so that requests side by side stay within the limit', async () => {
    const t = testSpooler({ maxBytes: boundFor(body.length * 2.5) });
    const attempts = [1, 2, 3, 4, 5].map(() => t.spooler.accept(dhcpRequest, chunks(...slices(body, 10_000))));
    const outcomes = await Promise.allSettled(attempts);
    const taken = outcomes.filter(({ status }) => status === 'fulfilled').length;
    expect(taken).toBeLessThanOrEqual(2);
    expect(t.spooler.state).toMatchObject({ usedBytes: taken * blocks, waitingRows: taken * 5_000 });
  });

  test.each(['ENOSPC', 'EDQUOT'])('is not the same as a disk that says %s', async (code) => {
    const t = testSpooler();
    const handle = await open(join(temporaryFolder(), 'file'), 'w');
    const prototype = Object.getPrototypeOf(handle) as typeof handle;
    await handle.close();
    for (const call of ['writeFile', 'datasync'] as const) {
      const failing = vi.spyOn(prototype, call).mockRejectedValueOnce(Object.assign(new Error(code), { code }));
      await expect(t.spooler.accept(dhcpRequest, chunks(body))).rejects.toEqual(refusal('storage_full'));
      failing.mockRestore();
      expectEmpty(t);
    }
    expect(await t.spooler.accept(dhcpRequest, chunks(body))).toMatchObject({ accepted: 5_000 });
  });
});

test('the spool is readable for its owner alone', async () => {
  const t = testSpooler();
  await t.spooler.accept(dhcpRequest, chunks(ndjson(dhcpEvents(1))));
  const [part = ''] = filesOf(t);
  for (const path of ['journal.db', 'journal.db-wal', 'parts', 'quarantine', join('parts', part)]) {
    const full = join(t.folder, path);
    if (existsSync(full)) expect([path, statSync(full).mode & 0o077]).toEqual([path, 0]);
  }
});
