import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import { openDatabase, type Database } from '../../backend/database/database.ts';
import { temporaryFolder } from './folder.ts';

/** Where a database may be made: nothing is there yet, not even its folder. */
export function place() {
  const path = join(temporaryFolder(), 'data', 'vitals.db');
  return { path, url: `sqlite:${path}` };
}

/** A database that is closed when the test ends. */
export async function opened(url: string): Promise<Database> {
  const database = await openDatabase(url);
  onTestFinished(() => database.close());
  return database;
}

/** Another process' connection, which waits for no lock. */
export function outside(path: string): Sqlite.Database {
  const connection = new Sqlite(path, { timeout: 0 });
  onTestFinished(() => {
    connection.close();
  });
  return connection;
}
