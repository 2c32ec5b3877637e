import { join } from 'node:path';
import { openOwnFile, type OwnFile } from '../../database/own-file.ts';
import type { IngestStream } from '../../../contract/ingest.ts';
import { forgetRemovedNames, NO_LIMITS, shrink, withReserve, type JournalLimits } from './journal-room.ts';

/** The audit log is shipped the same way as the streams of collectors. */
export type InsertStream = IngestStream | 'audit-events';

/** A file of the spool with rows that were acknowledged. */
export interface PartRow {
  readonly file: string;
  readonly rows: number;
  readonly bytes: number;
  readonly received_at: number;
}

/** An insert whose members and deduplication token (`id`) are fixed before its first attempt. */
export interface InsertRow {
  readonly id: string;
  readonly stream: InsertStream;
  readonly rows: number;
  /** A range of the audit log; null where the members are parts of the spool. */
  readonly from_seq: number | null;
  readonly to_seq: number | null;
}

/** What was answered to an Idempotency-Key. */
export interface KeyRow {
  /** A hash of stream, credential and key. */
  readonly id: Uint8Array;
  readonly body_hash: Uint8Array;
  readonly batch_id: string;
  readonly rows: number;
  readonly received_at: number;
}

/** `checked` is 1 once every file of the spool was compared with the journal. */
export type JournalNumber = 'audit_cursor' | 'quarantined_rows' | 'checked';

/**
 * One disk flush for all who want to commit at about the same time: a flush takes milliseconds, what is in it
 * microseconds. What one of them throws fails that one alone.
 */
export interface GroupCommit {
  /** Resolves once the disk has it. */
  commit<Result>(work: () => Result): Promise<Result>;
  /** The same, with the next commit of somebody else: for what may be lost, because it can be found out again. */
  commitLazily<Result>(work: () => Result): Promise<Result>;
  /** Commits what is waiting, now. */
  flush(): void;
}

/**
 * What is in the spool and what becomes of it, on disk. Each call is one or two statements; calls that belong together
 * are made within one `commit`, or one `transaction`.
 */
export interface Journal extends GroupCommit {
  /** The files of the spool were never compared with it: there was none when it was opened first, or it is lost. */
  readonly isNew: boolean;
  /** At once, while the caller waits. On a full disk it spends the reserve: for what takes rows out of the spool. */
  transaction<Result>(work: () => Result): Result;
  /** Takes back what was spent of the reserve, as far as that is possible. */
  fillReserve(): void;
  addPart(stream: InsertStream, part: PartRow, insertId?: string): void;
  /** Parts that no insert has taken yet, oldest first: as many as can be looked at in one go. */
  openParts(stream: InsertStream): PartRow[];
  partsOf(insertId: string): PartRow[];
  everyPart(): PartRow[];
  /** Parts whose files are gone. Inserts keep what is left of their members, under the same token. */
  forgetParts(files: readonly string[]): void;
  waitingRows(): number;
  addInsert(insert: InsertRow): void;
  takePart(file: string, insertId: string): void;
  findInsert(id: string): InsertRow | undefined;
  /** The first inserts of a stream that are not acknowledged yet: in the order of the audit log, or of their sealing. */
  inserts(stream: InsertStream, limit: number): InsertRow[];
  /** With its parts, whose files are to be removed then. */
  forgetInsert(id: string): void;
  /** Files that were to be removed, lately: they may still be there. */
  removedFiles(): string[];
  /** Whether no row waits, and no insert. */
  isEmpty(): boolean;
  findKey(id: Uint8Array, since: number): KeyRow | undefined;
  /** As the wall clock was set: those received until `before`, by the clock as it was, were received so much later. */
  moveKeys(by: number, before: number): void;
  /** Some of those received until `since`, or of too many, are forgotten on the way: a commit stays small. */
  rememberKey(row: KeyRow, since: number): void;
  number(name: JournalNumber): number;
  setNumber(name: JournalNumber, value: number): void;
  /** After what is waiting to be committed. */
  close(): void;
}

/** Far more parts than fit into one insert, unless they are tiny. */
const LOOKAHEAD = 1_000;
/** Keys that are forgotten with each new one: more than one, so that they become fewer. */
const KEYS_FORGOTTEN = 10;
/** How long a commit that nobody waits for may wait for others, in milliseconds. */
const LAZY_MS = 100;

