import { expect, test } from 'vitest';
import { ANSWER_HEADERS } from '../../backend/http/answer-headers.ts';
import { wireLimits } from '../../backend/http/connections.ts';
import { API_VERSION, MARKER_HEADER } from '../../contract/marker.ts';
import { bearer, testApp } from '../support/app.ts';
import { everyCaller, send } from '../support/callers.ts';
import { eventually } from '../support/server.ts';
import { getRequest, hold, listen, sendRaw, slowPost } from '../support/socket.ts';

const ingest = {
  accept: () => Promise.reject(new Error('broken')),
  spool: { usedBytes: 0, maxBytes: 1, waitingRows: 0 },
  quarantinedRows: 0,
  auditShippedUpTo: () => Promise.resolve(0),
  stopInserting: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

test('what every answer carries', () => {
  expect(ANSWER_HEADERS).toEqual({
    [MARKER_HEADER]: API_VERSION,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
});

const carries = (headers: Record<string, unknown>) =>
  Object.entries(ANSWER_HEADERS).every(([name, value]) => headers[name] === value);

test('every route answers with it, to every caller', async () => {
  const { t, callers, routes } = await everyCaller({}, { ingest });
  const kinds = callers.filter(({ name }) => !name.startsWith('malformed'));
  const without: string[] = [];
  const statuses = new Set<number>();
  for (const route of routes) {
    for (const caller of kinds) {
      const { headers, statusCode } = await send(t, route, caller);
      statuses.add(statusCode);
      if (!carries(headers)) without.push(`${route.method} ${route.url}, ${caller.name}`);
    }
  }
  expect(without).toEqual([]);
  expect([...statuses].sort()).toEqual(expect.arrayContaining([200, 400, 401, 403, 404, 500]));
});

test('so does what is no route, no path, too long or too often', async () => {
  const t = await testApp();
  const admin = bearer(await t.jwt('admin'));
  for (const url of ['/', '/api/nothing', '/api/%', `/api/tokens/${'a'.repeat(200)}`, '/api/tokens?limit=no']) {
    const { headers, statusCode } = await t.app.inject({ url, headers: admin });
    expect({ url, ok: statusCode < 400, carries: carries(headers) }).toEqual({ url, ok: false, carries: true });
  }
  let last = 0;
  for (let time = 0; time < 30; time++) {
    const { headers, statusCode } = await t.app.inject({ url: '/api/health' });
    expect(headers).toMatchObject(ANSWER_HEADERS);
    last = statusCode;
  }
  expect(last).toBe(429);
});

test('so do a failure inside and an export', async () => {
  const t = await testApp();
  const admin = bearer(await t.jwt('admin'));
  const exported = await t.app.inject({ url: '/api/audit/export?format=csv', headers: admin });
  expect([exported.statusCode, carries(exported.headers)]).toEqual([200, true]);
  await t.services.database.close();
  const failed = await t.app.inject({ url: '/api/audit', headers: admin });
  expect([failed.statusCode >= 500, carries(failed.headers)]).toEqual([true, true]);
});

test.each([
  ['no HTTP', 'nonsense\r\n\r\n', 400],
  ['headers that are too large', getRequest('/api/health', `X-Filler: ${'a'.repeat(70_000)}`), 431],
  ['no Host', 'GET /api/health HTTP/1.1\r\n\r\n', 400],
  ['an expectation', getRequest('/api/health', 'Expect: wonders'), 401],
  ['a broken path', getRequest('/api/%zz'), 400],
  ['a method that no route has', 'QUERY /api/nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', 404],
  ['a method of nobody', 'FETCH /api/nothing HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['a request that ends in the middle of its headers', 'GET /api/health HTTP/1.1\r\nHost: a\r\n', 408],
])('so does what is answered to %s', async (_what, request, status) => {
  const t = await testApp({ wire: { ...wireLimits, headersMs: 100, checkMs: 20 } });
  const answer = await sendRaw(await listen(t.app), request);
  expect(answer.status).toBe(status);
  for (const [name, value] of Object.entries(ANSWER_HEADERS)) {
    expect(answer.head).toMatch(new RegExp(`^${name}: ${value}$`, 'im'));
  }
  expect(answer.head).toMatch(/^content-type: application\/problem\+json/im);
  expect(JSON.parse(answer.body)).toMatchObject({ status });
});

test('a path that leads nowhere is 404 by any method, whatever comes with it and before any of that is there', async () => {
  const t = await testApp();
  const port = await listen(t.app);
  for (const method of ['GET', 'POST', 'QUERY', 'PROPFIND', 'OPTIONS', 'TRACE']) {
    for (const type of ['application/json', 'text/plain', 'nonsense']) {
      const { heard } = await hold(port, slowPost('/api/nothing', `Content-Type: ${type}`).replace('POST', method));
      await eventually(`${method} with ${type} is answered`, () => heard().includes('"code":"not_found"'));
    }
  }
});
