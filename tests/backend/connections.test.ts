import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { ANSWER_HEADERS } from '../../backend/http/answer-headers.ts';
import { connectionsWithin, wireLimits } from '../../backend/http/connections.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { selfSigned } from '../support/certificate.ts';
import { greenhouses, pumps, reportApp } from '../support/reports.ts';
import { eventually } from '../support/server.ts';
import { getRequest, hold, listen, sendRaw, slowPost } from '../support/socket.ts';

const quick = { ...wireLimits, headersMs: 300, requestMs: 600, checkMs: 20 };
const timedOut = /^HTTP\/1\.1 408 Request Timeout\r\n[^]*"code":"request_timeout"\}$/;

/** Listens, and tells which connections the server has: what it has closed, its other end may still keep. */
async function serve({ app }: Pick<TestApp, 'app'>) {
  const open = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  const port = await listen(app);
  return { port, open, allClosed: () => eventually('all connections are closed', () => open.size === 0) };
}

/** A route whose answer is too long to wait in buffers. */
function answerLong({ app }: Pick<TestApp, 'app'>): void {
  const schema = { response: { 200: {} } };
  app.get('/long', { schema }, (_request, reply) => reply.send(Buffer.alloc(64 * 1024 * 1024)));
}

/** More has been written than any other answer has. */
const isBeingAnswered = ({ bytesWritten }: Socket) => bytesWritten > 100_000;

function pem() {
  const { cert, key } = selfSigned('vitals');
  return { cert: Buffer.from(cert), key: Buffer.from(key) };
}

test('headers have 10 seconds, a request 30; both are looked at every second', async () => {
  const { app } = await testApp();
  expect(wireLimits).toMatchObject({ headersMs: 10_000, requestMs: 30_000, checkMs: 1_000 });
  expect(app.server).toMatchObject({ headersTimeout: 10_000, requestTimeout: 30_000, timeout: 75_000 });
});

describe('a connection ends, though its other end keeps it open:', () => {
  test.each([
    ['silent from its begin', ''],
    ['with half a header', 'GET /api/health HTTP/1.1\r\nHost: a\r\nX-Slow: '],
  ])('%s', async (_what, begin) => {
    const { port, allClosed } = await serve(await testApp({ wire: quick }));
    const { heard, hungUp } = await hold(port, begin);
    await hungUp;
    expect(heard()).toMatch(timedOut);
    for (const [name, value] of Object.entries(ANSWER_HEADERS)) expect(heard()).toContain(`${name}: ${value}\r\n`);
    await allClosed();
  });

  test('with a body that does not come', async () => {
    const t = await testApp({ wire: quick });
    const { port, allClosed } = await serve(t);
    const authorization = `Authorization: Bearer ${await t.jwt('admin')}`;
    const post = slowPost('/api/tokens', authorization, 'Content-Type: application/json');
    const { heard, hungUp } = await hold(port, post);
    await hungUp;
    expect(heard()).toMatch(timedOut);
    await allClosed();
    expect(t.logged()).not.toContain('"level":50');
  });

  test('refused, with more and more to send', async () => {
    const { port, allClosed } = await serve(await testApp());
    const { socket, heard } = await hold(port, 'nonsense\r\n\r\n');
    const sending = setInterval(() => socket.write('more'), 10);
    await allClosed();
    clearInterval(sending);
    expect(heard()).toMatch(/^HTTP\/1\.1 400 [^]*"code":"invalid_request"\}$/);
  });

  test('answered before its body comes', async () => {
    const { port, allClosed } = await serve(await testApp());
    const { heard } = await hold(port, slowPost('/api/tokens'));
    await allClosed();
    expect(heard()).toMatch(/^HTTP\/1\.1 401 [^]*"code":"unauthorized"\}$/);
  });

  test('half-open, its request cut off', async () => {
    const t = await testApp();
    const { port, allClosed } = await serve(t);
    const authorization = `Authorization: Bearer ${await t.jwt('admin')}`;
    const { socket } = await hold(port, slowPost('/api/tokens', authorization, 'Content-Type: application/json'));
    socket.end();
    await allClosed();
  });

  test('never read from, with an answer too long to wait in buffers', async () => {
    const t = await testApp({ wire: { ...wireLimits, quietMs: 1_000 } });
    answerLong(t);
    const { port, open, allClosed } = await serve(t);
    const { socket } = await hold(port);
    socket.pause();
    socket.write(getRequest('/long').replace('Connection: close', 'Connection: keep-alive'));
    await eventually('the answer begins', () => [...open].some(isBeingAnswered));
    await allClosed();
  });

  test('with TLS, silent instead of a handshake', async () => {
    const { port, allClosed, open } = await serve(await testApp({ wire: quick, tls: pem() }));
    const { heard } = await hold(port);
    await eventually('it is there', () => open.size === 1);
    await allClosed();
    expect(heard()).toBe('');
  });
});