const versions = [
  `CREATE TABLE inserts (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     stream TEXT NOT NULL,
     rows INTEGER NOT NULL,
     from_seq INTEGER,
     to_seq INTEGER
   );
   CREATE INDEX inserts_order ON inserts (stream, from_seq, seq);
   CREATE TABLE parts (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     file TEXT NOT NULL UNIQUE,
     stream TEXT NOT NULL,
     rows INTEGER NOT NULL,
     bytes INTEGER NOT NULL,
     received_at INTEGER NOT NULL,
     insert_id TEXT REFERENCES inserts (id)
   );
   CREATE INDEX parts_open ON parts (stream, seq) WHERE insert_id IS NULL;
   CREATE INDEX parts_insert ON parts (insert_id);
   CREATE TABLE keys (
     id BLOB PRIMARY KEY,
     body_hash BLOB NOT NULL,
     batch_id TEXT NOT NULL,
     rows INTEGER NOT NULL,
     received_at INTEGER NOT NULL
   ) WITHOUT ROWID;
   CREATE INDEX keys_received ON keys (received_at);
   CREATE TABLE numbers (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;`,
  'CREATE TABLE removed (seq INTEGER PRIMARY KEY, file TEXT NOT NULL);',
  // Whoever has written a row into it had compared it with the files.
  "INSERT INTO numbers SELECT 'checked', 1 WHERE EXISTS (SELECT 1 FROM sqlite_sequence);",
];

/** Where the journal lies in the spool's folder. */
export const journalFile = (folder: string) => join(folder, 'journal.db');

/**
 * Without limits it is only looked at.
 * @throws FileInUse where another process has the spool, FileDamaged where it cannot be read.
 */
export function openJournal(file: string, limits?: JournalLimits): Journal {
  const own = openOwnFile(file, versions, limits?.walPages);
  if (limits) shrink(own, file, limits);
  const group = createGroupCommit(own);
  const reserved = withReserve(own, file, limits);
  reserved.fillReserve();
  const calls = statements(own, limits);
  return {
    ...calls,
    ...group,
    ...reserved,
    isNew: calls.number('checked') === 0,
    close() {
      group.flush();
      own.close();
    },
  };
}

