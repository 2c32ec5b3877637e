/** The client against servers that misbehave; against a real engine see journeys/clickhouse-embedded. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createClickHouse, type ClickHouseOptions } from '../../backend/clickhouse/client.ts';
import { classifyError, errorLabel } from '../../backend/clickhouse/errors.ts';

async function listening(answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function connected(url: string, more: Partial<ClickHouseOptions> = {}) {
  const client = createClickHouse({ url, database: 'vitals', ...more });
  onTestFinished(() => client.close());
  return client;
}

const insert = (client: ReturnType<typeof connected>) => client.insert('t', [{ a: 1 }], { token: 'x' });
const failure = (work: Promise<unknown>) =>
  work.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );

test('every insert is synchronous, deduplicated and carries its token', async () => {
  let asked = new URLSearchParams();
  const url = await listening((request, response) => {
    asked = new URL(request.url ?? '', 'http://x').searchParams;
    request.resume().on('end', () => response.end());
  });
  const client = connected(url, { username: 'u', password: 'p' });
  for (const rows of [[{ a: 1 }], Buffer.from('{"a":1}\n')]) {
    await client.insert('t', rows, { token: 'batch-7' });
    expect(Object.fromEntries(asked)).toMatchObject({
      query: 'INSERT INTO t FORMAT JSONEachRow',
      database: 'vitals',
      insert_deduplication_token: 'batch-7',
      insert_deduplicate: '1',
      async_insert: '0',
    });
  }
});

test('nothing is sent for no rows', async () => {
  const answer = vi.fn<RequestListener>((_request, response) => void response.end());
  await connected(await listening(answer)).insert('t', [], { token: 'x' });
  expect(answer).not.toHaveBeenCalled();
});

test('a server that refuses connections is a transient failure, and the console stays silent', async () => {
  const spies = (['error', 'warn', 'info', 'debug', 'log'] as const).map((name) => vi.spyOn(console, name));
  const client = connected('http://127.0.0.1:1');
  for (const work of [insert(client), client.probe(), client.select('SELECT 1')]) {
    const error = await failure(work);
    expect([classifyError(error), errorLabel(error)]).toEqual(['transient', 'ECONNREFUSED']);
  }
  for (const spy of spies) expect(spy).not.toHaveBeenCalled();
});

test('a server that does not answer is a transient failure after the time limit', async () => {
  const client = connected(await listening(() => undefined), { requestTimeoutMs: 50 });
  const error = await failure(insert(client));
  expect([classifyError(error), errorLabel(error)]).toEqual(['transient', 'timeout']);
});

test('the probe has a time limit of its own', async () => {
  const client = connected(await listening(() => undefined), { requestTimeoutMs: 60_000, probeTimeoutMs: 50 });
  expect(errorLabel(await failure(client.probe()))).toBe('timeout');
});

test('the probe asks for a SELECT with the credential, not for the open /ping', async () => {
  const url = await listening((request, response) => {
    const known = request.headers.authorization === `Basic ${Buffer.from('u:p').toString('base64')}`;
    if (request.url?.startsWith('/ping')) return void response.end('Ok.\n');
    response.statusCode = known ? 200 : 403;
    response.end(known ? 'ping\n' : 'Code: 516. DB::Exception: u: Authentication failed. (AUTHENTICATION_FAILED)');
  });
  await connected(url, { username: 'u', password: 'p' }).probe();
  const error = await failure(connected(url, { username: 'u', password: 'wrong' }).probe());
  expect(errorLabel(error)).toBe('ClickHouse 516 AUTHENTICATION_FAILED');
});

test.each([
  [500, 'Code: 241. DB::Exception: Memory limit exceeded. (MEMORY_LIMIT_EXCEEDED)', 'transient'],
  [503, 'Code: 202. DB::Exception: Too many simultaneous queries. (TOO_MANY_SIMULTANEOUS_QUERIES)', 'transient'],
  [502, '<html>Bad Gateway</html>', 'transient'],
  [400, 'Code: 27. DB::Exception: Cannot parse input. (CANNOT_PARSE_INPUT_ASSERTION_FAILED)', 'permanent'],
])('status %i with %j is %s', async (status, text, kind) => {
  const url = await listening((request, response) => {
    response.statusCode = status;
    request.resume().on('end', () => response.end(text));
  });
  expect(classifyError(await failure(insert(connected(url))))).toBe(kind);
});

test('while the embedded server is away every operation fails at once, transiently', async () => {
  const away = { endpoint: () => undefined, pid: () => undefined, stop: () => Promise.resolve() };
  const client = createClickHouse({ embedded: away, database: 'vitals' });
  for (const work of [insert(client), client.probe(), client.command('DROP TABLE t')]) {
    const error = await failure(work);
    expect([classifyError(error), errorLabel(error)]).toEqual(['transient', 'CLICKHOUSE_UNAVAILABLE']);
  }
});
