import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import {
  CompiledQuery,
  Kysely,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
  type DatabaseConnection,
  type Driver,
  type SqliteDatabase,
} from 'kysely';
import { remember } from '../lib/remember.ts';
import type { Schema } from './schema.ts';

/** How long one statement may wait for a lock, in milliseconds. Short, because the wait blocks the event loop. */
const BUSY_TIMEOUT_MS = 50;
/** How long a write keeps asking for the lock before it gives up, in milliseconds. */
const WRITE_LOCK_DEADLINE_MS = 15_000;

/** Pages that one connection keeps at most, in KiB: the driver's own 16 MiB, four times, would be most of the process. */
const PAGE_CACHE_KIB = 4_096;

/** Opens a connection with the durability that an acknowledged write is promised: WAL, synchronous=FULL. */
export function openSqlite(path: string, options: { readonly: boolean }): Database.Database {
  if (!options.readonly) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600)); // the side files of SQLite take over the mode of the file
  }
  const connection = new Database(path, { readonly: options.readonly, timeout: BUSY_TIMEOUT_MS });
  try {
    if (!options.readonly) connection.pragma('journal_mode = WAL');
    connection.pragma('synchronous = FULL');
    connection.pragma('foreign_keys = ON');
    connection.pragma('temp_store = MEMORY'); // a read-only root has no folder for temporary files
    connection.pragma(`cache_size = -${PAGE_CACHE_KIB}`);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

export function sqliteKysely(connection: Database.Database): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: new ImmediateDialect(connection) });
}

class ImmediateDialect extends SqliteDialect {
  readonly #database: SqliteDatabase;
  readonly #connection: Database.Database;

  constructor(connection: Database.Database) {
    const database = {
      // Kysely prepares a statement each time that it runs. What runs every few seconds is the same few, though.
      prepare: remember((sql) => connection.prepare(sql)),
      close: () => void connection.close(),
    };
    super({ database });
    this.#database = database;
    this.#connection = connection;
  }

  override createDriver(): Driver {
    return new ImmediateDriver(this.#database, this.#connection);
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalDdlAdapter();
  }
}

/** SQLite's DDL is transactional; saying so makes Kysely migrate all or nothing, under the write lock. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/**
 * Takes the write lock when a transaction begins. A deferred begin would fail with BUSY_SNAPSHOT as soon as another
 * process writes between our read and our write, and no wait can mend that.
 */
class ImmediateDriver extends SqliteDriver {
  readonly #connection: Database.Database;

  constructor(database: SqliteDatabase, connection: Database.Database) {
    super({ database });
    this.#connection = connection;
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await whenNotBusy(() => connection.executeQuery(CompiledQuery.raw('begin immediate')));
  }

  /** SQLite itself rolls back where the disk fails; to do it again would fail, and hide why. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#connection.inTransaction) await super.rollbackTransaction(connection);
  }
}

/** Tries `work` again, without holding up the event loop, for as long as another connection has the lock it needs. */
export async function whenNotBusy<T>(work: () => T): Promise<Awaited<T>> {
  const deadline = performance.now() + WRITE_LOCK_DEADLINE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      await delay(5 + Math.random() * 20);
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

/** True for failures of the storage itself (locked, unreadable, full), as opposed to a mistake in a statement. */
export function isSqliteUnavailable(error: unknown): boolean {
  return (
    (error instanceof Database.SqliteError &&
      /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|NOMEM|PERM)/.test(error.code)) ||
    (error instanceof TypeError && error.message === 'The database connection is not open')
  );
}
