/** The embedded server's HTTP side, over an engine that is made up. */
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { createCredential } from '../../backend/clickhouse/embedded/launch.ts';
import type { Engine, InsertRequest, QueryRequest } from '../../backend/clickhouse/embedded/engine.ts';
import { SessionPoolFull } from '../../backend/clickhouse/embedded/session-pool.ts';
import { createClickHouseServer } from '../../backend/clickhouse/embedded/server.ts';

interface Reply {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly bytes: Buffer;
  readonly code: string | undefined;
}

async function serving(engine: Partial<Engine> = {}) {
  const queries: QueryRequest[] = [];
  const inserts: InsertRequest[] = [];
  const credential = createCredential();
  const server = createClickHouseServer({
    credential,
    limits: { requestBytes: 1_000, totalBytes: 1_500 },
    engine: {
      tableFunctions: () => new Set(['file']),
      query(request) {
        queries.push(request);
        return Promise.resolve({ bytes: Buffer.from('1\n'), rowsRead: 1, bytesRead: 2 });
      },
      insert(request) {
        inserts.push(request);
        return Promise.resolve({ rows: 1 });
      },
      close: () => undefined,
      ...engine,
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const basic = `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}`;

  function open(path: string, method: string, headers: OutgoingHttpHeaders) {
    const request = httpRequest({ port, host: '127.0.0.1', path, method, headers });
    const reply = new Promise<Reply>((resolve, reject) => {
      request.on('error', reject);
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('error', reject);
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const code = response.headers['x-clickhouse-exception-code']?.toString();
          resolve({ status: response.statusCode, headers: response.headers, bytes: Buffer.concat(chunks), code });
        });
      });
    });
    reply.catch(() => undefined); // who hangs up does not wait for it
    return { request, reply };
  }

  async function send(path: string, body: string | Buffer = '', headers: OutgoingHttpHeaders = {}, method = 'POST') {
    const { request, reply } = open(path, method, { authorization: basic, ...headers });
    request.end(body);
    return await reply;
  }
  return { credential, basic, queries, inserts, open, send };
}

const insertInto = (more = '') => `/?query=${encodeURIComponent('INSERT INTO t FORMAT JSONEachRow')}${more}`;

test('nobody is answered without the credential, whatever is asked', async () => {
  const { credential, open, queries } = await serving();
  const encode = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
  const wrong: OutgoingHttpHeaders[] = [
    {},
    encode(`${credential.username}:`),
    encode(`${credential.username}:${credential.password}x`),
    encode(`other:${credential.password}`),
    encode(`default:`),
    { authorization: `Bearer ${credential.password}` },
    { authorization: credential.password },
    { 'x-clickhouse-user': credential.username },
    { 'x-clickhouse-user': credential.username, 'x-clickhouse-key': 'x' },
  ];
  for (const headers of wrong) {
    for (const [method, path] of [
      ['GET', '/ping'],
      ['GET', '/?query=SELECT+1'],
      ['POST', '/'],
      ['PUT', '/nowhere'],
    ] as const) {
      const { request, reply } = open(path, method, headers);
      request.end();
      expect(await reply).toMatchObject({ status: 401, code: '516' });
    }
  }
  expect(queries).toEqual([]);
});

test('an unknown caller is refused before its body is there', async () => {
  const { open } = await serving();
  const { request, reply } = open('/', 'POST', { 'content-length': 500 });
  request.flushHeaders();
  expect(await reply).toMatchObject({ status: 401, code: '516' });
  request.destroy();
});

test('the credential is taken from the ClickHouse headers too', async () => {
  const { credential, open } = await serving();
  const headers = { 'x-clickhouse-user': credential.username, 'x-clickhouse-key': credential.password };
  const { request, reply } = open('/ping', 'GET', headers);
  request.end();
  expect(await reply).toMatchObject({ status: 200, bytes: Buffer.from('Ok.\n') });
});

test('a query reaches the engine with its database, settings and parameters as they were sent', async () => {
  const { send, queries } = await serving();
  const search = new URLSearchParams({
    database: 'vitals',
    query_id: 'abc',
    max_threads: '1',
    wait_end_of_query: '1',
    param_text: 'a\\tb\\N',
  });
  expect(await send(`/?${search.toString()}`, 'SELECT {text:String}')).toMatchObject({
    status: 200,
    bytes: Buffer.from('1\n'),
  });
  expect(queries).toMatchObject([
    {
      sql: 'SELECT {text:String}',
      database: 'vitals',
      assignments: { max_threads: '1', param_text: 'a\\tb\\N' },
    },
  ]);
});

test.each([
  ['format_schema=/etc/passwd:X', 452],
  ['session_id=x', 452],
  ['role=x', 452],
  ['async_insert=1', 452],
  ['max_execution_time=0', 452],
  ['max_execution_time=100000', 452],
  ['insert_deduplication_token=%27', 452],
  ['__proto__=1', 452],
  ['database=a%60b', 36],
  ['param_a%60b=1', 36],
])('?%s is refused, not passed over', async (search, code) => {
  const { send, queries } = await serving();
  expect(await send(`/?${search}`, 'SELECT 1')).toMatchObject({ status: 400, code: String(code) });
  expect(queries).toEqual([]);
});

test('a body beside a query is refused where it would be passed over', async () => {
  const { send, queries } = await serving();
  expect(await send('/?query=SELECT+1', 'FORMAT CSV')).toMatchObject({ status: 400, code: '36' });
  expect(queries).toEqual([]);
});

