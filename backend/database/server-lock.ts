import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { ConfigError } from '../config/error.ts';
import { databasePath } from '../config/database-path.ts';
import { isStorageFull } from './storage-full.ts';

/** How long another server that is just ending may still have the database, in milliseconds. */
const LOCK_MS = 3_000;

export interface ServerLock {
  release(): void;
}

interface Holder {
  readonly pid: number;
  readonly since: string;
}

/**
 * Makes this process the only server of a database, until it ends in whatever way: two would run every rule and deliver
 * every notification twice. The command line needs no lock. It is SQLite's own, on a file beside the database, in which
 * the holder can be read meanwhile.
 * @param url `sqlite:` and an absolute path.
 * @throws ConfigError that names the server that has it.
 */
export function lockForServer(url: string, now: number): ServerLock {
  const path = url.slice('sqlite:'.length);
  let lock: Database.Database;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    lock = openLockFile(`${databasePath(url)}.lock`);
  } catch (error) {
    throw new ConfigError(`database.url: ${path} cannot be opened: ${(error as Error).message}.`);
  }
  try {
    writeHolder(lock, now);
    lock.exec('BEGIN IMMEDIATE'); // others may read again, and none of them may write
  } catch (error) {
    const isHeld = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
    const reason = isHeld ? sentenceOn(holderOf(lock)) : `cannot be locked: ${(error as Error).message}.`;
    lock.close();
    throw new ConfigError(`database.url: ${path} ${reason}`);
  }
  return { release: () => void lock.close() };
}

function openLockFile(file: string): Database.Database {
  closeSync(openSync(file, 'a', 0o600));
  const lock = new Database(file, { timeout: LOCK_MS });
  try {
    lock.pragma('journal_mode = MEMORY'); // needs no room on a disk that is full
    lock.pragma('schema_version'); // reads the file
    return lock;
  } catch (error) {
    lock.close();
    if (!(error instanceof Database.SqliteError) || !/^SQLITE_(NOTADB|CORRUPT)/.test(error.code)) throw error;
    rmSync(file); // cut off as it was made: nobody can have locked it
    return openLockFile(file);
  }
}

/** Where there is no room to say who it is, the lock holds all the same. */
function writeHolder(lock: Database.Database, now: number): void {
  lock.exec('BEGIN IMMEDIATE');
  try {
    lock.exec('CREATE TABLE IF NOT EXISTS holder (pid INTEGER, since TEXT); DELETE FROM holder');
    lock.prepare('INSERT INTO holder VALUES (?, ?)').run(process.pid, new Date(now).toISOString());
    lock.exec('COMMIT');
  } catch (error) {
    if (lock.inTransaction) lock.exec('ROLLBACK');
    if (!isStorageFull(error)) throw error;
  }
}

function holderOf(lock: Database.Database): Holder | undefined {
  try {
    return lock.prepare<[], Holder>('SELECT pid, since FROM holder').get();
  } catch {
    return undefined; // it is just being written
  }
}

function sentenceOn(holder: Holder | undefined): string {
  const who = holder ? `process ${holder.pid}, started at ${holder.since}` : 'another process';
  return `is served already, by ${who}. Stop that one first, or give this one a database of its own.`;
}
