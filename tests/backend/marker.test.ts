import { expect, test } from 'vitest';
import { API_VERSION, MARKER_HEADER } from '../../contract/marker.ts';
import { bearer, testApp } from '../support/app.ts';
import { everyCaller, send } from '../support/callers.ts';
import { getRequest, listen, sendRaw } from '../support/socket.ts';

const ingest = {
  accept: () => Promise.reject(new Error('broken')),
  spool: { usedBytes: 0, maxBytes: 1, waitingRows: 0 },
  quarantinedRows: 0,
  auditShippedUpTo: () => Promise.resolve(0),
  stopInserting: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

test('every route says that it is a Vitals backend, to every caller', async () => {
  const { t, callers, routes } = await everyCaller({}, { ingest });
  const kinds = callers.filter(({ name }) => !name.startsWith('malformed'));
  const without: string[] = [];
  const statuses = new Set<number>();
  for (const route of routes) {
    for (const caller of kinds) {
      const { headers, statusCode } = await send(t, route, caller);
      statuses.add(statusCode);
      if (headers[MARKER_HEADER] !== API_VERSION) without.push(`${route.method} ${route.url}, ${caller.name}`);
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
    expect({ url, ok: statusCode < 400, mark: headers[MARKER_HEADER] }).toEqual({ url, ok: false, mark: API_VERSION });
  }
  let last = 0;
  for (let time = 0; time < 30; time++) {
    const { headers, statusCode } = await t.app.inject({ url: '/api/health' });
    expect(headers[MARKER_HEADER]).toBe(API_VERSION);
    last = statusCode;
  }
  expect(last).toBe(429);
});

test('so do a failure inside and an export', async () => {
  const t = await testApp();
  const admin = bearer(await t.jwt('admin'));
  const exported = await t.app.inject({ url: '/api/audit/export?format=csv', headers: admin });
  expect([exported.statusCode, exported.headers[MARKER_HEADER]]).toEqual([200, API_VERSION]);
  await t.services.database.close();
  const failed = await t.app.inject({ url: '/api/audit', headers: admin });
  expect([failed.statusCode >= 500, failed.headers[MARKER_HEADER]]).toEqual([true, API_VERSION]);
});

test.each([
  ['no HTTP', 'nonsense\r\n\r\n', 400],
  ['headers that are too large', getRequest('/api/health', `X-Filler: ${'a'.repeat(70_000)}`), 431],
  ['no Host', 'GET /api/health HTTP/1.1\r\n\r\n', 400],
  ['an expectation', getRequest('/api/health', 'Expect: wonders'), 401],
  ['a broken path', getRequest('/api/%zz'), 400],
])('so does what is answered to %s', async (_what, request, status) => {
  const t = await testApp();
  const answer = await sendRaw(await listen(t.app), request);
  expect(answer.status).toBe(status);
  expect(answer.head).toMatch(new RegExp(`^${MARKER_HEADER}: ${API_VERSION}$`, 'im'));
  expect(JSON.parse(answer.body)).toMatchObject({ status });
});
