/** Why a local exporter gave nothing, in sentences that say what to do. Nothing of what it sent stands in them. */
import type { IncomingMessage } from 'node:http';
import { NOT_THIS_MACHINE } from './loopback.ts';

/** @param host of a URL that leads to another machine, which nobody allowed */
export function notLocalHost(host: string): string {
  return `${host} is not this machine. Name it under prometheus.source_hosts if it may be asked.`;
}

export function tooSlow(deadlineMs: number): string {
  const seconds = Number((deadlineMs / 1000).toPrecision(2));
  return `It did not answer within ${seconds} s. Is it overloaded? The scrape timeout of Prometheus decides how long it may take.`;
}

/** @param where host and port, or the path of the socket */
export function connectionFailed(error: NodeJS.ErrnoException, where: string, host: string): string {
  const { code = 'unknown' } = error;
  if (code === NOT_THIS_MACHINE) return notLocalHost(host);
  if (code.startsWith('HPE_')) return `What answers at ${where} does not speak HTTP. Is it the right one?`;
  return connectionFailures[code]?.(where) ?? `The connection to ${where} failed (${code}).`;
}

const connectionFailures: Readonly<Record<string, (where: string) => string>> = {
  ECONNREFUSED: (where) => `Nothing listens at ${where}. Is the exporter running?`,
  ENOENT: (where) => `There is no socket ${where}. Is the exporter running?`,
  ENOTSOCK: (where) => `${where} is no socket.`,
  EACCES: (where) => `The user that Vitals runs as may not open ${where}.`,
  ENOTFOUND: (where) => `The name in ${where} is not known here.`,
  EAI_AGAIN: (where) => `The name in ${where} could not be looked up.`,
  ECONNRESET: (where) => `The connection to ${where} broke off before the answer was whole.`,
  EPROTO: (where) => `What answers at ${where} does not speak TLS. Is it an http:// URL?`,
};

/** What is wrong with an answer by its head, if anything is. */
export function answerRefused({ statusCode = 0, headers }: IncomingMessage, base: URL): string | undefined {
  if (statusCode >= 300 && statusCode < 400) {
    return `It redirects ${targetOf(headers.location, base)}, and redirects are not followed. Put the final address into the catalogue.`;
  }
  if (statusCode === 401 || statusCode === 403) {
    return `It answered ${statusCode}: it has to let this machine read without a credential.`;
  }
  if (statusCode === 404) return 'It answered 404. Is the path in the catalogue’s source right?';
  if (statusCode !== 200) return `It answered ${statusCode}. Its own log may say why.`;
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') return 'It answered compressed, though it was asked not to.';
  return undefined;
}

function targetOf(location: string | undefined, base: URL): string {
  const host = location !== undefined && URL.canParse(location, base.href) ? new URL(location, base).host : '';
  return host === '' ? 'elsewhere' : `to ${host.slice(0, 260)}`;
}

/** @param type the media type, if there is one */
export function noExposition(type: string): string {
  const what = /^[\w.+-]{1,40}\/[\w.+-]{1,60}$/.test(type) ? type : 'something';
  return `It answered with ${what}, which is no text exposition. Is it the page with the metrics?`;
}
