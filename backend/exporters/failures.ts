/** Why a local exporter gave nothing, in sentences that say what to do. Nothing of what it sent stands in them. */
import type { HttpFailure, HttpHead } from '../lib/http-client.ts';

/** The code of the error that a name ends in which belongs to other machines. */
export const NOT_LOCAL_HOST = 'NOT_LOCAL_HOST';

/** @param host of a URL that leads to another machine, which nobody allowed */
export function notLocalHost(host: string): string {
  return `${host} is not this machine. Name it under prometheus.source_hosts if it may be asked.`;
}

export function timedOut(deadlineMs: number): string {
  const seconds = Number((deadlineMs / 1000).toPrecision(2));
  return `It did not answer within ${seconds} s. Is it overloaded? The scrape timeout of Prometheus decides how long it may take.`;
}

/** @param where host and port, or the path of the socket */
export function connectionFailed({ kind, code }: HttpFailure, where: string, host: string): string {
  if (code === NOT_LOCAL_HOST) return notLocalHost(host);
  return (
    connectionFailures[code]?.(where) ??
    connectionFailures[kind]?.(where) ??
    `The connection to ${where} failed (${code}).`
  );
}

/** By the code of a failure, or by its kind. */
const connectionFailures: Readonly<Record<string, (where: string) => string>> = {
  refused: (where) => `Nothing listens at ${where}. Is the exporter running?`,
  ENOENT: (where) => `There is no socket ${where}. Is the exporter running?`,
  ENOTSOCK: (where) => `${where} is no socket.`,
  EACCES: (where) => `The user that Vitals runs as may not open ${where}.`,
  ENOTFOUND: (where) => `The name in ${where} is not known here.`,
  EAI_AGAIN: (where) => `The name in ${where} could not be looked up.`,
  broken: (where) => `The connection to ${where} broke off before the answer was whole.`,
  tls: (where) => `What answers at ${where} does not speak TLS. Is it an http:// URL?`,
  not_http: (where) => `What answers at ${where} does not speak HTTP. Is it the right one?`,
};

/** What is wrong with an answer by its head, if anything is. */
export function responseProblem({ status, headers }: HttpHead, base: URL): string | undefined {
  if (status >= 300 && status < 400) {
    return `It redirects ${targetOf(headers['location']?.toString(), base)}, and redirects are not followed. Put the final address into the catalogue.`;
  }
  if (status === 401 || status === 403) {
    return `It answered ${status}: it has to let this machine read without a credential.`;
  }
  if (status === 404) return 'It answered 404. Is the path in the catalogue’s source right?';
  if (status !== 200) return `It answered ${status}. Its own log may say why.`;
  const encoding = headers['content-encoding']?.toString() ?? 'identity';
  if (encoding !== 'identity') return 'It answered compressed, though it was asked not to.';
  return undefined;
}

function targetOf(location: string | undefined, base: URL): string {
  const host = location !== undefined && URL.canParse(location, base.href) ? new URL(location, base).host : '';
  return host === '' ? 'elsewhere' : `to ${host.slice(0, 260)}`;
}

/** @param type the media type, if there is one */
export function notAnExposition(type: string): string {
  const what = /^[\w.+-]{1,40}\/[\w.+-]{1,60}$/.test(type) ? type : 'something';
  return `It answered with ${what}, which is no text exposition. Is it the page with the metrics?`;
}
