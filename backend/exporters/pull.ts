import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { CatalogueSource } from '../../contract/catalogue-model.ts';
import { isLoopback, urlHost } from '../lib/ip-address.ts';
import type { Dialect } from '../exposition/text.ts';
import { answerRefused, connectionFailed, notLocalHost, noExposition, tooSlow } from './failures.ts';
import { loopbackOnly } from './loopback.ts';

export interface PullOptions {
  readonly source: CatalogueSource;
  /** Hosts beside this machine that may be asked. */
  readonly sourceHosts: readonly string[];
  readonly version: string;
  /** What the exporter is told of how long it may take. */
  readonly deadlineMs: number;
  /** Ends it at once, whatever the exporter does. */
  readonly signal: AbortSignal;
  readonly lookup?: Parameters<typeof loopbackOnly>[0];
}

export type Pulled =
  | { readonly ok: true; readonly body: Buffer; readonly dialect: Dialect }
  /** A sentence. */
  | { readonly ok: false; readonly failure: string };

export const MAX_PULLED_BYTES = 16 * 1024 * 1024;
/** In this order, as Prometheus prefers them. */
const ACCEPT = 'application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5';
const dialects: Readonly<Record<string, Dialect>> = {
  'text/plain': 'text',
  'application/openmetrics-text': 'openmetrics',
};

/** Asks a local exporter once, over a connection of its own, without any proxy. Never rejects. */
export function pull(options: PullOptions): Promise<Pulled> {
  const { source, sourceHosts, deadlineMs, signal } = options;
  const url = new URL('socket' in source ? `http://localhost${source.path}` : source.scrape);
  const host = urlHost(url);
  const where = 'socket' in source ? source.socket : url.host;
  const isNamed = sourceHosts.includes(host);
  if (isIP(host) !== 0 && !isLoopback(host) && !isNamed)
    return Promise.resolve({ ok: false, failure: notLocalHost(host) });

  return new Promise((resolve) => {
    const end = (outcome: Pulled) => {
      signal.removeEventListener('abort', stop);
      request.destroy();
      resolve(outcome);
    };
    const fail = (failure: string) => end({ ok: false, failure });
    const stop = () => fail(tooSlow(deadlineMs));
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const request = send(url, {
      ...headOf(options),
      ...('socket' in source ? { socketPath: source.socket } : !isNamed && { lookup: loopbackOnly(options.lookup) }),
    });
    request.on('error', (error) => fail(connectionFailed(error, where, host)));
    request.on('response', (response) => {
      response.on('error', (error) => fail(connectionFailed(error, where, host)));
      receive(response, url, end);
    });
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    else request.end();
  });
}

function headOf({ deadlineMs, version }: PullOptions): RequestOptions {
  return {
    agent: false, // a connection of its own: nothing is kept open, and no proxy of the environment is used
    headers: {
      accept: ACCEPT,
      'accept-encoding': 'identity',
      'user-agent': `Vitals/${version}`,
      'x-prometheus-scrape-timeout-seconds': String(deadlineMs / 1000),
    },
  };
}

function receive(response: IncomingMessage, url: URL, end: (outcome: Pulled) => void): void {
  const fail = (failure: string) => end({ ok: false, failure });
  const type = response.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
  const dialect = dialects[type];
  const refusal = answerRefused(response, url);
  if (refusal !== undefined || !dialect) return fail(refusal ?? noExposition(type));
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_PULLED_BYTES) return fail('It sent more than 16 MiB. Let it show less.');
    chunks.push(chunk);
  });
  response.on('end', () => end({ ok: true, body: Buffer.concat(chunks, size), dialect }));
}
