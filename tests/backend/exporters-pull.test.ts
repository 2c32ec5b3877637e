import { once } from 'node:events';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test, vi } from 'vitest';
import { MAX_PULLED_BYTES, pull, type PullOptions, type Pulled } from '../../backend/exporters/pull.ts';
import type { CatalogueSource } from '../../contract/catalogue-model.ts';
import { temporaryFolder } from '../support/folder.ts';
import { shows, startLocalExporter, text } from '../support/local-exporter.ts';
import { freePort } from '../support/server.ts';

const body = '# TYPE a gauge\na 1\n';
const openMetrics = { 'content-type': 'application/openmetrics-text; version=1.0.0; charset=utf-8' };

interface Asked extends Partial<Omit<PullOptions, 'source' | 'signal'>> {
  readonly abort?: AbortController;
}

function ask(source: CatalogueSource | string, { abort = new AbortController(), ...more }: Asked = {}) {
  return pull({
    source: typeof source === 'string' ? { scrape: source } : source,
    sourceHosts: [],
    version: '1.2.3',
    deadlineMs: 9_000,
    signal: abort.signal,
    ...more,
  });
}

/** What is asked and nobody answers in time: the deadline passes once the request has arrived. */
async function askUntilTooLate(url: string, arrived: Promise<unknown>): Promise<Pulled> {
  const abort = new AbortController();
  const pulled = ask(url, { abort });
  await arrived;
  abort.abort();
  return pulled;
}

const failure = (sentence: string | RegExp) => ({
  ok: false,
  failure: typeof sentence === 'string' ? sentence : expect.stringMatching(sentence),
});
const whole = (dialect: 'text' | 'openmetrics', sent = body) => ({ ok: true, dialect, body: Buffer.from(sent) });

/** A server that says these bytes to whoever connects, and then does what it is told to with the connection. */
async function startRaw(bytes: string | Buffer, then: (socket: Socket) => void = () => undefined): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(bytes);
      then(socket);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
}

test('it is asked as a scraper asks, with the time that it has, and without a credential', async () => {
  const exporter = await startLocalExporter(shows(body));
  expect(await ask(`${exporter.url}?collect[]=loadavg`)).toEqual(whole('text'));
  const [request] = exporter.requests;
  expect({ method: request?.method, url: request?.url }).toEqual({ method: 'GET', url: '/metrics?collect[]=loadavg' });
  expect(request?.headers).toEqual({
    accept: 'application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5',
    'accept-encoding': 'identity',
    'user-agent': 'Vitals/1.2.3',
    'x-prometheus-scrape-timeout-seconds': '9',
    host: new URL(exporter.url).host,
    connection: 'close',
  });
});

test.each([
  [text, 'text'],
  [{ 'content-type': 'text/plain' }, 'text'],
  [{}, 'text'],
  [{ 'content-type': 'Text/Plain;version=1.0.0;escaping=underscores' }, 'text'],
  [openMetrics, 'openmetrics'],
] as const)('%j is a form that it may have', async (headers, dialect) => {
  const exporter = await startLocalExporter(shows(body, headers));
  expect(await ask(exporter.url)).toEqual(whole(dialect));
});

test('proxies of the environment are not used', async () => {
  const exporter = await startLocalExporter(shows(body));
  for (const name of ['http_proxy', 'HTTP_PROXY', 'ALL_PROXY']) vi.stubEnv(name, 'http://127.0.0.1:1');
  vi.stubEnv('NODE_USE_ENV_PROXY', '1');
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(await ask(exporter.url)).toEqual(whole('text'));
});

test('a Unix socket is asked for its path', async () => {
  const { socket, requests } = await startLocalExporter(shows(body), 'socket');
  expect(await ask({ socket, path: '//probe?a=b c' })).toEqual(whole('text'));
  expect(requests[0]?.url).toBe('//probe?a=b%20c');
});

test('a socket that is absent, and what is none', async () => {
  const folder = temporaryFolder();
  const absent = join(folder, 'absent.sock');
  expect(await ask({ socket: absent, path: '/metrics' })).toEqual(
    failure(`There is no socket ${absent}. Is the exporter running?`),
  );
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(await ask({ socket: file, path: '/metrics' })).toEqual(failure(/^Nothing listens at .*file\.|is no socket/));
});

test('a port where nobody listens', async () => {
  const port = await freePort();
  expect(await ask(`http://127.0.0.1:${port}/metrics`)).toEqual(
    failure(`Nothing listens at 127.0.0.1:${port}. Is the exporter running?`),
  );
});

test('a deadline that has passed before it is asked', async () => {
  const exporter = await startLocalExporter(shows(body));
  expect(await ask(exporter.url, { abort: aborted() })).toEqual(failure(/^It did not answer within 9 s\./));
  expect(exporter.requests).toEqual([]);
});

function aborted(): AbortController {
  const abort = new AbortController();
  abort.abort();
  return abort;
}

test('one that hangs before its answer is left at the deadline', async () => {
  const exporter = await startLocalExporter(() => undefined);
  expect(await askUntilTooLate(exporter.url, exporter.asked(1))).toEqual(failure(/^It did not answer within 9 s\./));
});

test('one that takes the connection and never reads is left at the deadline', async () => {
  let connected: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => (connected = resolve));
  const url = await startRaw('', () => connected());
  expect(await askUntilTooLate(url, arrived)).toEqual(failure(/^It did not answer within 9 s\./));
});

