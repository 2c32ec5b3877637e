import { contentTypes } from '../exposition/negotiate.ts';
import { createHttpClient, HttpFailure } from '../lib/http-client.ts';
import {
  statusFailure,
  connectionFailure,
  timedOut,
  unreadablePassword,
  unexpectedAnswer,
  type PushFailure,
} from './failures.ts';
import { groupUrl, type Access, type PushGroup } from './grouping-key.ts';

/** How long a Pushgateway may take over one request, in milliseconds. */
export const GATEWAY_DEADLINE_MS = 5_000;
/** Nothing that a Pushgateway answers is longer. */
const LONGEST_ANSWER_BYTES = 16 * 1024;

const http = createHttpClient({ keepAlive: false });

export interface RequestLimits {
  /** Milliseconds for the whole request; `GATEWAY_DEADLINE_MS` unless given. */
  readonly deadlineMs?: number;
  /** Ends the request at once. It then counts as late. */
  readonly signal?: AbortSignal;
}

/** Two requests that a Pushgateway knows. Both resolve to why it failed, to nothing where it did it, and never reject. */
export interface PushgatewayClient {
  /** Replaces everything in the group. @param exposition text 0.0.4 */
  put(group: PushGroup, exposition: string, limits?: RequestLimits): Promise<PushFailure | undefined>;
  /** Removes the group. One that is not there is removed. */
  remove(group: PushGroup, limits?: RequestLimits): Promise<PushFailure | undefined>;
}

/** Keeps no connection: a push is rare, and removals go to many hosts. */
export const pushgateway: PushgatewayClient = {
  put: (group, exposition, limits) => request(group, 'PUT', renameGroupLabels(exposition), limits),
  remove: (group, limits) => request(group, 'DELETE', undefined, limits),
};

async function request(
  group: PushGroup,
  method: 'PUT' | 'DELETE',
  text: string | undefined,
  { deadlineMs = GATEWAY_DEADLINE_MS, signal }: RequestLimits = {},
): Promise<PushFailure | undefined> {
  const { access } = group;
  if (access === 'unreadable') return unreadablePassword;
  const url = groupUrl(group);
  const failureOf = (status: number) => statusFailure(status, url, access !== 'none');
  try {
    const { status, headers, body } = await http.request(url, {
      method,
      headers: headersFor(access, text),
      ...(text !== undefined && { body: text }),
      timeoutMs: deadlineMs,
      ...(signal && { signal }),
      maxBytes: LONGEST_ANSWER_BYTES,
    });
    const isPage = body.length > 0 && /^text\/html\b/i.test(headers['content-type']?.toString() ?? '');
    return answered(failureOf(status) ?? (isPage ? unexpectedAnswer(url) : undefined));
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    const { kind, head, isSent } = error;
    if (kind === 'too_large' && head) return answered(failureOf(head.status) ?? unexpectedAnswer(url));
    const isLate = kind === 'timeout' || kind === 'aborted';
    return { ...(isLate ? timedOut(url, deadlineMs / 1000) : connectionFailure(error, url)), mayBeDone: isSent };
  }
}

function answered(failure: Omit<PushFailure, 'mayBeDone'> | undefined): PushFailure | undefined {
  return failure && { ...failure, mayBeDone: failure.reason === 'server_error' };
}

function headersFor(access: Exclude<Access, 'unreadable'>, text: string | undefined): Record<string, string> {
  return {
    ...(access !== 'none' && {
      authorization: `Basic ${Buffer.from(`${access.username}:${access.password}`, 'utf8').toString('base64')}`,
    }),
    ...(text !== undefined && { 'content-type': contentTypes['text-0.0.4'] }),
  };
}

/** Labels that the group itself sets, on every series that is pushed to it. */
const ofTheGroup = ['instance', 'job'];
const pair = /(?<!\w)([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;
const mayClash = new RegExp(`(?:${ofTheGroup.join('|')})="`);

/**
 * An exposition as it is pushed: a series' own label `instance` or `job`, which the Pushgateway would overwrite with the
 * group's, goes out as `exported_…`, as Prometheus itself renames it at a scrape. So queries hold either way.
 * @param exposition text 0.0.4
 */
export function renameGroupLabels(exposition: string): string {
  if (!mayClash.test(exposition)) return exposition;
  return exposition
    .split('\n')
    .map((line) => (line.startsWith('#') || !mayClash.test(line) ? line : renameLabels(line)))
    .join('\n');
}

function renameLabels(sample: string): string {
  const taken = new Set(Array.from(sample.matchAll(pair), ([, label]) => label));
  return sample.replace(pair, (whole, label: string, value: string) => {
    if (!ofTheGroup.includes(label)) return whole;
    let name = `exported_${label}`;
    while (taken.has(name)) name = `exported_${name}`;
    return `${name}="${value}"`;
  });
}