test('GET only selects', async () => {
  const { send } = await serving();
  expect(await send('/?query=SELECT+1', '', {}, 'GET')).toMatchObject({ status: 200 });
  expect(await send('/?query=DROP+TABLE+t', '', {}, 'GET')).toMatchObject({ status: 403, code: '497' });
});

test('an insert arrives whole, plain or as gzip', async () => {
  const { send, inserts } = await serving();
  const rows = '{"a":1}\n{"a":2}\n';
  const path = insertInto('&insert_deduplication_token=spool-1.2');
  expect(await send(path, rows)).toMatchObject({ status: 200 });
  expect(await send(path, gzipSync(rows), { 'content-encoding': 'gzip' })).toMatchObject({ status: 200 });
  expect(inserts.map(({ table, rows: sent, settings }) => ({ table, rows: sent.toString(), settings }))).toEqual(
    Array(2).fill({ table: 't', rows, settings: { insert_deduplication_token: 'spool-1.2' } }),
  );
});

test.each([
  ['declared', { 'content-length': 1_001 }, Buffer.alloc(1_001)],
  ['found while reading', { 'transfer-encoding': 'chunked' }, Buffer.alloc(5_000)],
  ['found while inflating', { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(1_000_000))],
])('a body beyond the limit is answered 413: %s', async (_how, headers, body) => {
  const { send, inserts } = await serving();
  expect(await send(insertInto(), body, headers)).toMatchObject({ status: 413, code: '396' });
  expect(inserts).toEqual([]);
});

test('more bodies at a time than memory is set aside for are answered 503', async () => {
  const { open, basic, send } = await serving();
  const { request } = open(insertInto(), 'POST', { authorization: basic, 'content-length': 1_000 });
  request.on('error', () => undefined);
  request.write(Buffer.alloc(900));
  await expect.poll(async () => (await send(insertInto(), Buffer.alloc(700))).status).toBe(503);
  request.destroy();
  await expect.poll(async () => (await send(insertInto(), Buffer.alloc(700))).status).toBe(200);
  // and what was taken is given back each time
  for (let count = 0; count < 5; count += 1) expect((await send(insertInto(), Buffer.alloc(700))).status).toBe(200);
});

test.each([
  ['cut off', gzipSync('{"a":1}\n{"a":2}\n').subarray(0, 15)],
  ['not gzip', Buffer.from('{"a":1}\n')],
])('a gzip body that is %s is refused', async (_how, body) => {
  const { send, inserts } = await serving();
  expect(await send(insertInto(), body, { 'content-encoding': 'gzip' })).toMatchObject({ status: 400, code: '354' });
  expect(inserts).toEqual([]);
});

test('a body that its sender broke off inserts nothing', async () => {
  const { open, basic, send, inserts } = await serving();
  const { request } = open(insertInto(), 'POST', { authorization: basic, 'transfer-encoding': 'chunked' });
  request.on('error', () => undefined);
  await new Promise((resolve) => request.write('{"a":1}\n', resolve));
  request.destroy();
  await send(insertInto(), '{"a":2}\n');
  expect(inserts.map(({ rows }) => rows.toString())).toEqual(['{"a":2}\n']);
});

test('other encodings and multipart bodies are refused', async () => {
  const { send } = await serving();
  expect(await send('/', 'x', { 'content-encoding': 'br' })).toMatchObject({ status: 400, code: '36' });
  expect(await send('/', 'x', { 'content-type': 'multipart/form-data; boundary=x' })).toMatchObject({ status: 400 });
});

test('the answer is gzip where the caller asks and accepts it', async () => {
  const { send } = await serving();
  const packed = await send('/?enable_http_compression=1', 'SELECT 1', { 'accept-encoding': 'gzip' });
  expect(packed.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(packed.bytes).toString()).toBe('1\n');
  expect((await send('/', 'SELECT 1', { 'accept-encoding': 'gzip' })).bytes.toString()).toBe('1\n');
});

test.each([
  [new Error('Query failed: Code: 60. DB::Exception: no such table. (UNKNOWN_TABLE)'), 404, '60'],
  [new Error('Code: 27. DB::Exception: Cannot parse. (CANNOT_PARSE_INPUT_ASSERTION_FAILED)'), 400, '27'],
  [new Error('Code: 241. DB::Exception: too much. (MEMORY_LIMIT_EXCEEDED)'), 500, '241'],
  [new SessionPoolFull('Too many queries are waiting.'), 503, '202'],
  [new Error('something else'), 500, '1002'],
])('what the engine throws becomes status and code: %s', async (error, status, code) => {
  const { send } = await serving({ query: () => Promise.reject(error) });
  expect(await send('/', 'SELECT 1')).toMatchObject({ status, code });
});

test('a caller that leaves aborts its query', async () => {
  let begin: (request: QueryRequest) => void = () => undefined;
  const begun = new Promise<QueryRequest>((resolve) => (begin = resolve));
  const { open, basic } = await serving({
    query(request) {
      begin(request);
      return new Promise((_resolve, reject) => {
        request.signal.addEventListener('abort', () => reject(request.signal.reason as Error));
      });
    },
  });
  const { request } = open('/', 'POST', { authorization: basic });
  request.on('error', () => undefined);
  request.end('SELECT 1');
  const { signal } = await begun;
  expect(signal.aborted).toBe(false);
  request.destroy();
  await expect.poll(() => signal.aborted).toBe(true);
});
