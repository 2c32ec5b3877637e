/** chDB's sessions on one data directory: two for inserts, two for plain queries, two for those with settings or parameters. */
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { writeEngineConfig } from './engine-config.ts';
import { createSessionPool } from './session-pool.ts';

/** The little of chDB that is used. Its own typings are absent where the optional package is not installed. */
export interface Chdb {
  Session: new (path: string, options?: { connectionArgs?: readonly string[] }) => ChdbSession;
}
interface ChdbResult {
  readonly rowsRead: number;
  readonly bytesRead: number;
  bytes(): Uint8Array;
  text(): string;
}

interface ChdbSession {
  query(sql: string, format: string): string;
  queryAsync(sql: string, options: { format: string }): Promise<ChdbResult>;
  insert(params: {
    table: string;
    columns?: readonly string[];
    values: Buffer;
    format: 'JSONEachRow';
    settings?: Readonly<Record<string, string>>;
  }): Promise<{ rowsWritten: number; bytesSent: number }>;
  close(): void;
}

/** @throws whatever the loader says where there is no library for this platform. */
export function loadChdb(): Chdb {
  return createRequire(import.meta.url)('chdb') as Chdb;
}

export interface QueryRequest {
  readonly sql: string;
  /** The format where the statement names none. */
  readonly format: string;
  readonly database: string | undefined;
  /** Settings, and as `param_x` the values of `{x:Type}` in ClickHouse's "Escaped" format. */
  readonly assignments: Readonly<Record<string, string>>;
  /** Aborting stops the query in the engine. */
  readonly signal: AbortSignal;
}
export interface InsertRequest {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: Buffer;
  readonly database: string | undefined;
  readonly settings: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}
export interface QueryResult {
  readonly bytes: Uint8Array;
  readonly rowsRead: number;
  readonly bytesRead: number;
}
export interface Engine {
  /** Names of the engine's table functions, in lower case. */
  tableFunctions(): ReadonlySet<string>;
  query(request: QueryRequest): Promise<QueryResult>;
  /** Resolves once the rows are in a part on the disk. An insert that has begun is not broken off. */
  insert(request: InsertRequest): Promise<{ rows: number }>;
  close(): void;
}

/** A session and what was set in it, which stays in it. */
interface Session {
  chdb: ChdbSession;
  database: string | undefined;
  assigned: ReadonlySet<string>;
}

const WAITING = 64;
const KILL_AGAIN_MS = 100;

/** @throws where chDB cannot be loaded, or cannot open `dir` (another process has it, for instance). */
export function openEngine(dir: string, chdb: Chdb = loadChdb()): Engine {
  const { path, connectionArgs } = writeEngineConfig(dir);
  const open = () => new chdb.Session(path, { connectionArgs });
  const sessions: Session[] = [];
  const pool = (count: number) => {
    const opened = Array.from({ length: count }, (): Session => {
      return { chdb: open(), database: undefined, assigned: new Set() };
    });
    sessions.push(...opened);
    return createSessionPool(opened, WAITING);
  };
  const inserts = pool(2);
  const plain = pool(2);
  const assigning = pool(2);
  const control = pool(1);

  async function kill(tag: string): Promise<void> {
    // SYNC would hang in chDB
    const sql = `KILL QUERY WHERE startsWith(query, '${tag}') ASYNC`;
    await control.run(new AbortController().signal, (session) => session.chdb.queryAsync(sql, { format: 'Null' }));
  }

  /** Kills until it ends: the engine may not have heard of the query when its caller leaves. */
  async function runUnlessAborted(session: Session, sql: string, format: string, signal: AbortSignal) {
    const tag = `/*${randomUUID()}*/`;
    let again: NodeJS.Timeout | undefined;
    const stop = () => {
      kill(tag).catch(() => undefined);
      again ??= setInterval(stop, KILL_AGAIN_MS);
    };
    signal.throwIfAborted();
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await session.chdb.queryAsync(`${tag} ${sql}`, { format });
    } finally {
      signal.removeEventListener('abort', stop);
      clearInterval(again);
      // a session keeps what is left of a killed query until its next one
      if (signal.aborted) await session.chdb.queryAsync('SELECT 1', { format: 'Null' }).catch(() => undefined);
    }
  }

  /**
   * Settings and parameters cannot be taken back from a session (`SET … = DEFAULT` forgets our own limits), so one that
   * holds others than these is replaced.
   */
  async function assign(session: Session, values: Readonly<Record<string, string>>): Promise<void> {
    if ([...session.assigned].some((name) => !Object.hasOwn(values, name))) {
      session.chdb.close();
      Object.assign(session, { chdb: open(), database: undefined });
    }
    session.assigned = new Set(Object.keys(values));
    const assignments = Object.entries(values).map(([name, value]) => `${name} = ${literal(value)}`);
    if (assignments.length > 0) await session.chdb.queryAsync(`SET ${assignments.join(', ')}`, { format: 'Null' });
  }

  return {
    tableFunctions() {
      const names = sessions[0]?.chdb.query('SELECT lower(name) FROM system.table_functions', 'TabSeparated') ?? '';
      return new Set(names.trim().split('\n'));
    },

    query({ sql, format, database, assignments, signal }) {
      const sessionPool = Object.keys(assignments).length === 0 ? plain : assigning;
      return sessionPool.run(signal, async (session) => {
        await assign(session, assignments);
        await use(session, database);
        const result = await runUnlessAborted(session, sql, format, signal);
        return { bytes: result.bytes(), rowsRead: result.rowsRead, bytesRead: result.bytesRead };
      });
    },

    insert({ table, columns, rows, database, settings, signal }) {
      return inserts.run(signal, async (session) => {
        await use(session, database);
        const target = columns.length === 0 ? { table } : { table, columns };
        const written = await session.chdb.insert({ ...target, values: rows, format: 'JSONEachRow', settings });
        return { rows: written.rowsWritten };
      });
    },

    close() {
      for (const session of sessions) session.chdb.close();
    },
  };
}

async function use(session: Session, database = 'default'): Promise<void> {
  if (session.database === database) return;
  await session.chdb.queryAsync(`USE \`${database}\``, { format: 'Null' });
  session.database = database;
}

const literal = (value: string) => `'${value.replace(/[\\']/g, '\\$&')}'`;
