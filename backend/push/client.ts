import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import {
  answerFailure,
  connectionFailure,
  lateAnswer,
  lostPassword,
  strangeAnswer,
  type PushFailure,
} from './failure.ts';
import { groupAddress, type Access, type Group } from './group.ts';

/** Not from scrape/, of which nothing is loaded where the endpoint is off. */
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
/** How long a Pushgateway may take over one request, in milliseconds. */
export const GATEWAY_DEADLINE_MS = 5_000;
/** Nothing that a Pushgateway answers is longer. */
const LONGEST_ANSWER_BYTES = 16 * 1024;

export interface Limits {
  /** Milliseconds for the whole request; `GATEWAY_DEADLINE_MS` unless given. */
  readonly deadlineMs?: number;
  /** Ends the request at once. It then counts as late. */
  readonly signal?: AbortSignal;
}

/** Two requests that a Pushgateway knows. Both resolve to why it failed, to nothing where it did it, and never reject. */
export interface PushgatewayClient {
  /** Replaces everything in the group. */
  put(group: Group, text: string, limits?: Limits): Promise<PushFailure | undefined>;
  /** Removes the group. One that is not there is removed. */
  remove(group: Group, limits?: Limits): Promise<PushFailure | undefined>;
}

/** Follows no redirect, keeps no connection, and reads no more of an answer than it has to. */
export const pushgateway: PushgatewayClient = {
  put: (group, text, limits) => ask(group, 'PUT', text, limits),
  remove: (group, limits) => ask(group, 'DELETE', undefined, limits),
};

async function ask(
  group: Group,
  method: 'PUT' | 'DELETE',
  text: string | undefined,
  { deadlineMs = GATEWAY_DEADLINE_MS, signal }: Limits = {},
): Promise<PushFailure | undefined> {
  const { access } = group;
  if (access === 'lost') return lostPassword;
  const address = groupAddress(group);
  const controller = new AbortController();
  const abort = () => {
    controller.abort();
  };
  const timer = setTimeout(abort, deadlineMs);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  let isConnected = false;
  try {
    const { status, isStrange } = await exchange(address, {
      method,
      headers: headersFor(access, text),
      text,
      signal: controller.signal,
      onConnected: () => (isConnected = true),
    });
    const said = answerFailure(status, address, access !== 'none') ?? (isStrange ? strangeAnswer(address) : undefined);
    return said && { ...said, mayBeDone: said.reason === 'server_error' };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    const isLate = controller.signal.aborted || code === 'ETIMEDOUT';
    const said = isLate ? lateAnswer(address, deadlineMs / 1000) : connectionFailure(code, address);
    return { ...said, mayBeDone: isConnected };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

function headersFor(access: Exclude<Access, 'lost'>, text: string | undefined): Record<string, string | number> {
  return {
    ...(access !== 'none' && {
      authorization: `Basic ${Buffer.from(`${access.username}:${access.password}`, 'utf8').toString('base64')}`,
    }),
    ...(text !== undefined && {
      'content-type': CONTENT_TYPE,
      'content-length': Buffer.byteLength(text),
    }),
  };
}

interface Exchange {
  readonly method: string;
  readonly headers: Record<string, string | number>;
  readonly text: string | undefined;
  readonly signal: AbortSignal;
  readonly onConnected: () => void;
}

interface Answer {
  readonly status: number;
  /** Whether the answer is longer than any of a Pushgateway, or a page for people. */
  readonly isStrange: boolean;
}

function exchange(address: URL, { method, headers, text, signal, onConnected }: Exchange): Promise<Answer> {
  const isSecure = address.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const request = (isSecure ? requestHttps : requestHttp)(address, { method, headers, signal, agent: false });
    request.on('error', reject);
    request.on('socket', (socket) => {
      socket.once(isSecure ? 'secureConnect' : 'connect', onConnected);
    });
    request.on('response', (response) => {
      readAnswer(response).then(resolve, reject);
    });
    request.end(text);
  });
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const status = response.statusCode ?? 0;
  let bytes = 0;
  for await (const chunk of response) {
    bytes += (chunk as Buffer).length;
    if (bytes > LONGEST_ANSWER_BYTES) return { status, isStrange: true }; // which also ends the connection
  }
  const isPage = bytes > 0 && /^text\/html\b/i.test(response.headers['content-type'] ?? '');
  return { status, isStrange: isPage };
}
