import { beforeEach, describe, expect, test, vi } from 'vitest';
import { BURST } from '../../backend/auth/throttle.ts';
import { newSecret } from '../../backend/tokens/model/token.ts';
import { actor, bearer, testApp, type TestApp, type TestAppOptions } from '../support/app.ts';
import { breakInserts } from '../support/services.ts';

const SCRAPE = '/api/metrics/prometheus';
const API = '/api/health';
const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  return () => vi.useRealTimers();
});

const ask = ({ app }: TestApp, url: string, credential: string | undefined, remoteAddress = '192.0.2.1') =>
  app.inject({ url, headers: credential === undefined ? {} : bearer(credential), remoteAddress });

/** Fails so often from one address. @returns the last answer. */
async function fail(t: TestApp, url: string, times: number, address?: string) {
  for (let time = 1; time < times; time++) await ask(t, url, newSecret(), address);
  return ask(t, url, newSecret(), address);
}

async function throttledApp(options?: TestAppOptions) {
  const t = await testApp(options);
  await fail(t, API, BURST + 1);
  return t;
}

/** What the audit log says of throttling, oldest first, once there are so many rows. */
async function rows({ services }: TestApp, count: number) {
  return vi.waitFor(async () => {
    const { items } = await services.audit.list({ event: 'auth.throttled', limit: 200 });
    expect(items).toHaveLength(count);
    return items.reverse();
  });
}

describe.each([
  ['the API', API, true],
  ['the scrape route', SCRAPE, true],
  ['the API, where the integration is off', API, false],
])('%s', (_name, url, enabled) => {
  test('answers 401 to a burst of failures, and to what comes after it 429 with a time to wait', async () => {
    const t = await testApp({ settings: { prometheus: { enabled } } });
    expect((await fail(t, url, BURST)).statusCode).toBe(401);
    const answer = await fail(t, url, 1);
    expect(answer.statusCode).toBe(429);
    expect(answer.headers).toMatchObject({
      'retry-after': '6',
      'content-type': 'application/problem+json; charset=utf-8',
    });
    expect(answer.headers).not.toHaveProperty('www-authenticate');
    expect(answer.json()).toMatchObject({
      status: 429,
      code: 'too_many_attempts',
      detail: expect.stringMatching(/credential is refused.*too many.*mend the credential/i),
    });
    t.clock.advance(6_000);
    expect((await fail(t, url, 1)).statusCode).toBe(401);
  });
});

test('every failure is one, whatever was wrong; the two guards count together', async () => {
  const t = await testApp();
  const good = await t.mint();
  for (let i = 0; i < BURST; i += 4) {
    await ask(t, API, undefined);
    await ask(t, API, good.secret);
    await ask(t, SCRAPE, await t.jwt('admin'));
    await ask(t, SCRAPE, 'nonsense');
  }
  expect((await ask(t, API, undefined)).statusCode).toBe(429);
  expect((await ask(t, SCRAPE, undefined)).statusCode).toBe(429);
});

test('what a throttled caller hears is the same whatever was wrong, so that it tells nothing', async () => {
  const t = await throttledApp();
  const { id, secret } = await t.mint();
  await t.services.tokens.revoke(id, actor);
  const jwt = await t.jwt('admin');
  const heard = new Set<string>();
  for (const credential of [undefined, 'nonsense', newSecret(), secret, `${secret}x`, `${jwt.slice(0, -3)}abc`]) {
    for (const url of [API, SCRAPE]) {
      const { statusCode, headers, body } = await ask(t, url, credential);
      expect(statusCode).toBe(429);
      heard.add(JSON.stringify([headers['content-type'], headers['retry-after'], body]));
    }
  }
  expect([...heard]).toHaveLength(1);
});

test('a valid credential passes at once, from the same address', async () => {
  const t = await throttledApp();
  expect((await ask(t, SCRAPE, (await t.mint()).secret)).statusCode).toBe(200);
  expect((await ask(t, API, await t.jwt('viewer'))).statusCode).toBe(200);
  expect((await ask(t, API, newSecret())).statusCode).toBe(429);
});

test('a wall clock that is set forward frees nobody', async () => {
  const t = await throttledApp();
  t.clock.step(3600_000);
  expect((await ask(t, API, newSecret())).statusCode).toBe(429);
});

