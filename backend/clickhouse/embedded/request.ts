/** What a request to ClickHouse's HTTP interface holds: whose it is, what it asks for in its query string, its body. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { HttpError } from './http-error.ts';
import type { Credential } from './credential.ts';
import { settingVerdict } from './settings.ts';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Takes the same time whatever is wrong with what was sent. Basic, or X-ClickHouse-User with X-ClickHouse-Key. */
export function createCredentialCheck({ username, password }: Credential): (headers: IncomingHttpHeaders) => boolean {
  const expected = digest(`${username}:${password}`);
  return (headers) => timingSafeEqual(digest(credentialIn(headers)), expected);
}

function credentialIn(headers: IncomingHttpHeaders): string {
  const basic = /^Basic ([A-Za-z0-9+/=]{1,512})$/.exec(headers.authorization ?? '')?.[1];
  if (basic !== undefined) return Buffer.from(basic, 'base64').toString();
  return `${String(headers['x-clickhouse-user'])}:${String(headers['x-clickhouse-key'])}`;
}

/** The query string. */
export interface RequestedQuery {
  readonly query: string;
  readonly database: string | undefined;
  readonly gzip: boolean;
  /** `param_x`: the value of `{x:Type}`, escaped as the client sent it. */
  readonly params: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string>>;
}

const databaseName = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;
const paramName = /^param_[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/** @throws HttpError for whatever is not understood: nothing asked for is passed over in silence. */
export function parseQueryString(search: URLSearchParams): RequestedQuery {
  const params: Record<string, string> = {};
  const settings: Record<string, string> = {};
  const requested = { query: '', database: undefined as string | undefined };
  for (const [name, value] of search) {
    if (name === 'query') requested.query = value;
    else if (name === 'database') requested.database = databaseNamed(value);
    else if (name.startsWith('param_')) params[paramNamed(name)] = value;
    else if (settingVerdict(name, value) === 'apply') settings[name] = value;
    else if (settingVerdict(name, value) === 'reject') {
      throw new HttpError(400, 452, `The setting ${name.slice(0, 64)} is not available with this value.`);
    }
  }
  return { ...requested, gzip: search.get('enable_http_compression') === '1', params, settings };
}

function databaseNamed(value: string): string {
  if (!databaseName.test(value)) throw new HttpError(400, 36, 'This is no name for a database.');
  return value;
}

function paramNamed(name: string): string {
  if (!paramName.test(name)) throw new HttpError(400, 36, 'This is no name for a query parameter.');
  return name;
}

/** How much of a body is read. */
export interface BodyLimits {
  /** Of one request, after inflating. */
  readonly requestBytes: number;
  /** Of all requests together, from the first byte until `release`. */
  readonly totalBytes: number;
}

export interface Body {
  readonly bytes: Buffer;
  release(): void;
}

/** @throws HttpError: 413 beyond the request's limit (while reading), 503 beyond the total, 400 where it is broken. */
export function createBodyReader({
  requestBytes,
  totalBytes,
}: BodyLimits): (request: IncomingMessage) => Promise<Body> {
  let held = 0;
  return async (request) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const release = () => {
      held -= size;
      size = 0;
    };
    try {
      for await (const chunk of chunksOf(request)) {
        size += chunk.length;
        held += chunk.length;
        if (size > requestBytes) throw new HttpError(413, 396, `A request may have ${requestBytes} bytes.`);
        if (held > totalBytes) throw new HttpError(503, 241, 'Too much is being received at once.');
        chunks.push(chunk);
      }
      if (!request.complete) throw new HttpError(400, 117, 'The request ended early.');
    } catch (error) {
      release();
      if (error instanceof HttpError) throw error;
      throw new HttpError(400, 354, 'The request could not be read to its end.');
    }
    return { bytes: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size), release };
  };
}

/** Leaves the connection open when reading stops early, so that the error can still be sent. */
function chunksOf(request: IncomingMessage): AsyncIterable<Buffer> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  if (encoding !== 'gzip') throw new HttpError(400, 36, 'A request may be compressed with gzip only.');
  const gunzip = createGunzip();
  request.once('close', () => {
    if (!request.complete) gunzip.destroy(new Error('The request ended early.'));
  });
  return request.pipe(gunzip);
}
