import { expect, test } from 'vitest';
import { actor, bearer, testApp } from '../support/app.ts';

/** The address that the backend believes, by way of the last use it shows. */
async function believed(proxies: string[], remoteAddress: string, forwarded?: string): Promise<string | null> {
  const { app, services, mint } = await testApp({ settings: { server: { trusted_proxies: proxies } } });
  const { id, secret } = await mint();
  const headers = { ...bearer(secret), ...(forwarded !== undefined && { 'x-forwarded-for': forwarded }) };
  const answer = await app.inject({ url: '/api/metrics/prometheus', headers, remoteAddress });
  expect(answer.statusCode).toBe(200);
  return (await services.tokens.get(id)).lastIp;
}

test.each([
  ['nobody is trusted: the peer', [], '192.0.2.1', '198.51.100.7', '192.0.2.1'],
  ['the peer is not the trusted proxy: the peer', ['10.0.0.1'], '192.0.2.1', '198.51.100.7', '192.0.2.1'],
  ['the peer is the trusted proxy: what it forwards', ['192.0.2.1'], '192.0.2.1', '198.51.100.7', '198.51.100.7'],
  ['the peer is in a trusted range', ['192.0.2.0/24'], '192.0.2.1', '2001:db8::7', '2001:db8::7'],
  ['the peer is trusted in IPv6 too', ['192.0.2.0/24'], '::ffff:192.0.2.1', '198.51.100.7', '198.51.100.7'],
  ['the peer forwards nothing: the peer', ['192.0.2.1'], '192.0.2.1', undefined, '192.0.2.1'],
  [
    'of several, the last that is not a proxy',
    ['192.0.2.0/24'],
    '192.0.2.1',
    '1.1.1.1, 198.51.100.7, 192.0.2.9',
    '198.51.100.7',
  ],
  [
    'what the client itself claims is not believed',
    ['192.0.2.1'],
    '192.0.2.1',
    '127.0.0.1, 198.51.100.7',
    '198.51.100.7',
  ],
  ['an IPv4 address in IPv6 is shown plainly', ['192.0.2.1'], '192.0.2.1', '::ffff:198.51.100.7', '198.51.100.7'],
  ['garbage is unknown', ['192.0.2.1'], '192.0.2.1', '<script>', 'unknown'],
  ['an address with a port is unknown', ['192.0.2.1'], '192.0.2.1', '198.51.100.7:1234', 'unknown'],
  ['garbage behind an address is unknown', ['192.0.2.1'], '192.0.2.1', '198.51.100.7, x', 'unknown'],
  ['commas and nothing else: the peer', ['192.0.2.1'], '192.0.2.1', ', ,', '192.0.2.1'],
])('%s', async (_what, proxies, peer, forwarded, shown) => {
  expect(await believed(proxies, peer, forwarded)).toBe(shown);
});

test('audit rows of the API and of refused scrapes show the same address', async () => {
  const { app, services, jwt } = await testApp({ settings: { server: { trusted_proxies: ['10.0.0.0/8'] } } });
  const from = (forwarded: string) => ({ remoteAddress: '10.1.2.3', headers: { ...{ 'x-forwarded-for': forwarded } } });
  const admin = { ...from('198.51.100.7').headers, ...bearer(await jwt('admin')) };
  await app.inject({
    ...from('198.51.100.7'),
    method: 'POST',
    url: '/api/tokens',
    headers: admin,
    payload: { name: 'a' },
  });
  await app.inject({ ...from('198.51.100.8'), url: '/api/metrics/prometheus' });
  await app.inject({ ...from('not an address'), url: '/api/metrics/prometheus' });
  await app.close();
  const { items } = await services.audit.list({ limit: 3 });
  expect(items.map(({ event, ip }) => [event, ip]).reverse()).toEqual([
    ['token.created', '198.51.100.7'],
    ['scrape.refused', '198.51.100.8'],
    ['scrape.refused', 'unknown'],
  ]);
});

test('the command line has no address', async () => {
  const { services } = await testApp();
  await services.tokens.create({ name: 'a' }, actor);
  expect((await services.audit.list({ limit: 1 })).items).toMatchObject([{ via: 'cli', ip: null }]);
});
