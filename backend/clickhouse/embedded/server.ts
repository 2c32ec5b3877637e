/**
 * ClickHouse's HTTP interface over chDB, as far as `@clickhouse/client` uses it: ping, queries and commands (POST, or GET
 * for SELECT), inserts of JSONEachRow. Nothing is read of a request before its credential is checked.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { Engine } from './engine.ts';
import { errorResponse, HttpError } from './http-error.ts';
import type { Credential } from './credential.ts';
import {
  createBodyReader,
  createCredentialCheck,
  parseQueryString,
  type BodyLimits,
  type RequestedQuery,
} from './request.ts';
import { createStatementGuard } from './statement.ts';

const MiB = 1024 * 1024;
const defaultLimits: BodyLimits = { requestBytes: 64 * MiB, totalBytes: 256 * MiB };
/** Well beyond what the guard reads. */
const STATEMENT_BYTES = MiB;
const DRAIN_MS = 1_000;
const compress = promisify(gzip);

export interface ServerOptions {
  readonly engine: Engine;
  readonly credential: Credential;
  readonly limits?: BodyLimits;
}

/** The server, not yet listening. */
export function createClickHouseServer({ engine, credential, limits = defaultLimits }: ServerOptions): Server {
  const isKnown = createCredentialCheck(credential);
  const guard = createStatementGuard(engine.tableFunctions());
  const readBody = createBodyReader(limits);

  async function handle(request: IncomingMessage, response: ServerResponse) {
    if (!isKnown(request.headers)) throw new HttpError(401, 516, 'Authentication failed.');
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname === '/ping' && request.method === 'GET') return respond(response, 'Ok.\n');
    if (url.pathname !== '/' || !['GET', 'POST'].includes(request.method ?? '')) {
      throw new HttpError(404, 36, 'There is no such route.');
    }
    if (Number(request.headers['content-length'] ?? 0) > limits.requestBytes) {
      throw new HttpError(413, 396, `A request may have ${limits.requestBytes} bytes.`);
    }
    if (request.headers['content-type']?.startsWith('multipart/') === true) {
      throw new HttpError(400, 36, 'Multipart bodies are not read.');
    }
    const gone = new AbortController();
    response.once('close', () => gone.abort(new Error('The caller has left.')));
    const requested = parseQueryString(url.searchParams);
    const body = await readBody(request);
    try {
      await run(requested, body.bytes, request, response, gone.signal);
    } finally {
      body.release();
    }
  }

  async function run(
    requested: RequestedQuery,
    body: Buffer,
    request: IncomingMessage,
    response: ServerResponse,
    signal: AbortSignal,
  ): Promise<void> {
    const sql = requested.query === '' ? body.toString('utf8', 0, STATEMENT_BYTES + 1) : requested.query;
    const statement = guard.check(sql);
    const { database, params, settings } = requested;
    if (request.method === 'GET' && statement.kind !== 'select') throw new HttpError(403, 497, 'GET only selects.');
    if (statement.kind === 'insert') {
      const { rows } = await engine.insert({ ...statement, database, settings, rows: body, signal });
      return respond(response, '', { 'X-ClickHouse-Summary': JSON.stringify({ written_rows: String(rows) }) });
    }
    if (requested.query !== '' && body.length > 0) {
      throw new HttpError(400, 36, 'Only an insert has a body beside its query.');
    }
    const assignments = { ...settings, ...params };
    const result = await engine.query({ sql, format: 'TabSeparated', database, assignments, signal });
    const summary = { read_rows: String(result.rowsRead), read_bytes: String(result.bytesRead) };
    const headers = { 'X-ClickHouse-Summary': JSON.stringify(summary) };
    if (!requested.gzip || !/\bgzip\b/.test(request.headers['accept-encoding']?.toString() ?? '')) {
      return respond(response, result.bytes, headers);
    }
    const packed = await compress(result.bytes, { level: constants.Z_BEST_SPEED });
    respond(response, packed, { ...headers, 'Content-Encoding': 'gzip' });
  }

  const server = createServer({ keepAliveTimeout: 10_000, headersTimeout: 10_000, requestTimeout: 60_000 });
  server.maxConnections = 64;
  server.on('request', (request, response) => {
    handle(request, response).catch((error: unknown) => {
      const { status, code, text } = errorResponse(error);
      if (response.destroyed || response.headersSent) return;
      response.statusCode = status;
      if (!request.complete) drainThenDestroy(request, response);
      respond(response, `${text}\n`, { 'X-ClickHouse-Exception-Code': String(code) });
    });
  });
  return server;
}

function respond(response: ServerResponse, body: string | Uint8Array, headers: Record<string, string> = {}) {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.end(body);
}

/** The rest of a rejected body is thrown away for a moment, because closing at once would lose the answer. */
function drainThenDestroy(request: IncomingMessage, response: ServerResponse) {
  response.setHeader('Connection', 'close');
  request.unpipe();
  request.resume();
  const timer = setTimeout(() => request.socket.destroy(), DRAIN_MS);
  request.socket.once('close', () => clearTimeout(timer));
}
