import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Accept } from '../../backend/ingest/spool/accept.ts';
import { onDisk } from '../../backend/ingest/spool/files.ts';
import type { IngestPipeline } from '../../backend/ingest/pipeline.ts';
import { Refusal } from '../../backend/http/refusal.ts';
import { bearer, testApp } from '../support/app.ts';
import { boundFor, dhcpEvents, ndjson, testSpooler } from '../support/ingest.ts';
import { eventually } from '../support/server.ts';

const url = '/api/ingest/dhcp-events';
const rows = ndjson(dhcpEvents(100));
const type = { 'content-type': 'application/x-ndjson' };

async function started(options: { accept?: Accept; maxBytes?: number } = {}) {
  const { spooler, clock } = testSpooler(options.maxBytes === undefined ? {} : { maxBytes: options.maxBytes });
  const ingest: IngestPipeline = {
    accept: options.accept ?? spooler.accept,
    get spool() {
      return { usedBytes: spooler.state.usedBytes, maxBytes: 1, waitingRows: spooler.state.waitingRows };
    },
    quarantinedRows: 0,
    auditShippedUpTo: () => Promise.resolve(0),
    stopInserting: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  const t = await testApp({ clock, ingest });
  const collector = bearer(await t.jwt('collector'));
  const post = (body: Buffer, headers: Record<string, string> = type, path = url) =>
    t.app.inject({ method: 'POST', url: path, body, headers: { ...collector, ...headers } });
  return { ...t, spooler, collector, post };
}

test('rows are accepted with 202, plain and compressed, on every stream', async () => {
  const t = await started();
  const answer = await t.post(rows);
  expect([answer.statusCode, answer.json()]).toEqual([202, { accepted: 100, batchId: expect.any(String) }]);
  const packed = await t.post(gzipSync(rows), { ...type, 'content-encoding': 'gzip' });
  expect(packed.statusCode).toBe(202);
  const at = t.clock.now();
  const counters = ndjson([{ ts: at, name: 'packets', value: 1, labels: { port: '1' } }]);
  expect((await t.post(counters, type, '/api/ingest/counter-stats')).statusCode).toBe(202);
  expect((await t.post(ndjson([{ ts: at, set: 's', size: 1 }]), type, '/api/ingest/set-stats')).statusCode).toBe(202);
  expect(t.spooler.state.waitingRows).toBe(202);
});

test('the same key with the same rows gets the same answer, with other rows 409', async () => {
  const t = await started();
  const keyed = { ...type, 'idempotency-key': 'k-1' };
  const first = await t.post(rows, keyed);
  expect((await t.post(rows, keyed)).body).toBe(first.body);
  const other = await t.post(ndjson(dhcpEvents(1)), keyed);
  expect([other.statusCode, other.json()]).toEqual([409, expect.objectContaining({ code: 'idempotency_key_reused' })]);
});

test('a wrong row is named by line and field, and never repeated', async () => {
  const t = await started();
  const answer = await t.post(Buffer.concat([rows, ndjson([{ ts: t.clock.now(), mac: 'de:ad:be:ef' }])]));
  expect(answer.statusCode).toBe(400);
  expect(answer.json()).toMatchObject({ code: 'invalid_rows', errors: [{ field: expect.stringMatching(/^101\./) }] });
  expect(answer.body + t.logged()).not.toContain('de:ad:be:ef');
  expect(t.spooler.state.waitingRows).toBe(0);
});

describe('refused before a row is read', () => {
  test.each([
    ['another media type', { 'content-type': 'application/json' }, 415, 'unsupported_media_type'],
    ['another encoding', { ...type, 'content-encoding': 'br' }, 415, 'unsupported_media_type'],
    ['an empty key', { ...type, 'idempotency-key': '' }, 400, 'invalid_request'],
    ['a key with a space', { ...type, 'idempotency-key': 'a b' }, 400, 'invalid_request'],
    ['a key that is too long', { ...type, 'idempotency-key': 'k'.repeat(201) }, 400, 'invalid_request'],
  ])('%s', async (_name, headers, status, code) => {
    const t = await started();
    const answer = await t.post(rows, headers);
    expect([answer.statusCode, answer.json()]).toEqual([status, expect.objectContaining({ code })]);
    expect(t.spooler.state.usedBytes).toBe(0);
  });

  test.each(['admin', 'viewer', 'reporter'] as const)('%s', async (role) => {
    const t = await started();
    const answer = await t.post(rows, { ...type, ...bearer(await t.jwt(role)) });
    expect(answer.statusCode).toBe(403);
  });
});

test('a full spool is 503 with a time to come back, and health tells how full it is', async () => {
  const t = await started({ maxBytes: boundFor(20_480) });
  expect((await t.post(rows)).statusCode).toBe(202);
  const answer = await t.post(rows);
  expect([answer.statusCode, answer.headers['retry-after'], answer.json()]).toEqual([
    503,
    '30',
    expect.objectContaining({ code: 'spool_full' }),
  ]);
  const health = await t.app.inject({ url: '/api/health', headers: bearer(await t.jwt('viewer')) });
  expect(health.json()).toMatchObject({ spool: { usedBytes: onDisk(rows.length), maxBytes: 1, waitingRows: 100 } });
});

test('without ClickHouse there is no ingest, and health says null', async () => {
  const t = await testApp();
  const collector = bearer(await t.jwt('collector'));
  const answer = await t.app.inject({ method: 'POST', url, body: rows, headers: { ...collector, ...type } });
  expect(answer.statusCode).toBe(404);
  const health = await t.app.inject({ url: '/api/health', headers: bearer(await t.jwt('viewer')) });
  expect(health.json()).toMatchObject({ status: 'ok', spool: null });
});

test('only so many requests are read at a time, half of them of one credential; the others are to come back', async () => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  let running = 0;
  const t = await started({
    accept: async () => {
      running += 1;
      await held;
      return { accepted: 0, batchId: 'bat_1' };
    },
  });
  const other = bearer(await t.jwt('collector'));
  const waiting = Array.from({ length: 32 }, () => t.post(rows));
  await eventually('all of them are being read', () => running === 32);
  const over = await t.post(rows);
  expect([over.statusCode, over.headers['retry-after']]).toEqual([503, '5']);
  expect(over.json()).toMatchObject({ detail: 'Too many requests of this credential at once.' });
  waiting.push(...Array.from({ length: 32 }, () => t.post(rows, { ...type, ...other })));
  await eventually('those of another credential, too', () => running === 64);
  const third = bearer(await t.jwt('collector'));
  expect((await t.post(rows, { ...type, ...third })).statusCode).toBe(503);
  release();
  expect(new Set((await Promise.all(waiting)).map(({ statusCode }) => statusCode))).toEqual(new Set([202]));
  expect((await t.post(rows)).statusCode).toBe(202);
});

test('a sender that is refused in the middle gets to read why, and its connection ends', async () => {
  const t = await started({
    accept: async (_request, body) => {
      await body[Symbol.asyncIterator]().next();
      throw new Refusal('ingest_too_large');
    },
  });
  await t.app.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect((t.app.server.address() as AddressInfo).port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let heard = '';
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
  const { authorization } = t.collector;
  socket.write(
    `POST ${url} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n` +
      `Content-Type: application/x-ndjson\r\nContent-Length: 1000000\r\n\r\n${rows.toString()}`,
  );
  await eventually('the answer is there', () => heard.includes('"code":"ingest_too_large"'));
  expect(heard).toContain('HTTP/1.1 413');
  await once(socket, 'close');
});
