import { describe, expect, test } from 'vitest';
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
  ['an address with a port is that address', ['192.0.2.1'], '192.0.2.1', '198.51.100.7:1234', '198.51.100.7'],
  ['brackets are left out', ['192.0.2.1'], '192.0.2.1', '[2001:db8::1]', '2001:db8::1'],
  ['quotes and the port behind brackets, too', ['192.0.2.1'], '192.0.2.1', '"[2001:db8::1]:80"', '2001:db8::1'],
  ['brackets are for IPv6 alone', ['192.0.2.1'], '192.0.2.1', '[198.51.100.7]', 'unknown'],
  ['a port that is none', ['192.0.2.1'], '192.0.2.1', '198.51.100.7:x', 'unknown'],
  ['whom a proxy does not know ends the walk', ['192.0.2.0/24'], '192.0.2.1', '198.51.100.7, unknown', 'unknown'],
  ['so does whom a proxy hides', ['192.0.2.0/24'], '192.0.2.1', '198.51.100.7, _hidden, 192.0.2.9', 'unknown'],
  ['proxies without end: nobody', ['192.0.2.0/24'], '192.0.2.1', `198.51.100.7${', 192.0.2.2'.repeat(32)}`, 'unknown'],
  ['only proxies: the first of them', ['192.0.2.0/24'], '192.0.2.1', '192.0.2.3, 192.0.2.2', '192.0.2.3'],
  ['an IPv6 network holds no IPv4 peer', ['::/1'], '192.0.2.1', '198.51.100.7', '192.0.2.1'],
  ['a mapped peer is in the IPv4 network', ['192.0.2.0/24'], '::ffff:c000:201', '198.51.100.7', '198.51.100.7'],
  ['garbage behind an address is unknown', ['192.0.2.1'], '192.0.2.1', '198.51.100.7, x', 'unknown'],
  ['commas and nothing else: the peer', ['192.0.2.1'], '192.0.2.1', ', ,', '192.0.2.1'],
])('%s', async (_what, proxies, peer, forwarded, shown) => {
  expect(await believed(proxies, peer, forwarded)).toBe(shown);
});

describe('Forwarded (RFC 7239) of a trusted proxy', () => {
  const proxies = ['192.0.2.0/24'];

  /** The address and who is let in without a credential: those whose address is certain. */
  async function seen(headers: Record<string, string>): Promise<{ ip: string | null; isLetIn: boolean }> {
    const anonymous = { anonymous: true, anonymous_networks: ['198.51.100.0/24', '2001:db8::/32'] };
    const settings = { server: { trusted_proxies: proxies }, prometheus: { enabled: true, auth: anonymous } };
    const { app, services, mint } = await testApp({ settings });
    const { id, secret } = await mint();
    const request = { url: '/api/metrics/prometheus', remoteAddress: '192.0.2.1' };
    await app.inject({ ...request, headers: { ...headers, ...bearer(secret) } });
    const { statusCode } = await app.inject({ ...request, headers });
    return { ip: (await services.tokens.get(id)).lastIp, isLetIn: statusCode === 200 };
  }

  test.each([
    ['for=198.51.100.7', '198.51.100.7'],
    ['For=198.51.100.7;proto=http;by=203.0.113.43', '198.51.100.7'],
    ['proto=https; for="198.51.100.7:47011"', '198.51.100.7'],
    ['for="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17'],
    ['for="[2001:db8:cafe::17]"', '2001:db8:cafe::17'],
    ['for="[2001:db8::17]:_port"', '2001:db8::17'],
    ['for=10.0.0.1, for=198.51.100.7, for=192.0.2.9', '198.51.100.7'],
    ['for="\\1\\98.51.100.7"', '198.51.100.7'],
    ['for=10.0.0.1, for="198.51.100.7";by="a,b;for=10.0.0.2"', '198.51.100.7'],
  ])('%s: %s', async (forwarded, ip) => {
    expect(await seen({ forwarded })).toEqual({ ip, isLetIn: true });
  });

  test.each([
    'for=unknown',
    'for=_gazonk',
    'for="_gazonk:80"',
    'for=198.51.100.7, for=unknown, for=192.0.2.9',
    'for=198.51.100.7, proto=http',
    'for=198.51.100.7;for=198.51.100.8',
    'for="198.51.100.7',
    'for=198.51.100.1;x=", for=198.51.100.7',
    'for=198.51.100.1;x=", for="198.51.100.7:80"',
    'for=198.51.100.1;x="\\, for="198.51.100.7:80"',
    'for=',
    '198.51.100.7',
  ])('%s: the walk ends, nobody knows whom it is from', async (forwarded) => {
    expect(await seen({ forwarded })).toEqual({ ip: 'unknown', isLetIn: false });
  });

  test('beside X-Forwarded-For: that holds, and where the two differ nobody is let in without a credential', async () => {
    const both = (list: string, forwarded: string) => seen({ 'x-forwarded-for': list, forwarded });
    expect(await both('198.51.100.7', 'for=198.51.100.7')).toEqual({ ip: '198.51.100.7', isLetIn: true });
    expect(await both('198.51.100.7', 'for=198.51.100.8')).toEqual({ ip: '198.51.100.7', isLetIn: false });
    expect(await both('203.0.113.1', 'for=198.51.100.8')).toEqual({ ip: '203.0.113.1', isLetIn: false });
  });
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
