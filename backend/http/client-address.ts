/** Who sent a request: the address of the connection, or what trusted proxies tell of it. */
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { createNetworkCheck, displayAddress, forwardedAddress } from '../lib/ip-address.ts';

export interface Client {
  /** As it is shown and stored; `unknown` where a proxy does not tell it. */
  readonly address: string;
  /** Nobody passed the request on, or only trusted proxies, which all tell the same address. */
  readonly isCertain: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    readonly client: Client;
  }
}

/** What a proxy adds to a request that it passes on. */
const FORWARDING = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];
/** Proxies that are followed back: nobody has so many, and a header has room for thousands. */
const MOST_PROXIES = 32;

/** @param proxies networks of those who are believed */
export function identifyClients(app: FastifyInstance, proxies: readonly string[]): void {
  const isTrusted = createNetworkCheck(proxies);
  app.decorateRequest('client', {
    getter() {
      return clientOf(this.raw.headers, displayAddress(this.raw.socket.remoteAddress), isTrusted);
    },
  });
}

/**
 * Each proxy adds the address that it was asked from behind those that came with the request, so the last one that is no
 * trusted proxy counts. Where both headers came, X-Forwarded-For holds: nearly every proxy writes it, and many pass on a
 * Forwarded that the client wrote. Where the two differ, one of them was forged.
 */
function clientOf(headers: IncomingHttpHeaders, peer: string, isTrusted: (address: string) => boolean): Client {
  if (!FORWARDING.some((name) => headers[name] !== undefined)) return { address: peer, isCertain: true };
  if (!isTrusted(peer)) return { address: peer, isCertain: false };
  const listed = origin(listedNodes(headers['x-forwarded-for']?.toString() ?? ''), isTrusted);
  const forwarded = origin(forwardedNodes(headers.forwarded ?? ''), isTrusted);
  const isAgreed = listed === undefined || forwarded === undefined || listed === forwarded;
  const address = listed ?? forwarded;
  return { address: address ?? peer, isCertain: address !== undefined && isAgreed };
}

function origin(nodes: readonly string[], isTrusted: (address: string) => boolean): string | undefined {
  const followed = nodes.slice(-MOST_PROXIES).reverse().map(forwardedAddress);
  const found = followed.find((address) => !isTrusted(address));
  if (found !== undefined) return found;
  return nodes.length > MOST_PROXIES ? 'unknown' : followed.at(-1);
}

/** X-Forwarded-For: addresses, some of them in quotes. */
function listedNodes(header: string): string[] {
  return elements(header.split(',')).map(unquoted);
}

/**
 * Forwarded (RFC 7239): what `for` says in each element, nothing where it is missing or said twice. A client that leaves a
 * quote open would hide in it what the proxy adds behind: then nobody is told at all.
 */
function forwardedNodes(header: string): string[] {
  return elements(splitOutsideQuotes(header, ',')).map((element) => {
    const pairs = splitOutsideQuotes(element, ';').map((pair) => pair.trim());
    const [node, another] = pairs.filter((pair) => pair.slice(0, 4).toLowerCase() === 'for=');
    return node === undefined || another !== undefined ? '' : unquoted(node.slice(4));
  });
}

function elements(parts: readonly string[]): string[] {
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function unquoted(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
  return text.slice(1, -1).replaceAll(/\\(.)/g, '$1');
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    if (isQuoted && text[at] === '\\') at += 1;
    else if (text[at] === '"') isQuoted = !isQuoted;
    else if (text[at] === separator && !isQuoted) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  if (isQuoted) return ['unknown'];
  return [...parts, text.slice(start)];
}