test('what is forbidden is no failure to authenticate', async () => {
  const t = await testApp();
  const [viewer, grafana] = [await t.jwt('viewer'), await t.jwt('grafana')];
  for (let i = 0; i < 2 * BURST; i++) {
    expect((await ask(t, '/api/tokens', viewer)).json()).toMatchObject({ code: 'forbidden' });
    expect((await ask(t, '/api/tokens', grafana)).json()).toMatchObject({ code: 'identity_not_verified' });
  }
  expect((await ask(t, API, newSecret())).statusCode).toBe(401);
});

test('an IPv6 network of 64 bits is one address, and an IPv4 address the same however it is written', async () => {
  const t = await testApp();
  for (let host = 1; host <= BURST; host++) await ask(t, API, undefined, `2001:db8::${host}`);
  expect((await ask(t, API, undefined, '2001:db8::ffff')).statusCode).toBe(429);
  expect((await ask(t, API, undefined, '2001:db8:0:1::1')).statusCode).toBe(401);
  await fail(t, API, BURST, '198.51.100.7');
  expect((await ask(t, API, undefined, '::ffff:198.51.100.7')).statusCode).toBe(429);
});

test('a database that cannot be asked is 503, and no failure of whoever asks', async () => {
  const t = await testApp();
  const { secret } = await t.mint();
  await t.services.database.close();
  for (let i = 0; i < 2 * BURST; i++) expect((await ask(t, SCRAPE, secret)).statusCode).toBe(503);
});

describe('the audit log tells', () => {
  test('at once that an address begins to be throttled, and at the end of the minute how often it went on', async () => {
    const t = await throttledApp();
    expect(await rows(t, 1)).toMatchObject([
      { event: 'auth.throttled', actor: null, via: 'api', ip: '192.0.2.1', target: null, details: { count: 1 } },
    ]);
    t.clock.advance(1000);
    await fail(t, SCRAPE, 3);
    t.clock.advance(1000);
    await fail(t, API, 2);
    await rows(t, 1);
    vi.advanceTimersByTime(MINUTE);
    expect((await rows(t, 2))[1]).toMatchObject({
      ip: '192.0.2.1',
      details: { count: 5, firstAt: '2027-01-01T00:00:01.000Z', lastAt: '2027-01-01T00:00:02.000Z' },
    });
  });

  test('of a network of 64 bits in one row and its count, of another one in a row of its own', async () => {
    const t = await testApp();
    await fail(t, API, BURST + 1, '2001:db8::1');
    await ask(t, API, newSecret(), '2001:db8::2');
    await ask(t, SCRAPE, newSecret(), '2001:db8::ffff:3');
    await fail(t, API, BURST + 1, '2001:db8:0:1::1');
    expect((await rows(t, 2)).map(({ ip }) => ip)).toEqual(['2001:db8::1', '2001:db8:0:1::1']);
    vi.advanceTimersByTime(MINUTE);
    expect((await rows(t, 3))[2]).toMatchObject({ ip: '2001:db8::1', via: 'api', details: { count: 2 } });
  });

  test('in a bounded number of rows, however many addresses there are', async () => {
    const t = await testApp();
    for (let host = 1; host <= 80; host++) await fail(t, API, BURST + 1, `198.51.100.${host}`);
    await rows(t, 60);
    vi.advanceTimersByTime(MINUTE);
    expect((await rows(t, 61))[60]).toMatchObject({
      ip: null,
      via: 'system',
      details: { count: 20, otherAddresses: true },
    });
  });

  test('also what was held back when the server closes', async () => {
    const t = await throttledApp();
    await fail(t, API, 2);
    await t.app.close();
    expect((await rows(t, 2))[1]).toMatchObject({ details: { count: 2 } });
  });

  test('of refused scrapes as before: each is counted, with its reason', async () => {
    const t = await testApp();
    const { secret } = await t.mint();
    await fail(t, SCRAPE, BURST + 7);
    const text = (await ask(t, SCRAPE, secret)).body;
    expect(text).toContain(`dhcp_dpi_scrape_auth_failures_total{reason="unknown"} ${BURST + 7}\n`);
    vi.advanceTimersByTime(MINUTE);
    await vi.waitFor(async () => {
      const { items } = await t.services.audit.list({ event: 'scrape.refused', limit: 9 });
      expect(items).toMatchObject([{ details: { count: BURST + 6 } }, { details: { count: 1 } }]);
    });
  });
});

test('nobody waits for the audit log: where it cannot be written the answer is the same', async () => {
  const t = await testApp();
  const mend = breakInserts(t.config, 'audit_events');
  expect((await fail(t, API, BURST + 1)).statusCode).toBe(429);
  await vi.waitFor(() => expect(t.logged()).toContain('throttled addresses could not be written to the audit log'));
  mend();
});
