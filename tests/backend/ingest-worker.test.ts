import { EventEmitter } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { ClickHouseService } from '../../backend/clickhouse/service.ts';
import type { ClickHouseState } from '../../backend/clickhouse/state.ts';
import { startIngest } from '../../backend/ingest/pipeline.ts';
import { startSpoolWorker, type SpoolWorker } from '../../backend/ingest/worker/spool-worker.ts';
import { CHUNK_BYTES, createRpcClient, toTransferableChunks } from '../../backend/ingest/worker/rpc-client.ts';
import type { ToWorker } from '../../backend/ingest/worker/rpc-server.ts';
import { silentLogger } from '../../backend/lib/logger.ts';
import { testApp } from '../support/app.ts';
import { temporaryFolder } from '../support/folder.ts';
import { chunks, dhcpEvent, dhcpEvents, dhcpRequest, ndjson, readPart } from '../support/ingest.ts';
import { eventually } from '../support/server.ts';

/** The real worker thread, from build/. */
async function startWorker(folder = temporaryFolder(), maxBytes = 64 << 20): Promise<SpoolWorker> {
  const worker = await startSpoolWorker({ folder, maxBytes, logger: silentLogger, backoffMs: () => 1 });
  onTestFinished(() => worker.close());
  return worker;
}

const events = (count: number, from = 0) => dhcpEvents(count, from, Date.now());
const refusal = (code: string, more = {}) => expect.objectContaining({ name: 'Refusal', code, ...more });

test('rows go to the worker and come out of the spool as they were', async () => {
  const folder = temporaryFolder();
  const worker = await startWorker(folder);
  const rows = events(20_000);
  expect(await worker.accept(dhcpRequest, chunks(ndjson(rows)))).toMatchObject({ accepted: 20_000 });
  expect(worker.state.waitingRows, 'whoever knows that they are stored sees them wait').toBe(20_000);
  const next = await worker.next('dhcp-events', []);
  if (typeof next === 'number') throw new Error('there is no insert');
  const found = next.files.flatMap((file) => readPart(folder, file));
  await worker.acknowledge(next.id);
  expect(found).toEqual(rows.map((row) => JSON.stringify(row)));
  await eventually('nothing is left', () => worker.state.waitingRows === 0 && worker.state.usedBytes === 0);
});

test('a refusal crosses with its code, its sentence and its fields', async () => {
  const worker = await startWorker();
  const body = gzipSync(ndjson([dhcpEvent(1, Date.now()), { ...dhcpEvent(2, Date.now()), vlan: 'no' }]));
  await expect(worker.accept({ ...dhcpRequest, encoding: 'gzip' }, chunks(body))).rejects.toEqual(
    refusal('invalid_rows', {
      detail: 'line 2, vlan: must be integer. Nothing of this request was stored.',
      errors: [{ field: '2.vlan', message: 'must be integer.' }],
    }),
  );
});

test('a refusal is answered at once, though the collector has more to send', async () => {
  const worker = await startWorker();
  let resume: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (resume = resolve));
  let isAllRead = false;
  async function* body() {
    yield Buffer.concat([Buffer.from('{}\n'), Buffer.alloc(300_000, '\n')]);
    await held;
    yield Buffer.from('more\n');
    isAllRead = true;
  }
  await expect(worker.accept(dhcpRequest, body())).rejects.toEqual(refusal('invalid_rows'));
  resume();
  await eventually('the rest is read and thrown away', () => isAllRead);
});

test('a sender is never more than two chunks ahead of the worker', async () => {
  const port = Object.assign(new EventEmitter(), { postMessage: (message: ToWorker) => void sent.push(message) });
  const sent: ToWorker[] = [];
  const client = createRpcClient();
  client.attach(port as unknown as Worker);
  const chunksSent = () => sent.filter(({ type }) => type === 'chunk').length;
  let asked = 0;
  async function* body() {
    for (; asked < 20; asked += 1) yield await Promise.resolve(Buffer.alloc(CHUNK_BYTES));
  }
  const accepting = client.accept(dhcpRequest, body());
  for (let taken = 0; taken < 5; taken += 1) {
    await eventually('it is two ahead', () => chunksSent() === taken + 2 && asked === taken + 2);
    await setImmediate();
    expect([chunksSent(), asked]).toEqual([taken + 2, taken + 2]);
    port.emit('message', { type: 'taken', id: 1 });
  }
  client.detach();
  await expect(accepting).rejects.toEqual(refusal('unavailable'));
});

test('a collector that leaves in the middle leaves nothing', async () => {
  const worker = await startWorker();
  const body = chunks(ndjson(events(12_000)), new Error('socket hang up'));
  await expect(worker.accept(dhcpRequest, body)).rejects.toEqual(refusal('invalid_request'));
  await eventually('nothing is kept', () => worker.state.usedBytes === 0);
});

