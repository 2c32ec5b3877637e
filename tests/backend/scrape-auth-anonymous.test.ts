import { describe, expect, test } from 'vitest';
import { newSecret } from '../../backend/tokens/model/token.ts';
import { bearer, nextAddress, testApp } from '../support/app.ts';
import { basic, SCRAPE_PATH, scrapeAuthApp, type Presenting } from '../support/scrape-auth.ts';
import { listen } from '../support/socket.ts';

const NETWORKS = ['192.0.2.0/24', '198.51.100.7', '2001:db8::/32'];

/** The status that a scrape from each of these addresses meets. */
async function statusesOf(auth: object, addresses: readonly string[]): Promise<Record<string, number>> {
  const { scrape } = await scrapeAuthApp({ anonymous: true, ...auth });
  const statuses: Record<string, number> = {};
  for (const from of addresses) statuses[from] = (await scrape({ from })).statusCode;
  return statuses;
}

describe('without a credential', () => {
  test('nobody is let in while that is off', async () => {
    const { scrape, reasons } = await scrapeAuthApp({});
    for (const from of ['127.0.0.1', '::1', '192.0.2.1']) expect((await scrape({ from })).statusCode).toBe(401);
    expect(await reasons()).toEqual(['missing', 'missing', 'missing']);
  });

  test('loopback is let in where no network is named', async () => {
    const inside = { '127.0.0.1': 200, '127.9.9.9': 200, '::1': 200, '::ffff:127.0.0.1': 200 };
    const outside = { '10.0.0.1': 401, '192.0.2.1': 401, 'fe80::1': 401, '128.0.0.1': 401, unknown: 401 };
    const wanted = { ...inside, ...outside };
    expect(await statusesOf({}, Object.keys(wanted))).toEqual(wanted);
  });

  test('the named networks are let in and no others, not even loopback', async () => {
    const wanted = {
      ...{ '192.0.2.1': 200, '192.0.2.255': 200, '::ffff:192.0.2.1': 200, '198.51.100.7': 200, '2001:db8:1::1': 200 },
      ...{ '192.0.3.1': 401, '198.51.100.8': 401, '2001:db9::1': 401, '127.0.0.1': 401, '::1': 401 },
    };
    expect(await statusesOf({ anonymous_networks: NETWORKS }, Object.keys(wanted))).toEqual(wanted);
  });

  test('a HEAD is let in too, and a real connection over loopback', async () => {
    const { app, scrape } = await scrapeAuthApp({ anonymous: true });
    expect((await scrape({ from: '127.0.0.1', method: 'HEAD' })).statusCode).toBe(200);
    const answer = await fetch(`http://127.0.0.1:${await listen(app)}${SCRAPE_PATH}`);
    expect(answer.status).toBe(200);
  });

  test('what comes out has no expiry of a token, and no use is noted', async () => {
    const { scrape, mint, services, app, jwt } = await scrapeAuthApp({ anonymous: true });
    const { id, secret } = await mint('Prometheus', '2027-06-01T00:00:00Z');
    const [withToken, without] = [
      await scrape({ headers: bearer(secret), from: '192.0.2.1' }),
      await scrape({ from: '127.0.0.1' }),
    ];
    expect(withToken.body).toContain('dhcp_dpi_scrape_token_expiry_timestamp_seconds ');
    expect(without.body).not.toContain('dhcp_dpi_scrape_token_expiry_timestamp_seconds');
    expect(without.body).toContain('dhcp_dpi_build_info{');
    expect(await services.tokens.get(id)).toMatchObject({ lastIp: '192.0.2.1' });
    const { items } = await services.audit.list({ event: 'scrape.refused', limit: 1 });
    expect(items).toEqual([]);
    const answer = await app.inject({ url: '/api/integrations', headers: bearer(await jwt('viewer')) });
    expect(answer.json()).toMatchObject([{ authentication: ['bearer', 'none'], openTo: ['127.0.0.0/8', '::1/128'] }]);
  });
});