describe('reports', () => {
  test('of one reporter that are held back leave places for every other, and give theirs back', async () => {
    const t = await reportApp([greenhouses, pumps], { wire: { ...wireLimits, checkMs: 20 } });
    const { port, allClosed } = await serve(t);
    const authorization = `Authorization: Bearer ${await t.jwt('reporter')}`;
    const path = '/api/reports/greenhouse?instance=south';
    const held = await Promise.all(Array.from({ length: 8 }, () => hold(port, slowPost(path, authorization))));
    await eventually('half of them are to come back', () => {
      return held.filter(({ heard }) => heard().includes(' 503 ')).length === 4;
    });
    const other = await t.report('pumps', 'pumps_up{pump="well"} 1\n', { instance: 'north' });
    expect(other.statusCode, other.body).toBe(200);
    Object.assign(t.app.server, { headersTimeout: 1, requestTimeout: 1 }); // only now, or a slow machine would be too slow
    await allClosed();
    expect(t.logged()).not.toContain('"level":50');
    const again = await sendRaw(port, getRequest(path, authorization, 'Content-Length: 0').replace('GET', 'POST'));
    expect(again.status).not.toBe(503);
  });
});

test('who sends all of a report that is too large before reading is told so', async () => {
  const t = await reportApp([greenhouses, pumps]);
  const { port } = await serve(t);
  const bytes = 32 * 1024 * 1024;
  const head = slowPost('/api/reports/greenhouse?instance=south', `Authorization: Bearer ${await t.jwt('reporter')}`);
  const { socket, heard } = await hold(port);
  socket.pause();
  await new Promise((resolve) => {
    socket.once('close', resolve);
    socket.write(head.replace('Content-Length: 100', `Content-Length: ${bytes}`));
    socket.write('x'.repeat(bytes - 1), resolve);
  });
  socket.resume();
  await eventually('it is answered', () => /^HTTP\/1\.1 413 /.test(heard()));
});

describe('more connections than there may be', () => {
  const few = { server: { max_connections: 16 } };

  test.each([
    ['http', false],
    ['https', true],
  ])('take the places of those that ask nothing: whoever asks is answered, over %s', async (_scheme, isTls) => {
    const t = await testApp({ settings: few, ...(isTls && { tls: pem() }) });
    const { port, open } = await serve(t);
    const request = getRequest('/api/nothing');
    await Promise.all(Array.from({ length: 50 }, () => hold(port)));
    await eventually('only so many are left', () => open.size === 16);
    for (let time = 0; time < 3; time += 1) {
      const answer = isTls ? await overTls(port, request) : (await sendRaw(port, request)).head;
      expect(answer).toMatch(/^HTTP\/1\.1 404 /);
      expect(open.size).toBeLessThanOrEqual(16);
    }
  });

  test('take the places of those that read no answer', async () => {
    const t = await testApp({ settings: few });
    answerLong(t);
    const { port, open } = await serve(t);
    const asking = getRequest('/long').replace('Connection: close', 'Connection: keep-alive');
    const unread = await Promise.all(Array.from({ length: 16 }, () => hold(port)));
    for (const { socket } of unread) socket.pause().write(asking);
    await eventually('all of them are answered', () => [...open].filter(isBeingAnswered).length === 16);
    for (let time = 0; time < 3; time += 1) {
      expect((await sendRaw(port, getRequest('/api/nothing'))).status).toBe(404);
    }
  });

  test('take no place of those that are at work', async () => {
    const t = await testApp({ settings: few });
    let begun = 0;
    t.app.server.on('request', () => (begun += 1));
    const { port } = await serve(t);
    const authorization = `Authorization: Bearer ${await t.jwt('admin')}`;
    const post = slowPost('/api/tokens', authorization, 'Content-Type: application/json');
    const working = await Promise.all(Array.from({ length: 16 }, () => hold(port, post)));
    await eventually('all of them are at work', () => begun === 16);
    const { hungUp, heard } = await hold(port, getRequest('/api/nothing'));
    await hungUp;
    expect(heard()).toBe('');
    for (const { socket } of working) socket.write('x'.repeat(99));
    await eventually('they are answered', () => working.every((one) => one.heard().includes('"code":"invalid_json"')));
    expect((await sendRaw(port, getRequest('/api/nothing'))).status).toBe(404);
  });
});

async function overTls(port: number, request: string): Promise<string> {
  const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
  const chunks: Buffer[] = [];
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.write(request);
  await new Promise((resolve) => socket.once('close', resolve));
  return Buffer.concat(chunks).toString('latin1');
}

test.each([
  [1000, undefined, 1000],
  [1000, 20_000, 1000],
  [1000, 600, 400],
  [1000, 100, 16],
])('of %s configured connections a process that may open %s files has %s', (configured, descriptors, within) => {
  expect(connectionsWithin(configured, descriptors)).toBe(within);
});