test('a worker that dies is started again with all that was acknowledged; meanwhile ingest is unavailable', async () => {
  const folder = temporaryFolder();
  const worker = await startWorker(folder);
  await worker.accept(dhcpRequest, chunks(ndjson(events(10_000))));
  const posted = vi.spyOn(Worker.prototype, 'postMessage');
  const sealed = await worker.next('dhcp-events', []);
  const thread = posted.mock.contexts.at(-1) as Worker;
  posted.mockRestore();
  async function* interrupted() {
    yield ndjson(events(5_000, 10_000));
    thread.emit('error', new Error('a fault in it'));
    await thread.terminate();
  }
  await expect(worker.accept(dhcpRequest, interrupted())).rejects.toEqual(refusal('unavailable'));
  await expect(worker.accept(dhcpRequest, chunks(ndjson(events(1))))).rejects.toEqual(refusal('unavailable'));
  await expect(worker.acknowledge('ins_1')).rejects.toThrow('not running');
  expect(await eventually('it runs again', () => worker.next('dhcp-events', []))).toEqual(sealed);
  expect(worker.state.waitingRows).toBe(10_000);
  expect(await worker.accept(dhcpRequest, chunks(ndjson(events(5_000, 10_000))))).toMatchObject({ accepted: 5_000 });
});

describe('what was quarantined since the start is still known', () => {
  const unknownPart = (folder: string, file: string, rows: number) =>
    writeFileSync(join(folder, 'parts', file), '{}\n'.repeat(rows));
  const loseJournal = (folder: string) => {
    for (const file of ['journal.db', 'journal.db-wal']) rmSync(join(folder, file), { force: true });
  };

  test.each<[string, (folder: string) => void, number]>([
    ['as it was', () => undefined, 2],
    ['with more to quarantine', (folder) => unknownPart(folder, 'two.ndjson', 3), 5],
    ['without its journal', loseJournal, 3],
    ['without its journal, with more', (folder) => (loseJournal(folder), unknownPart(folder, 'two.ndjson', 3)), 6],
  ])('once a worker that died finds the spool %s', async (_what, change, count) => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'parts'));
    unknownPart(folder, 'one.ndjson', 2);
    const worker = await startWorker(folder);
    const posted = vi.spyOn(Worker.prototype, 'postMessage');
    await worker.accept(dhcpRequest, chunks(ndjson(events(1))));
    const thread = posted.mock.contexts.at(-1) as Worker;
    posted.mockRestore();
    change(folder);
    await thread.terminate();
    await eventually('it runs again', () => worker.next('dhcp-events', []));
    expect(worker.state.quarantinedRows - worker.state.quarantinedBefore).toBe(count);
  });

  test('where the journal is lost before the first row comes: it is never less than nothing', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'parts'));
    unknownPart(folder, 'one.ndjson', 2);
    await (await startSpoolWorker({ folder, maxBytes: 64 << 20, logger: silentLogger })).close();
    const { services, clock } = await testApp();
    const ingest = await startIngest({
      folder,
      maxBytes: 64 << 20,
      database: services.database,
      clickhouse: { migrated: new Promise<void>(() => undefined) } as ClickHouseService,
      clock,
      logger: silentLogger,
      state: {} as ClickHouseState,
    });
    onTestFinished(() => ingest.close());
    expect(ingest.quarantinedRows).toBe(0);
    loseJournal(folder);
    await ingest.accept(dhcpRequest, chunks(ndjson(events(1))));
    expect(ingest.quarantinedRows).toBe(0);
  });
});

test('a folder that cannot be used is a mistake of the configuration, said in one sentence', async () => {
  const folder = temporaryFolder();
  await startWorker(folder);
  await expect(startWorker(folder)).rejects.toThrow(/^ingest\.spool_dir: .* is in use by another process\.$/);
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  await expect(startWorker(join(file, 'spool'))).rejects.toThrow(/^ingest\.spool_dir: .*ENOTDIR/);
  const broken = temporaryFolder();
  mkdirSync(join(broken, 'journal.db'));
  await expect(startWorker(broken)).rejects.toThrow(/^ingest\.spool_dir: .*EISDIR/);
});

test('what is damaged is named in the log, with its rows and where it lies now', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'parts'));
  writeFileSync(join(folder, 'parts', 'one.ndjson'), '{}\n{}\n');
  writeFileSync(join(folder, 'journal.db'), 'this is no database'.repeat(100));
  const logged: unknown[] = [];
  const logger = { ...silentLogger, error: (about: unknown, text?: string) => void logged.push([about, text]) };
  const worker = await startSpoolWorker({ folder, maxBytes: 64 << 20, logger: logger as typeof silentLogger });
  onTestFinished(() => worker.close());
  const text = 'a file of the spool is not what it should be';
  const quarantine = join(folder, 'quarantine');
  expect(logged).toEqual([
    [{ file: 'journal.db', why: 'damaged', rows: 1, to: join(quarantine, 'journal.db') }, text],
    [{ file: 'one.ndjson', why: 'unknown to the journal', rows: 2, to: join(quarantine, 'one.ndjson') }, text],
  ]);
  expect(worker.state).toMatchObject({ quarantinedRows: 3, quarantinedBefore: 0 });
});

test('transferable chunks are the same bytes in memory of their own', async () => {
  const shared = Buffer.from('abcdefgh');
  const parts = [shared.subarray(0, 3), shared.subarray(3, 4), shared.subarray(4)];
  const transferable: ArrayBuffer[] = [];
  for await (const chunk of toTransferableChunks(chunks(...parts), 4)) transferable.push(chunk);
  expect(transferable.map((chunk) => Buffer.from(chunk).toString())).toEqual(['abcd', 'efgh']);
  structuredClone(transferable, { transfer: transferable });
  expect(shared.toString()).toBe('abcdefgh');
});
