import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';

/** How long another process that is just ending may still have the file, in milliseconds. */
const LOCK_MS = 3_000;

/** A statement that is compiled once. Parameters are given in their order. */
export interface Statement<Row> {
  all(...params: Param[]): Row[];
  get(...params: Param[]): Row | undefined;
  run(...params: Param[]): void;
}
type Param = string | number | Uint8Array | null;

/** A SQLite file that one thread has to itself and waits for: nothing for the thread that answers requests. */
export interface OwnFile {
  prepare<Row = never>(sql: string): Statement<Row>;
  /** All or nothing; one inside another is a part that can fail alone. Once it returns, the disk has it. */
  transaction<Result>(work: () => Result): Result;
  close(): void;
}

/** The file belongs to another process. */
export class FileInUse extends Error {}

/**
 * Opens the file, for this process alone, with the durability that an acknowledged write is promised.
 * @param versions the statements that bring it from one version to the next; only ever appended to
 * @throws FileInUse, or what SQLite says
 */
export function openOwnFile(path: string, versions: readonly string[]): OwnFile {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
  const database = new Database(path, { timeout: LOCK_MS });
  try {
    database.pragma('locking_mode = EXCLUSIVE');
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    migrate(database, versions);
  } catch (error) {
    database.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) {
      throw new FileInUse(`${path} is in use by another process`, { cause: error });
    }
    throw error;
  }
  return {
    prepare: <Row>(sql: string) => database.prepare<Param[], Row>(sql),
    transaction: (work) => database.transaction(work).immediate(),
    close: () => void database.close(),
  };
}

function migrate(database: Database.Database, versions: readonly string[]): void {
  const run = database.transaction(() => {
    const version = database.pragma('user_version', { simple: true }) as number;
    if (version > versions.length) throw new Error('it was written by a newer release');
    for (const statements of versions.slice(version)) database.exec(statements);
    database.pragma(`user_version = ${versions.length}`);
  });
  run.immediate();
}

export function isDiskFull(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_FULL');
}
