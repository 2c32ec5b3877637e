import type { LookupAddress } from 'node:dns';
import type dns from 'node:dns';
import { expect, test } from 'vitest';
import { pull } from '../../backend/exporters/pull.ts';
import { shows, startLocalExporter } from '../support/local-exporter.ts';

/** A resolver that has these addresses for every name. */
function resolver(...addresses: string[]) {
  const asked: string[] = [];
  const lookup = (hostname: string, _options: unknown, callback: (error: null, found: LookupAddress[]) => void) => {
    asked.push(hostname);
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    process.nextTick(callback, null, found);
  };
  return { asked, lookup: lookup as unknown as typeof dns.lookup };
}

/** An exporter on this machine, asked by another name. */
async function askBy(host: string, lookup: typeof dns.lookup, sourceHosts: readonly string[] = []) {
  const exporter = await startLocalExporter(shows('a 1\n'));
  const scrape = exporter.url.replace('127.0.0.1', host);
  const { signal } = new AbortController();
  const pulled = await pull({ source: { scrape }, sourceHosts, version: '1', deadlineMs: 9_000, signal, lookup });
  return { pulled, requests: exporter.requests };
}

test.each([
  ['93.184.216.34'],
  ['169.254.169.254'],
  ['10.0.0.1', '2001:db8::1'],
  ['::ffff:10.0.0.1'],
  ['0.0.0.0'],
  [],
] as string[][])('a name that resolves to %s leads nowhere', async (...addresses) => {
  const { lookup } = resolver(...addresses);
  const { pulled } = await askBy('localhost', lookup);
  expect(pulled).toEqual({
    ok: false,
    failure: 'localhost is not this machine. Name it under prometheus.source_hosts if it may be asked.',
  });
});

test('a name that resolves to this machine, too, leads to this machine only', async () => {
  const { asked, lookup } = resolver('93.184.216.34', '127.0.0.1', '10.0.0.1');
  const { pulled, requests } = await askBy('localhost', lookup);
  expect(pulled).toMatchObject({ ok: true });
  expect(requests).toHaveLength(1);
  expect(asked).toEqual(['localhost']);
});

test.each(['192.0.2.1', '[2001:db8::1]', '[::ffff:192.0.2.1]', '0.0.0.0'])(
  'an address of another machine, %s, is not asked',
  async (host) => {
    const { asked, lookup } = resolver('127.0.0.1');
    const { pulled, requests } = await askBy(host, lookup);
    expect(pulled).toMatchObject({ ok: false, failure: expect.stringMatching(/ is not this machine\. /) });
    expect(requests).toEqual([]);
    expect(asked).toEqual([]);
  },
);

test('a host that the configuration names may be wherever it is', async () => {
  const { pulled } = await askBy('127.0.0.1', resolver().lookup, ['127.0.0.1']);
  expect(pulled).toMatchObject({ ok: true });
  const named = await askBy('0.0.0.0', resolver().lookup, ['0.0.0.0']); // to Linux, this is this machine
  expect(named.pulled).toMatchObject({ ok: true });
});

test('a name that is not known', async () => {
  const { signal } = new AbortController();
  const source = { scrape: 'http://vitals-test.invalid:9100/metrics' };
  const failing = (_hostname: string, _options: unknown, callback: (error: Error) => void) => {
    process.nextTick(callback, Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }));
  };
  const lookup = failing as unknown as typeof dns.lookup;
  expect(await pull({ source, sourceHosts: [], version: '1', deadlineMs: 9_000, signal, lookup })).toEqual({
    ok: false,
    failure: 'The name in vitals-test.invalid:9100 is not known here.',
  });
});
