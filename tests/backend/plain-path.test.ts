import { expect, test } from 'vitest';
import { isPlainPath } from '../../backend/http/every-request.ts';
import { bearer, nextAddress, sharedApp, testApp } from '../support/app.ts';
import { routesOf } from '../support/callers.ts';
import { reportApp, type ReportApp } from '../support/reports.ts';
import { getRequest, listen, sendRaw } from '../support/socket.ts';

const shared = sharedApp();

/** One path, in the spellings that a proxy before it might take for another. */
const spellings = (path: string): string[] => {
  const [, first = '', ...rest] = path.split('/');
  const tail = rest.join('/');
  return [
    `/${path}`,
    `//${path}`,
    `${path}/`,
    `${path}//`,
    `/${first}//${tail}`,
    `/${first}/./${tail}`,
    `/./${first}/${tail}`,
    `/${first}/x/../${tail}`,
    `/${first}/../${first}/${tail}`,
    `${path}/.`,
    `${path}/..`,
    `/${first}%2F${tail}`,
    `/${first}%2f${tail}`,
    `${path}%2F`,
    `/${first}/%2e/${tail}`,
    `/${first}/x/%2E%2e/${tail}`,
    `/${first}/x/.%2e/${tail}`,
    `/${first}/x%2F..%2F${tail}`,
    `/${first}/%252e%252e/${tail}`,
    `/${first}\\${tail}`,
    `\\${first}/${tail}`,
    `/${first}%5C${tail}`,
    `/${first}/x/..\\${tail}`,
    `/%${first.charCodeAt(0).toString(16)}${first.slice(1)}/${tail}`,
    `${path}%00`,
    `${path}%3Fa=b`,
    `${path}%3F`,
    `${path}%23`,
    `${path}#fragment`,
    `${path};a=b`,
    `${path}%20`,
    `${path}%`,
    `${path}%zz`,
    `${path}%c0%af`,
    `${first}/${tail}`,
  ];
};

test('a path in another than its plain form is refused, before anybody asks who is calling', async () => {
  const t = await testApp();
  const port = await listen(t.app);
  const admin = `Authorization: Bearer ${await t.jwt('admin')}`;
  const good = `Authorization: Bearer ${(await t.mint()).secret}`;
  const paths = ['/api/tokens', '/api/audit/export', '/api/metrics/prometheus', '/api/nothing', '/nothing/here'];
  for (const target of paths.flatMap(spellings)) {
    for (const headers of [[], [admin], [good]]) {
      if (target === '/api/metrics/prometheus/') continue; // below
      const { status, body } = await sendRaw(port, getRequest(target, ...headers));
      const { code } = (body === '' ? {} : JSON.parse(body)) as { code?: string };
      // Node itself refuses what does not even begin like a target.
      const expected = target.startsWith('/') ? 'invalid_path' : expect.stringMatching(/^invalid_(path|request)$/);
      expect({ target, status, code }).toEqual({ target, status: 400, code: expected });
    }
  }
  expect(await t.services.audit.list({ event: 'scrape.refused', limit: 1 })).toMatchObject({ items: [] });
});

test.each([
  ['prometheus', (t: ReportApp) => t.mint()],
  ['catalogues/greenhouse', (t: ReportApp) => t.mint('G', undefined, ['greenhouse'])],
])('a scrape of %s answers with one slash at the end as without, to whoever asks', async (name, mint) => {
  const t = await reportApp();
  const path = `/api/metrics/${name}`;
  const { secret } = await mint(t);
  const grafana = { 'x-grafana-context': '{}' };
  for (const headers of [{}, bearer(secret), { ...bearer(secret), ...grafana }, bearer(await t.jwt('admin'))]) {
    for (const query of ['', '?a=b']) {
      const [without, slash] = await Promise.all(
        ['', '/'].map(async (end) => {
          const url = `${path}${end}${query}`;
          const answer = await t.app.inject({ url, headers, remoteAddress: nextAddress() });
          return [answer.statusCode, answer.headers['content-type']];
        }),
      );
      expect(slash).toEqual(without);
    }
  }
  expect((await t.app.inject({ url: `${path}/`, headers: bearer(secret) })).statusCode).toBe(200);
  const port = await listen(t.app);
  for (const other of [
    `${path}//`,
    `${path}/%2F`,
    `${path}/.`,
    `${path}/./`,
    '/api/metrics/catalogues/../',
    '/api/health/',
  ]) {
    const { status } = await sendRaw(port, getRequest(other, `Authorization: Bearer ${secret}`));
    expect([other, status]).toEqual([other, 400]);
  }
});

test('where the endpoint is off, its path is 404 with a slash as without', async () => {
  const { app } = await testApp({ settings: { prometheus: { enabled: false } } });
  for (const url of ['/api/metrics/prometheus', '/api/metrics/prometheus/']) {
    expect((await app.inject({ url })).statusCode).toBe(404);
  }
});

test('so is one with too long an id', async () => {
  const answer = await shared().app.inject({ url: `/api/tokens/${'a'.repeat(90)}%2F${'a'.repeat(90)}` });
  expect([answer.statusCode, answer.json()]).toMatchObject([400, {}]);
});

test('every route is reached by its plain path, with ids of every kind, with and without a query', async () => {
  const t = await testApp();
  const { id } = await t.mint();
  const ids = [
    id,
    'crd_0123456789abcDEF',
    'alm_0000000000000000',
    'dockmesh',
    'circuit-breaker',
    'a.b_c~d',
    'x..y',
    '...',
  ];
  for (const { url } of routesOf(t)) {
    for (const one of ids) {
      const path = url.replace(/:\w+/g, one);
      expect([path, isPlainPath(path), isPlainPath(`${path}?a=%2F..//`)]).toEqual([path, true, true]);
    }
  }
  const admin = bearer(await t.jwt('admin'));
  for (const url of [`/api/tokens/${id}`, '/api/tokens?search=a%2Fb%20%2e%2e/', '/api/health?']) {
    expect([url, (await t.app.inject({ url, headers: admin })).statusCode]).not.toEqual([url, 400]);
  }
});

test('the whole URL is a target, too, as to a proxy', async () => {
  const t = await testApp();
  const port = await listen(t.app);
  const admin = `Authorization: Bearer ${await t.jwt('admin')}`;
  expect((await sendRaw(port, getRequest('http://vitals:9470/api/health', admin))).status).toBe(200);
  for (const target of ['http://vitals:9470//api/health', 'http://vitals:9470', 'http://?a/api/health', '*']) {
    expect([target, (await sendRaw(port, getRequest(target, admin))).status]).toEqual([target, 400]);
  }
});

test('the root is a path like any other that leads nowhere', async () => {
  expect((await shared().app.inject({ url: '/' })).statusCode).toBe(404);
});