function statements(
  own: OwnFile,
  limits = NO_LIMITS,
): Omit<Journal, keyof GroupCommit | 'isNew' | 'transaction' | 'fillReserve' | 'close'> {
  const part = 'file, rows, bytes, received_at';
  const insert = 'id, stream, rows, from_seq, to_seq';
  const addPart = own.prepare(`INSERT INTO parts (stream, insert_id, ${part}) VALUES (?, ?, ?, ?, ?, ?)`);
  const openParts = own.prepare<PartRow>(
    `SELECT ${part} FROM parts WHERE stream = ? AND insert_id IS NULL ORDER BY seq LIMIT ${LOOKAHEAD}`,
  );
  const partsOf = own.prepare<PartRow>(`SELECT ${part} FROM parts WHERE insert_id = ? ORDER BY seq`);
  const everyPart = own.prepare<PartRow>(`SELECT ${part} FROM parts`);
  const forgetPart = own.prepare('DELETE FROM parts WHERE file = ?');
  const recount = own.prepare(
    `UPDATE inserts SET rows = (SELECT coalesce(sum(rows), 0) FROM parts WHERE insert_id = inserts.id)
     WHERE from_seq IS NULL`,
  );
  const forgetEmpty = own.prepare('DELETE FROM inserts WHERE rows = 0');
  const waiting = own.prepare<{ rows: number }>('SELECT coalesce(sum(rows), 0) AS rows FROM parts');
  const noteRemoved = own.prepare('INSERT INTO removed (file) SELECT file FROM parts WHERE insert_id = ?');
  const forgetRemoved = own.prepare(forgetRemovedNames(limits));
  const removed = own.prepare<{ file: string }>('SELECT file FROM removed');
  const addInsert = own.prepare(`INSERT INTO inserts (${insert}) VALUES (?, ?, ?, ?, ?)`);
  const takePart = own.prepare('UPDATE parts SET insert_id = ? WHERE file = ?');
  const findInsert = own.prepare<InsertRow>(`SELECT ${insert} FROM inserts WHERE id = ?`);
  const inserts = own.prepare<InsertRow>(
    `SELECT ${insert} FROM inserts WHERE stream = ? ORDER BY from_seq, seq LIMIT ?`,
  );
  const forgetMembers = own.prepare('DELETE FROM parts WHERE insert_id = ?');
  const forgetInsert = own.prepare('DELETE FROM inserts WHERE id = ?');
  const isEmpty = own.prepare<{ empty: number }>(
    'SELECT NOT EXISTS (SELECT 1 FROM parts) AND NOT EXISTS (SELECT 1 FROM inserts) AS empty',
  );
  const findKey = own.prepare<KeyRow>('SELECT * FROM keys WHERE id = ? AND received_at > ?');
  const moveKeys = own.prepare('UPDATE keys SET received_at = received_at + ? WHERE received_at <= ?');
  const forgetKeys = own.prepare(
    `DELETE FROM keys WHERE id IN
      (SELECT id FROM keys WHERE received_at <= ? ORDER BY received_at LIMIT ${KEYS_FORGOTTEN})`,
  );
  const countKeys = own.prepare<{ keys: number }>('SELECT count(*) AS keys FROM keys');
  let keys: number | undefined;
  const addKey = own.prepare('INSERT INTO keys (id, body_hash, batch_id, rows, received_at) VALUES (?, ?, ?, ?, ?)');
  const number = own.prepare<{ value: number }>('SELECT value FROM numbers WHERE name = ?');
  const setNumber = own.prepare('INSERT INTO numbers VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value');

  return {
    addPart: (stream, { file, rows, bytes, received_at }, insertId) =>
      addPart.run(stream, insertId ?? null, file, rows, bytes, received_at),
    openParts: (stream) => openParts.all(stream),
    partsOf: (insertId) => partsOf.all(insertId),
    everyPart: () => everyPart.all(),
    forgetParts(files) {
      for (const file of files) forgetPart.run(file);
      recount.run();
      forgetEmpty.run();
    },
    waitingRows: () => waiting.get()?.rows ?? 0,
    addInsert: ({ id, stream, rows, from_seq, to_seq }) => addInsert.run(id, stream, rows, from_seq, to_seq),
    takePart: (file, insertId) => takePart.run(insertId, file),
    findInsert: (id) => findInsert.get(id),
    inserts: (stream, limit) => inserts.all(stream, limit),
    forgetInsert(id) {
      noteRemoved.run(id);
      forgetRemoved.run();
      forgetMembers.run(id);
      forgetInsert.run(id);
    },
    removedFiles: () => removed.all().map(({ file }) => file),
    isEmpty: () => isEmpty.get()?.empty === 1,
    findKey: (id, since) => findKey.get(id, since),
    moveKeys: (by, before) => moveKeys.run(by, before),
    rememberKey({ id, body_hash, batch_id, rows, received_at }, since) {
      const known = keys ?? countKeys.get()?.keys ?? 0;
      keys = undefined; // counted again where this fails
      const { changes } = forgetKeys.run(known < limits.keys ? since : Number.MAX_SAFE_INTEGER);
      addKey.run(id, body_hash, batch_id, rows, received_at);
      keys = known - changes + 1;
    },
    number: (name) => number.get(name)?.value ?? 0,
    setNumber: (name, value) => setNumber.run(name, value),
  };
}

interface Waiting {
  run(): void;
  settle(): void;
  fail(error: unknown): void;
}

export function createGroupCommit({ transaction }: Pick<OwnFile, 'transaction'>): GroupCommit {
  let waiting: Waiting[] = [];
  let soon: NodeJS.Immediate | undefined;
  let later: NodeJS.Timeout | undefined;

  function flush(): void {
    clearImmediate(soon);
    clearTimeout(later);
    soon = later = undefined;
    const group = waiting;
    waiting = [];
    if (group.length === 0) return;
    try {
      transaction(() => {
        for (const one of group) one.run();
      });
    } catch (error) {
      for (const one of group) one.fail(error);
      return;
    }
    for (const one of group) one.settle();
  }

  function enqueue<Result>(work: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      let settle: () => void = () => undefined;
      waiting.push({
        run() {
          try {
            const result = transaction(work);
            settle = () => resolve(result);
          } catch (error) {
            settle = reject.bind(undefined, error);
          }
        },
        settle: () => settle(),
        fail: reject,
      });
    });
  }

  return {
    flush,
    commit(work) {
      soon ??= setImmediate(flush);
      return enqueue(work);
    },
    commitLazily(work) {
      if (!soon) later ??= setTimeout(flush, LAZY_MS);
      return enqueue(work);
    },
  };
}
