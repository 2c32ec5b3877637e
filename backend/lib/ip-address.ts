import { BlockList, isIP } from 'node:net';
import { remember } from './remember.ts';

/** An address as it is shown and stored: IPv4 without its IPv6 mapping, `unknown` where a proxy sent something else. */
export function displayAddress(address: string | undefined): string {
  return shown(address ?? '');
}

const shown = remember((address) => {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(plain) === 0 ? 'unknown' : plain;
});

/** Whether a host is this machine for sure: its loopback addresses, and the name that means them. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** The host of a URL, an IPv6 address without its brackets. */
export function urlHost({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** What counts as one source of requests: an IPv4 address, or the /64 network of an IPv6 address. */
export function sourceNetwork(address: string): string {
  if (isIP(address) !== 6) return address;
  // An IPv4 tail stands for two groups, never among the first four.
  const groupsOnly = address.replace(/%.*$/, '').replace(/\d+\.\d+\.\d+\.\d+$/, '0:0');
  const [head = '', tail] = groupsOnly.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups =
    tail === undefined ? left : [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

/** Whether a text is an IP address or a CIDR range. */
export function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  if (isIP(address) === 0 || rest.length > 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return false;
  try {
    createNetworkCheck([text]);
    return true;
  } catch {
    return false;
  }
}

/** Tells whether an address lies in one of the networks. What is no address lies in none. */
export function createNetworkCheck(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    if (bits === undefined) list.addAddress(address, family(address));
    else list.addSubnet(address, Number(bits), family(address));
  }
  return (address) => isIP(address) !== 0 && list.check(address, family(address));
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}
