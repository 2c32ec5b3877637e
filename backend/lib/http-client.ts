/** The one way out over HTTP: bounded in time and size, without redirects and without any proxy of the environment. */
import type { LookupFunction } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { Agent, Dispatcher } from 'undici';

/** Milliseconds that a connection may take to stand, TLS included. */
const CONNECT_TIMEOUT_MS = 5_000;

/** Why there was no answer, or none that could be taken. */
export type HttpFailureKind =
  /** Not within its time: the connection, or the whole request. */
  | 'timeout'
  /** The caller's signal aborted. */
  | 'aborted'
  /** Nothing listens there. */
  | 'refused'
  /** The name cannot be resolved. */
  | 'unresolved'
  /** No way leads there, or none that this user may take. */
  | 'unreachable'
  /** The certificate is not trusted here. */
  | 'certificate'
  /** It does not speak TLS, or no TLS that both understand. */
  | 'tls'
  /** The connection broke before the answer was whole. */
  | 'broken'
  /** It does not speak HTTP. */
  | 'not_http'
  /** The answer is larger than `maxBytes`. */
  | 'too_large'
  /** Anything else: `code` says what. */
  | 'other';

export class HttpFailure extends Error {
  override name = 'HttpFailure';
  readonly kind: HttpFailureKind;
  /** As Node, OpenSSL or undici call what happened; `unknown` where they do not. */
  readonly code: string;
  /** Whether the request may have arrived: a connection stood, and it was sent. */
  readonly isSent: boolean;
  /** The head of the answer, where one came. */
  readonly head: HttpHead | undefined;

  constructor(
    kind: HttpFailureKind,
    code: string,
    about: { isSent: boolean; head?: HttpHead | undefined; cause?: unknown },
  ) {
    super(`${kind} (${code})`, { cause: about.cause });
    this.kind = kind;
    this.code = code;
    this.isSent = about.isSent;
    this.head = about.head;
  }
}

export interface HttpClientOptions {
  readonly connectTimeoutMs?: number;
  /** False: each request has a connection of its own. Otherwise idle ones are used again. */
  readonly keepAlive?: boolean;
  /** Connects to this Unix socket, whatever a URL says. */
  readonly socketPath?: string;
  /** How names are resolved; `dns.lookup` unless given. An error's `code` becomes the failure's. */
  readonly lookup?: LookupFunction;
  readonly tls?: Pick<ConnectionOptions, 'ca' | 'rejectUnauthorized' | 'servername' | 'checkServerIdentity'>;
}

export interface HttpRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** No other headers are sent than these, `host`, `connection` and `content-length`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** For everything, from the connection to the last byte. */
  readonly timeoutMs: number;
  /** Ends it at once. A signal with a `TimeoutError` counts as a timeout. */
  readonly signal?: AbortSignal;
  /** The largest body that is read. */
  readonly maxBytes: number;
  /** Whether the body is wanted, once the head is there; where it is not, `body` is empty. */
  readonly wantsBody?: (head: HttpHead) => boolean;
}

export interface HttpHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Whatever the status: a redirect is an answer like any other. */
export interface HttpAnswer extends HttpHead {
  readonly body: Buffer;
}

export interface HttpClient {
  /** @throws HttpFailure alone */
  request(url: URL, request: HttpRequest): Promise<HttpAnswer>;
  /** Closes idle connections and breaks off requests under way. */
  close(): Promise<void>;
}

