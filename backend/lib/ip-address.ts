/** The one place that reads addresses and networks. An IPv4 address mapped into IPv6 is that IPv4 address. */
import { isIP } from 'node:net';
import { remember } from './remember.ts';

/** Of how many bits an address of a family is. */
const BITS = { 4: 32, 6: 128 } as const;
const MAPPED_PREFIX = 0xffffn;

interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** All addresses of one family that begin with the same bits. */
interface Network extends Address {
  readonly prefix: number;
}

export function isAddress(text: string): boolean {
  return isIP(text) !== 0;
}

/** An address as it is shown and stored: IPv4 without its IPv6 mapping, `unknown` where a proxy sent something else. */
export function displayAddress(address: string | undefined): string {
  return shown(address ?? '');
}

const shown = remember((text) => {
  const address = parseAddress(text);
  if (!address) return 'unknown';
  return address.family === 4 ? write(address) : text;
});

/** An address in brackets where it is IPv6, or IPv4, with a port that may be hidden (RFC 7239). */
const WITH_PORT = /^(?:\[([\da-f:.]+)\]|([\d.]+))(?::(?:\d{1,5}|_[\w.-]+))?$/i;

/** The address of what a proxy tells of somebody, as it is shown; `unknown` also where the proxy hides it. */
export function forwardedAddress(text: string): string {
  const [, bracketed, ipv4] = WITH_PORT.exec(text) ?? [];
  if (bracketed !== undefined) return isIP(bracketed) === 6 ? displayAddress(bracketed) : 'unknown';
  return displayAddress(ipv4 ?? text);
}

/** Whether a host is this machine for sure: its loopback addresses, and the name that means them. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || isLoopbackAddress(host);
}

/** The host of a URL, an IPv6 address without its brackets. */
export function urlHost({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** An address or a name as the host of a URL. */
export function asUrlHost(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

/** What counts as one source of requests: an IPv4 address, or the /64 network of an IPv6 address. */
export function sourceNetwork(text: string): string {
  const address = parseAddress(text);
  if (!address) return text;
  return address.family === 4 ? write(address) : `${groupsOf(address).slice(0, 4).join(':')}::/64`;
}

/** What is wrong with a text that should be an IP address or a CIDR range, as the end of a sentence; or nothing. */
export function networkProblem(text: string): string | undefined {
  const network = parseNetwork(text);
  if (!network) return malformed(text);
  if (network.prefix === 0) return 'names everybody. Name the networks that are meant';
  const meant = withoutHostBits(network);
  if (meant.value === network.value) return undefined;
  return `${text} has bits set behind its prefix. Write ${write(meant)}/${meant.prefix} for the network, or ${write(network)} for that address alone`;
}

function malformed(text: string): string {
  const sentence = 'has to be an IP address or a CIDR range';
  if (text === '*') return `${sentence}; * names everybody`;
  if (text.includes('[')) return `${sentence}, without brackets`;
  if (/^[\d.]+:\d+$/.test(text)) return `${sentence}, without a port`;
  return sentence;
}

/** Tells whether an address lies in one of the networks, which are of its family. What is no address lies in none. */
export function createNetworkCheck(networks: readonly string[]): (address: string) => boolean {
  const parsed = networks.map((text) => {
    const network = parseNetwork(text);
    if (!network) throw new Error(`${text} is no network`);
    return network;
  });
  return (text) => {
    const address = parseAddress(text);
    return address !== undefined && parsed.some((network) => isWithin(address, network));
  };
}

function isWithin(address: Address, network: Network): boolean {
  if (address.family !== network.family) return false;
  const rest = BigInt(BITS[network.family] - network.prefix);
  return address.value >> rest === network.value >> rest;
}

function withoutHostBits({ family, value, prefix }: Network): Network {
  const rest = BigInt(BITS[family] - prefix);
  return { family, value: (value >> rest) << rest, prefix };
}

function parseNetwork(text: string): Network | undefined {
  const [written = '', bits, ...rest] = text.split('/');
  const address = parseAddress(written);
  if (!address || written.includes('%') || rest.length > 0) return undefined;
  if (bits !== undefined && !/^\d{1,3}$/.test(bits)) return undefined;
  // Of a mapped IPv4 network the first 96 bits are the mapping.
  const isMapped = isIP(written) === 6 && address.family === 4;
  const given = bits === undefined ? undefined : Number(bits);
  if (isMapped && given !== undefined && given < 96) return boundedNetwork(unmapped(address), given);
  const prefix = given === undefined ? BITS[address.family] : given - (isMapped ? 96 : 0);
  return boundedNetwork(address, prefix);
}

function boundedNetwork(address: Address, prefix: number): Network | undefined {
  return prefix >= 0 && prefix <= BITS[address.family] ? { ...address, prefix } : undefined;
}

/** A mapped IPv4 address as the IPv6 address that was written: less than the mapping is no IPv4 network. */
function unmapped({ value }: Address): Address {
  return { family: 6, value: (MAPPED_PREFIX << 32n) | value };
}

const parseAddress = remember((text): Address | undefined => {
  const kind = isIP(text);
  if (kind === 0) return undefined;
  if (kind === 4) return { family: 4, value: ipv4Value(text) };
  const value = ipv6Value(text);
  if (value >> 32n === MAPPED_PREFIX) return { family: 4, value: value & 0xffff_ffffn };
  return { family: 6, value };
});

function ipv4Value(text: string): bigint {
  return text.split('.').reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** @param text an IPv6 address; its zone says through which interface, not which address. */
function ipv6Value(text: string): bigint {
  const [address = ''] = text.split('%', 1);
  const tail = address.slice(address.lastIndexOf(':') + 1);
  // An IPv4 tail stands for two groups.
  const groupsOnly = tail.includes('.')
    ? `${address.slice(0, -tail.length)}${(ipv4Value(tail) >> 16n).toString(16)}:${(ipv4Value(tail) & 0xffffn).toString(16)}`
    : address;
  const [left = [], right] = groupsOnly.split('::').map((side) => (side === '' ? [] : side.split(':')));
  const zeros = Array<string>(8 - left.length - (right?.length ?? 0)).fill('0');
  return [...left, ...(right ? [...zeros, ...right] : [])].reduce(
    (value, group) => (value << 16n) | BigInt(`0x${group}`),
    0n,
  );
}

function groupsOf({ value }: Address): string[] {
  return Array.from({ length: 8 }, (_, index) => ((value >> BigInt(16 * (7 - index))) & 0xffffn).toString(16));
}

function write(address: Address): string {
  if (address.family === 4) {
    return [24n, 16n, 8n, 0n].map((shift) => ((address.value >> shift) & 0xffn).toString()).join('.');
  }
  return urlHost(new URL(`http://[${groupsOf(address).join(':')}]`));
}

const isLoopbackAddress = createNetworkCheck(['127.0.0.0/8', '::1']);
