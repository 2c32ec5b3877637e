import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createNetworkCheck, displayAddress, networkProblem, sourceNetwork } from '../../backend/lib/ip-address.ts';

describe('an address is shown as it is, or as unknown', () => {
  const shown: [string | undefined, string][] = [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['::1', '::1'],
    [undefined, 'unknown'],
    ['', 'unknown'],
    ['192.0.2.1:8080', 'unknown'],
    ['[2001:db8::1]', 'unknown'],
    ['192.0.2.256', 'unknown'],
    ['::ffff:192.0.2.999', 'unknown'],
    ['localhost', 'unknown'],
    ["'; drop table scrape_tokens; --", 'unknown'],
    ['192.0.2.1\n{"level":50}', 'unknown'],
  ];
  test.each(shown)('%j -> %s', (address, expected) => {
    expect(displayAddress(address)).toBe(expected);
  });

  test('whatever it is given, it shows an address or unknown', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()), (text) => {
        expect(displayAddress(text)).toMatch(/^(unknown|[0-9a-f:.]+(%.+)?)$/i);
      }),
    );
  });
});

describe('a source is an IPv4 address or the /64 of an IPv6 address', () => {
  /** The first four groups, by the address parser of URLs, which is another than ours. */
  function network(address: string): string {
    const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
    const [head = '', tail] = canonical.split('::');
    const groups = (text: string) => (text === '' ? [] : text.split(':'));
    const [left, right] = [groups(head), groups(tail ?? '')];
    const middle = Array<string>(tail === undefined ? 0 : 8 - left.length - right.length).fill('0');
    return `${[...left, ...middle, ...right].slice(0, 4).join(':')}::/64`;
  }

  test('in whichever notation the address is written', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        fc.pre(displayAddress(address) === address); // not IPv4, mapped
        expect(sourceNetwork(address)).toBe(network(address));
      }),
      { numRuns: 3000, examples: [['::'], ['::1'], ['1::'], ['::2:3:4:5:6:1.2.3.4'], ['1::2:3:4:5:1.2.3.4']] },
    );
  });

  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['unknown', 'unknown'],
    ['2001:0DB8:0000:00aB:1:2:3:4', '2001:db8:0:ab::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
  ])('%s -> %s', (address, expected) => {
    expect(sourceNetwork(address)).toBe(expected);
  });
});

describe('a network holds addresses of its own family', () => {
  test.each([
    ['::1/64', '127.0.0.1', false],
    ['::/1', '127.0.0.1', false],
    ['::/1', '::ffff:127.0.0.1', false],
    ['::/1', '::1', true],
    ['0.0.0.0/1', '::1', false],
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['10.0.0.0/8', '::ffff:a01:203', true],
    ['::ffff:10.0.0.0/104', '10.1.2.3', true],
    ['::ffff:10.0.0.1', '10.0.0.1', true],
    ['::ffff:10.0.0.0/104', '11.1.2.3', false],
    ['192.0.2.1', '192.0.2.1', true],
    ['192.0.2.1', '192.0.2.2', false],
    ['2001:db8::/33', '2001:db8:7fff::1', true],
    ['2001:db8::/33', '2001:db8:8000::1', false],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['0.0.0.0/1', 'unknown', false],
    ['0.0.0.0/1', '', false],
  ])('%s and %s: %s', (network, address, isWithin) => {
    expect(createNetworkCheck([network])(address)).toBe(isWithin);
  });

  test('whatever its prefix, it holds its first and its last address and neither neighbour', () => {
    const dotted = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 1, max: 32 }), (value, prefix) => {
        const size = 2 ** (32 - prefix);
        const first = Math.floor(value / size) * size;
        const isWithin = createNetworkCheck([`${dotted(first)}/${prefix}`]);
        expect([first, first + size - 1].map((one) => isWithin(dotted(one)))).toEqual([true, true]);
        if (first > 0) expect(isWithin(dotted(first - 1))).toBe(false);
        if (first + size < 2 ** 32) expect(isWithin(dotted(first + size))).toBe(false);
      }),
    );
  });
});

describe('what is no network is said, with what was meant', () => {
  test.each([
    [
      '10.0.0.7/8',
      '10.0.0.7/8 has bits set behind its prefix. Write 10.0.0.0/8 for the network, or 10.0.0.7 for that address alone',
    ],
    ['::1/64', '::1/64 has bits set behind its prefix. Write ::/64 for the network, or ::1 for that address alone'],
    [
      '2001:db8::7/32',
      '2001:db8::7/32 has bits set behind its prefix. Write 2001:db8::/32 for the network, or 2001:db8::7 for that address alone',
    ],
    [
      '::ffff:10.0.0.7/104',
      '::ffff:10.0.0.7/104 has bits set behind its prefix. Write 10.0.0.0/8 for the network, or 10.0.0.7 for that address alone',
    ],
    ['0.0.0.0/0', 'names everybody. Name the networks that are meant'],
    ['::ffff:0.0.0.0/96', 'names everybody. Name the networks that are meant'],
    ['*', 'has to be an IP address or a CIDR range; * names everybody'],
    ['[::1]', 'has to be an IP address or a CIDR range, without brackets'],
    ['[::1]:80', 'has to be an IP address or a CIDR range, without brackets'],
    ['10.0.0.1:80', 'has to be an IP address or a CIDR range, without a port'],
    ['10.0.0.0/255.0.0.0', 'has to be an IP address or a CIDR range'],
    ['fe80::1%eth0', 'has to be an IP address or a CIDR range'],
    ['010.0.0.1', 'has to be an IP address or a CIDR range'],
    ['10.0.0.0/', 'has to be an IP address or a CIDR range'],
    ['loopback', 'has to be an IP address or a CIDR range'],
  ])('%s', (text, problem) => {
    expect(networkProblem(text)).toBe(problem);
  });

  test.each(['10.0.0.0/8', '10.0.0.7', '10.0.0.7/32', '::1', '::1/128', '2001:db8::/32', '::ffff:10.0.0.0/104'])(
    '%s is one',
    (text) => {
      expect(networkProblem(text)).toBeUndefined();
    },
  );
});

test('nothing else in the backend reads addresses, nor takes the one that Fastify believes', () => {
  const backend = fileURLToPath(new URL('../../backend', import.meta.url));
  const sources = readdirSync(backend, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const others = sources.filter((file) => {
    if (file === 'lib/ip-address.ts') return false;
    return /\b(isIP(v[46])?|BlockList|trustProxy)\b|\brequest\.ips?\b/.test(readFileSync(join(backend, file), 'utf8'));
  });
  expect(others).toEqual([]);
});