export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const { connectTimeoutMs = CONNECT_TIMEOUT_MS, keepAlive = true, socketPath, lookup, tls } = options;
  // Loaded with the first request: undici is large, and many a backend never asks anybody.
  const createAgent = async () => {
    const { Agent } = await import('undici');
    return new Agent({
      connect: {
        timeout: connectTimeoutMs,
        ...tls,
        ...(socketPath !== undefined && { socketPath }),
        ...(lookup && { lookup }),
      },
      pipelining: keepAlive ? 1 : 0,
      headersTimeout: 0, // the request's own time limit rules
      bodyTimeout: 0,
    });
  };
  let shared: Promise<Agent> | undefined;
  const own = new Set<Promise<Agent>>();

  return {
    async request(url, request) {
      if (keepAlive) return exchange(await (shared ??= createAgent()), url, request);
      const creating = createAgent();
      own.add(creating);
      const agent = await creating;
      try {
        return await exchange(agent, url, request);
      } finally {
        own.delete(creating);
        void agent.destroy();
      }
    },
    async close() {
      const agents = await Promise.all(shared ? [shared, ...own] : own);
      await Promise.all(agents.map((agent) => agent.destroy()));
    },
  };
}

function exchange(agent: Dispatcher, url: URL, request: HttpRequest): Promise<HttpAnswer> {
  const { method = 'GET', headers = {}, body, timeoutMs, signal, maxBytes, wantsBody } = request;
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let head: HttpHead | undefined;
    const chunks: Buffer[] = [];
    let size = 0;
    let isOver = false;

    function end(settle: () => void): void {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      settle();
    }
    function fail(kind: HttpFailureKind, code: string, cause?: unknown): void {
      const failure = new HttpFailure(kind, code, { isSent: controller !== undefined, head, cause });
      end(() => reject(failure));
      controller?.abort(failure);
    }
    function onAbort(): void {
      const isLate = (signal?.reason as Error | undefined)?.name === 'TimeoutError';
      fail(isLate ? 'timeout' : 'aborted', isLate ? 'TIMEOUT' : 'ABORTED');
    }

    const timer = setTimeout(() => fail('timeout', 'TIMEOUT'), timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) return onAbort();

    const target = { origin: url.origin, path: `${url.pathname}${url.search}` };
    const sent = { method, headers, ...(body !== undefined && { body }) };
    agent.dispatch(
      { ...target, ...sent },
      {
        onRequestStart(started) {
          // One that failed while it waited for its connection is not sent any more.
          if (isOver) return started.abort(new Error('over'));
          controller = started;
        },
        onResponseStart(_controller, status, received) {
          if (isOver || status < 200) return;
          const answered = (head = { status, headers: received });
          if (wantsBody?.(answered) === false) end(() => resolve({ ...answered, body: Buffer.alloc(0) }));
        },
        onResponseData(_controller, chunk) {
          size += chunk.length;
          if (isOver) controller?.abort(new Error('not wanted'));
          else if (size > maxBytes) fail('too_large', 'TOO_LARGE');
          else chunks.push(chunk);
        },
        onResponseEnd() {
          const answered = head;
          if (answered) end(() => resolve({ ...answered, body: Buffer.concat(chunks, size) }));
        },
        onResponseError(_controller, error) {
          const code = codeOf(error);
          fail(failureKindOf(code), code, error);
        },
      },
    );
  });
}

/** The code at the bottom of an error. */
function codeOf(error: Error): string {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (cause instanceof Error) return codeOf(cause);
  if (typeof code === 'string') return code;
  return error.name === 'HTTPParserError' ? 'HPE_INVALID' : 'unknown'; // undici's own class
}

const kinds: readonly (readonly [HttpFailureKind, RegExp])[] = [
  ['timeout', /^(?:ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/],
  ['refused', /^ECONNREFUSED$/],
  ['unresolved', /^(?:ENOTFOUND|EAI_)/],
  ['unreachable', /^(?:EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|EACCES|EPERM)$/],
  ['certificate', /CERT|SELF_SIGNED|UNABLE_TO_/],
  ['tls', /^(?:EPROTO|ERR_SSL|ERR_TLS)/],
  ['broken', /^(?:ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_SOCKET)$/],
  // undici says so only of an answer that it could not parse, such as one with two lengths.
  ['not_http', /^(?:HPE_|UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)/],
];

/** What happened, by the code of Node, OpenSSL or undici. */
export function failureKindOf(code: string): HttpFailureKind {
  return kinds.find(([, pattern]) => pattern.test(code))?.[0] ?? 'other';
}
