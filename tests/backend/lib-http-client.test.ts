import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  createHttpClient,
  HttpFailure,
  type HttpAnswer,
  type HttpClientOptions,
  type HttpRequest,
} from '../../backend/lib/http-client.ts';
import { yieldToEventLoop } from '../../backend/lib/event-loop.ts';
import { selfSigned } from '../support/certificate.ts';
import { temporaryFolder } from '../support/folder.ts';
import { freePort } from '../support/server.ts';

type Asked = Partial<HttpRequest> & { readonly client?: HttpClientOptions };

function client(options?: HttpClientOptions) {
  const created = createHttpClient(options);
  onTestFinished(() => created.close());
  return created;
}

function ask(url: string, { client: options, ...request }: Asked = {}): Promise<HttpAnswer> {
  return client(options).request(new URL(url), { timeoutMs: 60_000, maxBytes: 1_000, ...request });
}

async function failureOf(answer: Promise<HttpAnswer>): Promise<HttpFailure> {
  const outcome = await answer.catch((error: unknown) => error);
  if (outcome instanceof HttpFailure) return outcome;
  throw new Error('it did not fail as it should');
}

async function listening(server: Server, where?: string): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => undefined)));
  if (where === undefined) server.listen(0, '127.0.0.1');
  else server.listen(where);
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return where ?? `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const start = (listener: RequestListener, where?: string) => listening(createServer(listener), where);
/** Says these bytes to whoever sends something, and ends the connection where it is told to. */
const startRaw = (bytes: string, ends = true) =>
  listening(
    createTcpServer((socket) => {
      socket.once('data', () => (ends ? socket.end(bytes) : socket.write(bytes)));
    }),
  );

test('it sends the method, the headers that are given and the body, and nothing of its own beside them', async () => {
  const url = await start((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { method, url, headers } = request;
      response.writeHead(201, { 'x-answer': 'yes' }).end(JSON.stringify({ method, url, headers, body }));
    });
  });
  const sent = { method: 'PUT', headers: { 'content-type': 'text/plain' }, body: 'ä 1\n' } as const;
  const answer = await ask(`${url}/a%20b?c=d`, sent);
  expect(answer).toMatchObject({ status: 201, headers: { 'x-answer': 'yes' } });
  expect(JSON.parse(answer.body.toString())).toEqual({
    method: 'PUT',
    url: '/a%20b?c=d',
    headers: {
      host: new URL(url).host,
      connection: 'keep-alive',
      'content-type': 'text/plain',
      'content-length': '5',
    },
    body: 'ä 1\n',
  });
});

test('connections are used again, unless each request is to have its own', async () => {
  const ports: (number | undefined)[] = [];
  const headers: (string | undefined)[] = [];
  const url = new URL(
    await start((request, response) => {
      ports.push(request.socket.remotePort);
      headers.push(request.headers.connection);
      response.end('yes');
    }),
  );
  const request = { timeoutMs: 60_000, maxBytes: 1_000 };
  const lasting = client();
  for (let asked = 0; asked < 3; asked++) {
    await lasting.request(url, request);
    await yieldToEventLoop(); // only then is the connection at rest
  }
  expect(new Set(ports).size).toBe(1);
  const single = client({ keepAlive: false });
  for (let asked = 0; asked < 3; asked++) await single.request(url, request);
  expect(new Set(ports).size).toBe(4);
  expect(headers.slice(3)).toEqual(['close', 'close', 'close']);
});

test('a redirect is an answer, and is not followed', async () => {
  let asked = 0;
  const url = await start((_request, response) => {
    asked += 1;
    response.writeHead(302, { location: '/elsewhere' }).end();
  });
  expect(await ask(url)).toMatchObject({ status: 302, headers: { location: '/elsewhere' } });
  expect(asked).toBe(1);
});

test('a Unix socket is asked whatever the URL says', async () => {
  const socketPath = await start(
    (request, response) => response.end(`${request.headers.host} ${request.url}`),
    join(temporaryFolder(), 'exporter.sock'),
  );
  const { body } = await ask('http://localhost/metrics', { client: { socketPath } });
  expect(body.toString()).toBe('localhost /metrics');
});

test('an answer as large as it may be is read, and one byte more is too large, with its head at hand', async () => {
  const url = await start((request, response) => {
    response.writeHead(request.url === '/more' ? 500 : 200).end(Buffer.alloc(request.url === '/more' ? 1_001 : 1_000));
  });
  expect((await ask(url)).body).toHaveLength(1_000);
  const failure = await failureOf(ask(`${url}/more`));
  expect(failure).toMatchObject({ kind: 'too_large', isSent: true, head: { status: 500 } });
});

test('an endless answer is left when it is too large, and its connection is cut', async () => {
  let cut: () => void = () => undefined;
  const isCut = new Promise<void>((resolve) => (cut = resolve));
  const url = await start((_request, response) => {
    const more = () => {
      while (response.write('a'.repeat(1_000)));
    };
    response.on('drain', more).on('close', cut);
    more();
  });
  expect(await failureOf(ask(url))).toMatchObject({ kind: 'too_large' });
  await isCut;
});

test('a body that is not wanted is not waited for', async () => {
  let cut: () => void = () => undefined;
  const isCut = new Promise<void>((resolve) => (cut = resolve));
  const url = await start((_request, response) => {
    response.on('close', cut).writeHead(404).write('the beginning of a page');
  });
  const answer = await ask(url, { wantsBody: ({ status }) => status === 200 });
  expect(answer).toMatchObject({ status: 404, body: Buffer.alloc(0) });
  await isCut;
});

test('one that never answers is left after its time, and the request counts as sent', async () => {
  const url = await start(() => undefined);
  const failure = await failureOf(ask(url, { timeoutMs: 50 }));
  expect(failure).toMatchObject({ kind: 'timeout', code: 'TIMEOUT', isSent: true, head: undefined });
});

test('one that drips its answer is left after its time', async () => {
  const url = await start((_request, response) => {
    const timer = setInterval(() => response.write('a'), 5);
    response.on('close', () => clearInterval(timer));
  });
  expect(await failureOf(ask(url, { timeoutMs: 50 }))).toMatchObject({ kind: 'timeout' });
});

test.each([
  ['by the caller', new Error('enough'), 'aborted'],
  ['by a time limit of the caller', new DOMException('late', 'TimeoutError'), 'timeout'],
])('a request is broken off %s', async (_who, reason, kind) => {
  const controller = new AbortController();
  const url = await start(() => controller.abort(reason));
  expect(await failureOf(ask(url, { signal: controller.signal }))).toMatchObject({ kind, isSent: true });
  const before = await failureOf(ask(url, { signal: controller.signal }));
  expect(before).toMatchObject({ kind, isSent: false });
});

test('one that was given up before its connection stood is never sent', async () => {
  const asked: (string | undefined)[] = [];
  const url = await start((request, response) => {
    asked.push(request.url);
    response.end();
  });
  const controller = new AbortController();
  const lookup: HttpClientOptions['lookup'] = (_name, _options, callback) => {
    controller.abort();
    callback(null, [{ address: '127.0.0.1', family: 4 }]);
  };
  const one = client({ lookup });
  const request = { timeoutMs: 60_000, maxBytes: 1_000 };
  const target = `http://a.invalid:${new URL(url).port}`;
  const failure = await failureOf(one.request(new URL(`${target}/first`), { ...request, signal: controller.signal }));
  expect(failure).toMatchObject({ kind: 'aborted', isSent: false });
  await one.request(new URL(`${target}/second`), request);
  expect(asked).toEqual(['/second']);
});

