import dns from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { CatalogueSource } from '../../contract/catalogue-model.ts';
import { createHttpClient, HttpFailure, type HttpHead } from '../lib/http-client.ts';
import { isAddress, isLoopback, urlHost } from '../lib/ip-address.ts';
import type { Dialect } from '../exposition/text.ts';
import {
  responseProblem,
  connectionFailed,
  notLocalHost,
  notAnExposition,
  NOT_LOCAL_HOST,
  timedOut,
} from './failures.ts';

export interface PullOptions {
  readonly source: CatalogueSource;
  /** Hosts beside this machine that may be scraped. */
  readonly sourceHosts: readonly string[];
  readonly version: string;
  /** What the exporter is told of how long it may take. */
  readonly deadlineMs: number;
  /** Ends it at once, whatever the exporter does. */
  readonly signal: AbortSignal;
  readonly lookup?: typeof dns.lookup;
}

export type Pulled =
  | { readonly ok: true; readonly body: Buffer; readonly dialect: Dialect }
  /** A sentence. */
  | { readonly ok: false; readonly failure: string };

export const MAX_PULLED_BYTES = 16 * 1024 * 1024;
/** Longer than any scrape waits: whoever waits ends it before, by the signal. In milliseconds. */
const LONGEST_MS = 300_000;
/** In this order, as Prometheus prefers them. */
const ACCEPT = 'application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5';
const dialects: Readonly<Record<string, Dialect>> = {
  'text/plain': 'text',
  'application/openmetrics-text': 'openmetrics',
};

/** Scrapes a local exporter once, over a connection of its own, without any proxy. Never rejects. */
export async function pull(options: PullOptions): Promise<Pulled> {
  const { source, sourceHosts, version, deadlineMs, signal, lookup } = options;
  const url = new URL('socket' in source ? `http://localhost${source.path}` : source.scrape);
  const host = urlHost(url);
  const where = 'socket' in source ? source.socket : url.host;
  const isNamed = sourceHosts.includes(host);
  if (isAddress(host) && !isLoopback(host) && !isNamed) return { ok: false, failure: notLocalHost(host) };
  const client = createHttpClient({
    keepAlive: false,
    connectTimeoutMs: LONGEST_MS,
    ...('socket' in source ? { socketPath: source.socket } : !isNamed && { lookup: loopbackOnly(lookup) }),
  });
  try {
    const answer = await client.request(url, {
      headers: {
        accept: ACCEPT,
        'accept-encoding': 'identity',
        'user-agent': `Vitals/${version}`,
        'x-prometheus-scrape-timeout-seconds': String(deadlineMs / 1000),
      },
      timeoutMs: LONGEST_MS,
      signal,
      maxBytes: MAX_PULLED_BYTES,
      wantsBody: (head) => readHead(head, url).ok,
    });
    const head = readHead(answer, url);
    return head.ok ? { ...head, body: answer.body } : head;
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    return { ok: false, failure: failureOf(error) };
  }

  function failureOf(error: HttpFailure): string {
    if (error.kind === 'aborted' || error.kind === 'timeout') return timedOut(deadlineMs);
    if (error.kind === 'too_large') return 'It sent more than 16 MiB. Let it show less.';
    return connectionFailed(error, where, host);
  }
}

/** In which form the body comes, or why it is not read. */
function readHead(
  head: HttpHead,
  url: URL,
): Omit<Extract<Pulled, { ok: true }>, 'body'> | Extract<Pulled, { ok: false }> {
  const type = head.headers['content-type']?.toString().split(';')[0]?.trim().toLowerCase() ?? '';
  const dialect = dialects[type === '' ? 'text/plain' : type];
  const problem = responseProblem(head, url);
  if (problem !== undefined) return { ok: false, failure: problem };
  return dialect ? { ok: true, dialect } : { ok: false, failure: notAnExposition(type) };
}

/** Finds only this machine's own loopback addresses, whatever a name resolves to: no connection leads out. */
function loopbackOnly(lookup: typeof dns.lookup = dns.lookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, []);
      const [first, ...others] = found.filter(({ address }) => isLoopback(address));
      if (!first) return callback(Object.assign(new Error(NOT_LOCAL_HOST), { code: NOT_LOCAL_HOST }), []);
      if (options.all === true) callback(null, [first, ...others]);
      else callback(null, first.address, first.family);
    });
  };
}