test.each([
  ['its head', 'HTTP/1.1 200 OK\r\n', 'X-More: a\r\n'],
  ['its body', 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n', 'a 1\n'],
  [
    'a chunked body',
    'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n',
    '1\r\n\n\r\n',
  ],
  ['interim answers', '', 'HTTP/1.1 102 Processing\r\n\r\n'],
])('one that drips %s for ever is left at the deadline, and its connection is cut', async (_what, head, drop) => {
  let dripping: () => void = () => undefined;
  let cut: () => void = () => undefined;
  const drips = new Promise<void>((resolve) => (dripping = resolve));
  const isCut = new Promise<void>((resolve) => (cut = resolve));
  const url = await startRaw(head, (socket) => {
    let dropped = 0;
    const timer = setInterval(() => {
      socket.write(drop);
      dropped += 1;
      if (dropped === 3) dripping();
    }, 5);
    socket.on('close', () => {
      clearInterval(timer);
      cut();
    });
  });
  expect(await askUntilTooLate(url, drips)).toEqual(failure(/^It did not answer within 9 s\./));
  await isCut;
});

/** Of what was sent, which is too much to be shown by a test that fails; else the failure. */
const sizeOf = (pulled: Pulled) => (pulled.ok ? pulled.body.length : pulled.failure);

test('50 MB are cut off at 16 MiB', async () => {
  const chunk = Buffer.alloc(64 * 1024, 'a 1\n');
  let sent = 0;
  const exporter = await startLocalExporter((_request, response) => {
    response.writeHead(200, text);
    const more = () => {
      while (sent < 50_000_000) {
        sent += chunk.length;
        if (!response.write(chunk)) return response.once('drain', more);
      }
      return response.end();
    };
    more();
  });
  expect(sizeOf(await ask(exporter.url))).toBe('It sent more than 16 MiB. Let it show less.');
  expect(sent).toBeLessThan(50_000_000);
});

test('exactly 16 MiB are not too much', async () => {
  const exporter = await startLocalExporter(shows(Buffer.alloc(MAX_PULLED_BYTES, '\n')));
  expect(sizeOf(await ask(exporter.url))).toBe(MAX_PULLED_BYTES);
});

test('what is compressed although nobody asked for that is not inflated', async () => {
  const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024));
  const exporter = await startLocalExporter(shows(bomb, { ...text, 'content-encoding': 'gzip' }));
  expect(sizeOf(await ask(exporter.url))).toBe('It answered compressed, though it was asked not to.');
});

test.each([
  [{ 'content-type': 'text/html; charset=utf-8' }, 'It answered with text/html, which is no text exposition.'],
  [{ 'content-type': 'application/json' }, 'It answered with application/json, which is no text exposition.'],
  [
    { 'content-type': 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited' },
    'It answered with application/vnd.google.protobuf, which is no text exposition.',
  ],
  [{ 'content-type': `text/${'a'.repeat(200)}` }, 'It answered with something, which is no text exposition.'],
])('%j is none', async (headers, sentence) => {
  const exporter = await startLocalExporter(shows('<html>', headers));
  expect(await ask(exporter.url)).toEqual(failure(`${sentence} Is it the page with the metrics?`));
});

test.each([
  [401, /^It answered 401: it has to let this machine read without a credential\.$/],
  [403, /^It answered 403: /],
  [404, /^It answered 404\. Is the path/],
  [204, /^It answered 204\. Its own log/],
  [500, /^It answered 500\. Its own log/],
  [503, /^It answered 503\. Its own log/],
])('%i is a failure', async (status, sentence) => {
  const exporter = await startLocalExporter((_request, response) => void response.writeHead(status, text).end(body));
  expect(await ask(exporter.url)).toEqual(failure(sentence));
});

test.each([
  ['http://user:secret@other.example:9100/metrics?token=secret', 'to other.example:9100'],
  ['//other.example/metrics', 'to other.example'],
  ['/elsewhere', /^to 127\.0\.0\.1:\d+$/],
  ['http://', 'elsewhere'],
  [undefined, 'elsewhere'],
])('a redirect to %s is not followed, and of where it leads only the host is said', async (location, to) => {
  const other = await startLocalExporter(shows(body));
  const exporter = await startLocalExporter((_request, response) => {
    response.writeHead(302, { ...(location !== undefined && { location }), 'content-type': 'text/plain' }).end();
  });
  const pulled = await ask(exporter.url);
  expect(pulled).toEqual(
    failure(/^It redirects .*, and redirects are not followed\. Put the final address into the catalogue\.$/),
  );
  const led = /^It redirects (.*), and/.exec(pulled.ok ? '' : pulled.failure)?.[1];
  if (typeof to === 'string') expect(led).toBe(to);
  else expect(led).toMatch(to);
  expect(JSON.stringify(pulled)).not.toContain('secret');
  expect(other.requests).toEqual([]);
});

test.each([
  ['a body that is shorter than it was said to be', 'Content-Length: 100\r\n\r\na 1\n'],
  ['a chunked body without its end', 'Transfer-Encoding: chunked\r\n\r\n4\r\na 1\n\r\n'],
  ['a head without its end', 'X-More: a\r\n'],
])('%s is a failure, not half of an answer', async (_what, rest) => {
  const url = await startRaw(`HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n${rest}`, (socket) => socket.end());
  expect(await ask(url)).toEqual(failure(/broke off before the answer was whole\.|does not speak HTTP\./));
});

test.each([
  ['what is no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ['a head that never ends', `HTTP/1.1 200 OK\r\nX-More: ${'a'.repeat(100_000)}`],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\naa'],
])('%s is a failure', async (_what, bytes) => {
  const url = await startRaw(bytes);
  expect(await ask(url)).toEqual(failure(/ does not speak HTTP\. Is it the right one\?$/));
});

test('TLS where there is none', async () => {
  const exporter = await startLocalExporter(shows(body));
  expect(await ask(exporter.url.replace('http:', 'https:'))).toEqual(failure(/^What answers at .* TLS/));
});
