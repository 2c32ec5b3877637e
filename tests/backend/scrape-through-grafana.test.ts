import { beforeEach, expect, test, vi } from 'vitest';
import { BURST } from '../../backend/auth/throttle.ts';
import { bearer, testApp } from '../support/app.ts';
import { everyCaller } from '../support/callers.ts';

const MINUTE = 60_000;
const SCRAPE = '/api/metrics/prometheus';
const CATALOGUE = '/api/metrics/catalogues/dockmesh';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  return () => vi.useRealTimers();
});

const context = { 'x-grafana-context': '{"UserID":3,"OrgID":7,"OrgRole":"Viewer","Login":"vint"}' };
const throughGrafana: [string, Record<string, string>][] = [
  ['the context', context],
  ['an identity', { 'x-grafana-id': 'a.b.c' }],
  ['both', { ...context, 'x-grafana-id': 'a.b.c' }],
  ['an empty identity', { 'x-grafana-id': '' }],
];

test.each(throughGrafana)(
  'a scrape that came through Grafana’s plugin proxy, by %s, is 401 and leaves no trace',
  async (_what, headers) => {
    const t = await testApp();
    const credentials = [{}, bearer(await t.jwt('grafana')), bearer('nonsense'), bearer((await t.mint('good')).secret)];
    const before = await t.services.audit.head();
    const plain = await t.app.inject({ url: SCRAPE, remoteAddress: '198.51.100.1' });
    for (let time = 0; time < BURST; time++) {
      for (const credential of credentials) {
        for (const url of [SCRAPE, CATALOGUE]) {
          const answer = await t.app.inject({
            url,
            headers: { ...credential, ...headers },
            remoteAddress: '192.0.2.1',
          });
          expect([answer.statusCode, answer.body]).toEqual([401, plain.body]);
          expect(answer.headers['www-authenticate']).toBe('Bearer');
        }
      }
    }
    vi.advanceTimersByTime(MINUTE);
    const ordinary = await t.app.inject({ url: SCRAPE, remoteAddress: '192.0.2.1' });
    expect(ordinary.statusCode, 'the address is not throttled').toBe(401);
    await t.app.close();
    const { items } = await t.services.audit.list({ limit: 200 });
    const since = items.filter(({ seq }) => seq > before.seq);
    expect(since.map(({ event, ip, details }) => [event, ip, details['count']])).toEqual([
      ['scrape.refused', '192.0.2.1', 1],
      ['scrape.refused', '198.51.100.1', 1],
    ]);
  },
);

test('nor is it counted, of which an alarm could be made', async () => {
  const t = await testApp();
  const { secret } = await t.mint();
  for (let time = 0; time < 40; time++) await t.app.inject({ url: SCRAPE, headers: context });
  const { body } = await t.app.inject({ url: SCRAPE, headers: bearer(secret) });
  const counted = body.split('\n').filter((line) => line.startsWith('dhcp_dpi_scrape_auth_failures_total'));
  expect(counted.length).toBeGreaterThan(3);
  expect(counted.filter((line) => !line.endsWith(' 0'))).toEqual([]);
});

test('also where no credential is needed', async () => {
  const { t } = await everyCaller({ prometheus: { enabled: true, auth: { anonymous: true } } });
  expect((await t.app.inject({ url: SCRAPE })).statusCode).toBe(200);
  expect((await t.app.inject({ url: SCRAPE, headers: context })).statusCode).toBe(401);
});
