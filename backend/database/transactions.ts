import type { Database as Connection } from 'better-sqlite3';
import type { Kysely, Transaction } from 'kysely';
import type { Reserve } from './reserve.ts';
import type { Schema } from './schema.ts';
import { asStorageFull, isStorageFull, StorageFull } from './storage-full.ts';

export type Tx = Transaction<Schema>;

export interface Transactions {
  /**
   * Runs `work` under the write lock, all or nothing.
   * @throws StorageFull where there is no room on the disk for it, or none for the reserve, which comes first
   */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** The same for `work` that takes an access away: it may spend the reserve, and runs again where it found no room. */
  revoking<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Whether the last write found no room on the disk. */
  isFull(): boolean;
}

export interface TransactionsOptions {
  readonly write: Kysely<Schema>;
  /** The connection that `write` uses. */
  readonly connection: Connection;
  readonly reserve: Reserve;
  readonly path: string;
}

export function createTransactions({ write, connection, reserve, path }: TransactionsOptions): Transactions {
  let full = false;

  /** @returns why the reserve is not whole */
  function fillReserve(): Error | undefined {
    try {
      reserve.fill();
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }

  /** Reads go on, so that a backend starts on a full disk where nothing has to be written. */
  async function withoutWrites<T>(work: () => Promise<T>): Promise<T> {
    connection.pragma('query_only = on');
    try {
      return await work();
    } finally {
      connection.pragma('query_only = off');
    }
  }

  /** Empties the log where nobody reads it, so that the next write begins it anew. @returns false where the database file cannot grow */
  function checkpoint(): boolean {
    try {
      connection.pragma('wal_checkpoint(PASSIVE)');
      return true;
    } catch (error) {
      return !isStorageFull(error);
    }
  }

  return {
    async transaction(work) {
      let noRoom: Error | undefined;
      try {
        const result = await write.transaction().execute((tx) => {
          noRoom = fillReserve();
          return noRoom ? withoutWrites(() => work(tx)) : work(tx);
        });
        full = noRoom !== undefined;
        return result;
      } catch (thrown) {
        const isRefused = (thrown as { code?: unknown }).code === 'SQLITE_READONLY';
        const error = asStorageFull(noRoom && isRefused ? noRoom : thrown, path);
        full ||= error instanceof StorageFull;
        throw error;
      }
    },

    async revoking(work) {
      for (let attempt = 0; ; attempt += 1) {
        try {
          return await write.transaction().execute((tx) => {
            if (attempt > 1 && !reserve.moveToLog()) throw new StorageFull(`the reserve of ${path} is spent`);
            return work(tx);
          });
        } catch (thrown) {
          const error = asStorageFull(thrown, path);
          if (!(error instanceof StorageFull) || error === thrown) throw error;
          full = true;
          if (!checkpoint() && reserve.giveUp()) checkpoint();
        }
      }
    },

    isFull: () => full,
  };
}
