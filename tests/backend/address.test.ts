import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { displayAddress, sourceNetwork } from '../../backend/lib/ip-address.ts';

describe('an address is shown as it is, or as unknown', () => {
  const shown: [string | undefined, string][] = [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
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
  ])('%s -> %s', (address, expected) => {
    expect(sourceNetwork(address)).toBe(expected);
  });
});
