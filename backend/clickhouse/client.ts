/** ClickHouse as this backend uses it: `@clickhouse/client`, silent, aimed at a server or at the embedded one. */
import { Agent, type AgentOptions } from 'node:http';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import type { EmbeddedClickHouse, EmbeddedEndpoint } from './embedded/process.ts';

export interface ClickHouse {
  readonly database: string;
  /**
   * Writes rows (objects, or the bytes of JSON lines) synchronously: once it resolves they are in the table.
   * The same `token` within the table's deduplication window is written once, however often it is sent.
   */
  insert(table: string, rows: readonly object[] | Buffer | Readable, options: InsertOptions): Promise<void>;
  select<Row>(query: string, options?: QueryOptions): Promise<Row[]>;
  /** A statement without rows. `outsideDatabase`: also where the database does not exist yet. */
  command(statement: string, options?: QueryOptions & { readonly outsideDatabase?: boolean }): Promise<void>;
  /** Has it run a SELECT, with the credential, within the probe's own short time limit. */
  probe(): Promise<void>;
  close(): Promise<void>;
}

export interface InsertOptions {
  readonly token: string;
  readonly signal?: AbortSignal;
}
export interface QueryOptions {
  /** Values of `{name:Type}` in the statement. */
  readonly params?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
}

export type ClickHouseOptions = {
  readonly database: string;
  readonly requestTimeoutMs?: number;
  readonly probeTimeoutMs?: number;
} & (
  | { readonly url: string; readonly socketPath?: string; readonly username?: string; readonly password?: string }
  | { readonly embedded: EmbeddedClickHouse }
);

/** The embedded server is just being started again: a transient failure. */
export class ClickHouseUnavailable extends Error {
  readonly code = 'CLICKHOUSE_UNAVAILABLE';
}

type Endpoint = Omit<EmbeddedEndpoint, 'socketPath'> & Partial<Pick<EmbeddedEndpoint, 'socketPath'>>;

interface Clients {
  readonly endpoint: Endpoint;
  readonly main: ClickHouseClient;
  readonly outside: ClickHouseClient;
  readonly probing: ClickHouseClient;
}

const REQUEST_MS = 30_000;
const PROBE_MS = 1_800;
/** Of newer servers' defaults two would lose rows silently: buffered inserts, and skipping what a table does not have. */
const insertSettings = { async_insert: 0, insert_deduplicate: 1, input_format_skip_unknown_fields: 0 } as const;

/** Connects at the first use. Follows the embedded server to its new credential after a restart. */
export function createClickHouse(options: ClickHouseOptions): ClickHouse {
  const { database, requestTimeoutMs = REQUEST_MS, probeTimeoutMs = PROBE_MS } = options;
  let clients: Clients | undefined;
  const fixed = 'url' in options ? fixedEndpoint(options) : undefined;

  function current(): Clients {
    const endpoint = 'embedded' in options ? options.embedded.endpoint() : fixed;
    if (endpoint === undefined)
      throw new ClickHouseUnavailable('The embedded ClickHouse is not running at the moment.');
    if (clients?.endpoint === endpoint) return clients;
    void closeAll(clients).catch(() => undefined);
    const create = (timeoutMs: number, named: string | undefined) =>
      createClient({
        url: endpoint.url,
        ...endpoint.credential,
        ...(named === undefined ? {} : { database: named }),
        application: 'vitals',
        request_timeout: timeoutMs,
        ...(endpoint.socketPath !== undefined && { http_agent: socketAgent(endpoint.socketPath) }),
        log: { level: ClickHouseLogLevel.OFF },
      });
    clients = {
      endpoint,
      main: create(requestTimeoutMs, database),
      outside: create(requestTimeoutMs, undefined),
      probing: create(probeTimeoutMs, undefined),
    };
    return clients;
  }

  return {
    database,

    async insert(table, rows, { token, signal }) {
      const { main } = current();
      const settings = {
        clickhouse_settings: { ...insertSettings, insert_deduplication_token: token },
        ...aborted(signal),
      };
      if (Array.isArray(rows)) {
        await main.insert({ table, values: rows as object[], format: 'JSONEachRow', ...settings });
        return;
      }
      // `insert` takes no bytes of JSON lines
      const values = rows instanceof Readable ? rows : Readable.from([rows], { objectMode: false });
      const { stream } = await main.exec({ query: `INSERT INTO ${table} FORMAT JSONEachRow`, values, ...settings });
      await finished(stream.resume());
    },

    async select<Row>(query: string, { params, signal }: QueryOptions = {}) {
      const result = await current().main.query({
        query,
        format: 'JSONEachRow',
        ...(params === undefined ? {} : { query_params: { ...params } }),
        ...aborted(signal),
      });
      return await result.json<Row>();
    },

    async command(statement, { params, signal, outsideDatabase = false } = {}) {
      const { main, outside } = current();
      await (outsideDatabase ? outside : main).command({
        query: statement,
        ...(params === undefined ? {} : { query_params: { ...params } }),
        ...aborted(signal),
      });
    },

    async probe() {
      const result = await current().probing.ping({ select: true });
      if (!result.success) throw result.error;
    },

    async close() {
      await closeAll(clients).catch(() => undefined);
      clients = undefined;
    },
  };
}

async function closeAll(clients: Clients | undefined): Promise<void> {
  await Promise.all([clients?.main.close(), clients?.outside.close(), clients?.probing.close()]);
}

/** With as many connections as the client would have by itself. Its client closes it. */
export function socketAgent(socketPath: string): Agent {
  return new Agent({ keepAlive: true, maxSockets: 10, socketPath } as AgentOptions);
}

function fixedEndpoint({
  url,
  socketPath,
  username = 'default',
  password = '',
}: {
  url: string;
  socketPath?: string;
  username?: string;
  password?: string;
}): Endpoint {
  return { url, ...(socketPath !== undefined && { socketPath }), credential: { username, password } };
}

const aborted = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { abort_signal: signal });
