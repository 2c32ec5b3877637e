import type { Database as Connection } from 'better-sqlite3';
import { Migrator, type Compilable, type Kysely } from 'kysely';
import { ConfigError } from '../config/error.ts';
import { closeToOthers } from '../config/private-files.ts';
import { silentLogger, type Logger } from '../lib/logger.ts';
import { migrations } from './migrations/index.ts';
import { databasePath } from '../config/database-path.ts';
import type { Schema } from './schema.ts';
import { createReserve, type Reserve } from './reserve.ts';
import { isSqliteUnavailable, openSqlite, sqliteKysely, whenNotBusy } from './sqlite.ts';
import { foundNoRoom } from './storage-full.ts';
import { createTransactions, type Transactions } from './transactions.ts';

export type { Tx } from './transactions.ts';
/** A read through a prepared statement. */
export type PreparedRead<Row> = (...params: (string | number)[]) => Promise<Row[]>;

/**
 * The backend's own database: one connection for writers, one for listings, one for what goes through whole tables, one
 * for lookups that must never wait behind any of them (every scrape and every API call makes one).
 */
export interface Database extends Transactions {
  /** Listings and other reads that may take a moment. */
  readonly read: Kysely<Schema>;
  /** What goes through a whole table, page by page: exports and verifications. */
  readonly bulk: Kysely<Schema>;
  /** Prepares a read that waits for nobody. The query's parameters, in their order, are given at each call. */
  prepare<Row>(query: Compilable<Row>): PreparedRead<Row>;
  /** A number that is another one whenever anybody has written since, another process too. Waits for nobody. */
  version(): Promise<number>;
  close(): Promise<void>;
}

/**
 * Opens the database and brings its tables up to date.
 * @param url `sqlite:` and an absolute path.
 * @throws ConfigError with one sentence where it cannot be opened.
 */
export async function openDatabase(url: string, logger: Logger = silentLogger): Promise<Database> {
  const path = databasePath(url);
  try {
    const reserve = createReserve(path);
    const writer = await openWriter(path, reserve);
    const write = sqliteKysely(writer);
    await migrate(write);
    for (const file of [path, `${path}-wal`, `${path}-shm`]) closeToOthers(file, 0o600, logger);
    const read = sqliteKysely(openSqlite(path, { readonly: true }));
    const bulk = sqliteKysely(openSqlite(path, { readonly: true }));
    const lookups = openSqlite(path, { readonly: true });
    const dataVersion = lookups.prepare<[], number>('pragma data_version').pluck();
    return {
      read,
      bulk,
      ...createTransactions({ write, connection: writer, reserve, path }),
      prepare: <Row>(query: Compilable<Row>) => {
        const statement = lookups.prepare<unknown[], Row>(query.compile().sql);
        return async (...params) => statement.all(...params);
      },
      version: async () => dataVersion.get() ?? 0,
      close: async () => {
        lookups.close();
        await read.destroy();
        await bulk.destroy();
        await write.destroy();
      },
    };
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(
      `database.url: ${path} cannot be opened: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
}

/** On a full disk there is no room for the files beside the database either, without which nothing can be revoked. */
async function openWriter(path: string, reserve: Reserve): Promise<Connection> {
  for (;;) {
    try {
      return await whenNotBusy(() => openSqlite(path, { readonly: false }));
    } catch (error) {
      if (!foundNoRoom(error, path) || !reserve.giveUp()) throw error;
    }
  }
}

async function migrate(db: Kysely<Schema>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
  try {
    // Kysely makes its own tables outside of a transaction, so another process that migrates makes that BUSY.
    await whenNotBusy(async () => {
      const { error } = await migrator.migrateToLatest();
      if (error !== undefined) throw error as Error;
    });
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('corrupted migrations')) {
      throw new ConfigError('database.url: this database was written by a newer release. Install that release again.');
    }
    throw new Error('the tables could not be brought up to date', { cause: error });
  }
}

/** True where the storage itself failed, which a caller meets as 503. */
export const isDatabaseUnavailable = isSqliteUnavailable;
