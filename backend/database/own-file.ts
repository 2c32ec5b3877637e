import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';

/** How long another process that is just ending may still have the file, in milliseconds. */
const LOCK_MS = 3_000;

/** Of SQLite. */
const DEFAULT_WAL_PAGES = 1000;

/** A statement that is compiled once. Parameters are given in their order. */
export interface Statement<Row> {
  all(...params: Param[]): Row[];
  get(...params: Param[]): Row | undefined;
  /** @returns how many rows changed */
  run(...params: Param[]): { readonly changes: number };
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

/** What is written in the file does not hold together. */
export class FileDamaged extends Error {}

/**
 * Opens the file, for this process alone, with the durability that an acknowledged write is promised.
 * @param walPages its write-ahead log is emptied once it has so many pages
 * @param versions the statements that bring it from one version to the next; only ever appended to
 * @throws FileInUse, FileDamaged, or what SQLite says
 */
export function openOwnFile(path: string, versions: readonly string[], walPages = DEFAULT_WAL_PAGES): OwnFile {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
  const database = new Database(path, { timeout: LOCK_MS });
  try {
    database.pragma('locking_mode = EXCLUSIVE');
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma(`wal_autocheckpoint = ${walPages}`);
    database.pragma('foreign_keys = ON');
    database.pragma('temp_store = MEMORY'); // a read-only root has no folder for temporary files
    checkPages(database);
    migrate(database, versions);
  } catch (error) {
    database.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) {
      throw new FileInUse(`${path} is in use by another process`, { cause: error });
    }
    if (error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code)) {
      throw new FileDamaged(`${path} is damaged: ${error.message}`, { cause: error });
    }
    throw error;
  }
  return {
    prepare: <Row>(sql: string) => database.prepare<Param[], Row>(sql),
    transaction: (work) => database.transaction(work).immediate(),
    close: () => void database.close(),
  };
}

const versionOf = (database: Database.Database) => database.pragma('user_version', { simple: true }) as number;

/** Found now rather than in the middle of a request. */
function checkPages(database: Database.Database): void {
  const found = database.pragma('quick_check(1)', { simple: true }) as string;
  if (found !== 'ok') throw new FileDamaged(`${database.name} is damaged: ${found}`);
}

function migrate(database: Database.Database, versions: readonly string[]): void {
  const run = database.transaction(() => {
    const version = versionOf(database);
    if (version > versions.length) throw new Error('it was written by a newer release');
    if (version === versions.length) return; // an open on a full disk has nothing to write
    for (const statements of versions.slice(version)) database.exec(statements);
    database.pragma(`user_version = ${versions.length}`);
  });
  run.immediate();
}