describe('behind a proxy', () => {
  const local = '127.0.0.1';

  test('that is not trusted, nobody is, whatever it adds; a token is all the same', async () => {
    const { scrape, mint } = await scrapeAuthApp({ anonymous: true });
    const { secret } = await mint();
    for (const headers of [
      { 'X-Forwarded-For': '198.51.100.200' },
      { 'X-Forwarded-For': local },
      { 'X-Forwarded-For': '' },
      { Forwarded: `for=${local}` },
      { 'X-Real-IP': local },
      { 'x-real-ip': '198.51.100.200' },
      { Via: '1.1 proxy' },
      { 'X-Forwarded-Proto': 'https' },
      { 'X-Forwarded-Host': 'appliance.example.com' },
    ]) {
      const what = JSON.stringify(headers);
      expect((await scrape({ from: local, headers })).statusCode, what).toBe(401);
      expect((await scrape({ from: local, headers: { ...headers, ...bearer(secret) } })).statusCode, what).toBe(200);
    }
    expect((await scrape({ from: local })).statusCode).toBe(200);
  });

  test('that is trusted, the client counts that it tells of', async () => {
    const auth = { anonymous: true, anonymous_networks: ['192.0.2.0/24'] };
    const { scrape } = await scrapeAuthApp(auth, { trusted_proxies: ['10.0.0.7'] });
    const wanted: [string, string, Record<string, string>, number][] = [
      ['a client in the network', '10.0.0.7', { 'x-forwarded-for': '192.0.2.1' }, 200],
      ['a client elsewhere', '10.0.0.7', { 'x-forwarded-for': '203.0.113.1' }, 401],
      ['what a client claims of itself', '10.0.0.7', { 'x-forwarded-for': '192.0.2.1, 203.0.113.1' }, 401],
      ['no address', '10.0.0.7', { 'x-forwarded-for': 'unknown' }, 401],
      ['a client in the network, by the standard', '10.0.0.7', { forwarded: 'for=192.0.2.1' }, 200],
      ['a header that is not believed', '10.0.0.7', { 'x-real-ip': '192.0.2.1' }, 401],
      ['another proxy, inside the network', '192.0.2.99', { 'x-forwarded-for': '192.0.2.1' }, 401],
      ['no proxy: a direct connection', '192.0.2.1', {}, 200],
    ];
    for (const [what, from, headers, status] of wanted) {
      expect((await scrape({ from, headers })).statusCode, what).toBe(status);
    }
  });

  test('on this machine beside the trusted one, or trusted but silent about its clients, nobody is', async () => {
    const other = await scrapeAuthApp({ anonymous: true }, { trusted_proxies: ['10.0.0.7'] });
    expect((await other.scrape({ from: local, headers: { 'x-forwarded-for': '203.0.113.1' } })).statusCode).toBe(401);
    const silent = await scrapeAuthApp({ anonymous: true }, { trusted_proxies: [local] });
    for (const headers of [{ 'x-real-ip': '203.0.113.1' }, { 'x-forwarded-for': ', ,' }]) {
      expect((await silent.scrape({ from: local, headers })).statusCode).toBe(401);
    }
  });
});

test('a wrong credential is never taken for none, and the refusal is the same 401', async () => {
  const { scrape, reasons, mint, services } = await scrapeAuthApp({
    anonymous: true,
    basic_password: true,
    query_token: true,
  });
  const plain = await (await testApp()).app.inject({ url: SCRAPE_PATH, remoteAddress: nextAddress() });
  const { id, secret } = await mint();
  await services.tokens.revoke(id, { name: 'tester', via: 'cli', ip: null });
  const wrong: Presenting[] = [
    { headers: bearer(secret) },
    { headers: bearer(newSecret()) },
    { headers: { authorization: '' } },
    { headers: { authorization: 'Basic' } },
    { headers: basic('', '') },
    { query: '?token=' },
    { query: `?token=${secret}` },
    { query: '?token=a&token=b' },
  ];
  for (const presenting of wrong) {
    const answer = await scrape({ ...presenting, from: '127.0.0.1' });
    expect(answer.statusCode).toBe(401);
    expect(answer.body).toBe(plain.body);
    expect(Object.keys(answer.headers)).toEqual(Object.keys(plain.headers));
  }
  expect(new Set(await reasons())).toEqual(new Set(['revoked', 'unknown', 'malformed']));
});

test('a token in the query where that way is off is no credential, and so does not shut out', async () => {
  const { scrape } = await scrapeAuthApp({ anonymous: true });
  expect((await scrape({ query: '?token=x', from: '127.0.0.1' })).statusCode).toBe(200);
  expect((await scrape({ query: '?token=x' })).statusCode).toBe(401);
});

test('whoever is refused without a credential again and again has to wait, and stays counted as missing', async () => {
  const { scrape } = await scrapeAuthApp({ anonymous: true, anonymous_networks: ['192.0.2.1'] });
  const statuses = new Set<number>();
  for (let n = 0; n < 25; n++) statuses.add((await scrape({ from: '203.0.113.5' })).statusCode);
  expect(statuses).toEqual(new Set([401, 429]));
  const { body } = await scrape({ from: '192.0.2.1' });
  expect(body).toContain('dhcp_dpi_scrape_auth_failures_total{reason="missing"} 25');
});