test('a certificate is believed by the authority that is named, and not otherwise', async () => {
  const pair = selfSigned('appliance');
  const url = (await listening(createTlsServer(pair, (_request, response) => response.end('yes')))).replace(
    'http:',
    'https:',
  );
  expect(await failureOf(ask(url))).toMatchObject({
    kind: 'certificate',
    code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    isSent: false,
  });
  const tls = { ca: pair.cert, checkServerIdentity: () => undefined };
  expect(await ask(url, { client: { tls } })).toMatchObject({ status: 200 });
  expect(await failureOf(ask(url, { client: { tls: { ca: pair.cert } } }))).toMatchObject({ kind: 'certificate' });
});

test('what does not speak TLS', async () => {
  const url = (await start((_request, response) => response.end())).replace('http:', 'https:');
  expect(await failureOf(ask(url))).toMatchObject({ kind: 'tls', isSent: false });
});

test('what a name is resolved to is the caller’s to decide, and so is why it is not', async () => {
  const refuse = (code: string): HttpClientOptions => ({
    lookup: (_name, _options, callback) => callback(Object.assign(new Error(code), { code }), []),
  });
  const unknown = await failureOf(ask('http://a.invalid/', { client: refuse('ENOTFOUND') }));
  expect(unknown).toMatchObject({ kind: 'unresolved', code: 'ENOTFOUND' });
  const own = await failureOf(ask('http://a.invalid/', { client: refuse('NOT_THIS_MACHINE') }));
  expect(own).toMatchObject({ kind: 'other', code: 'NOT_THIS_MACHINE' });
});

test.each([
  ['what says something else', 'SSH-2.0-OpenSSH_9.7\r\n', 'not_http', /^HPE_/],
  ['a head without its end', 'HTTP/1.1 200 OK\r\nX-More: a\r\n', 'broken', /./],
  ['a body that is shorter than it was said to be', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\na', 'broken', /./],
  ['a chunked body without its end', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\na', 'broken', /./],
  ['no answer at all', '', 'broken', /./],
])('%s', async (_what, bytes, kind, code) => {
  const failure = await failureOf(ask(await startRaw(bytes)));
  expect(failure).toMatchObject({ kind, isSent: true });
  expect(failure.code).toMatch(code);
});

test('a port where nobody listens', async () => {
  const failure = await failureOf(ask(`http://127.0.0.1:${await freePort()}`));
  expect(failure).toMatchObject({ kind: 'refused', code: 'ECONNREFUSED', isSent: false });
});
