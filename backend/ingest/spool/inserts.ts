import type { IngestStream } from '../../../contract/ingest.ts';
import type { Clock } from '../../lib/clock.ts';
import { limitConcurrency } from '../../lib/fsync.ts';
import { foundNoRoom } from '../../database/storage-full.ts';
import { newId } from '../../lib/ids.ts';
import { damageOf, damageOfContent, type Damage } from './damage.ts';
import { PART_BYTES, type Part, type SpoolFiles } from './files.ts';
import type { InsertRow, InsertStream, Journal, PartRow } from './journal.ts';
import type { Quarantine } from './quarantine.ts';
import { countQuarantined } from './part-quarantine.ts';

/** An insert of rows that are in the spool: members and deduplication token are on disk and never change. */
export interface SealedParts {
  /** The deduplication token. */
  readonly id: string;
  readonly rows: number;
  /** Its members, in their order. */
  readonly files: readonly string[];
}

/** An insert of a range of the audit log. */
export interface SealedRange {
  readonly id: string;
  readonly rows: number;
  readonly from: number;
  readonly to: number;
}

/** So many rows are worth an insert at once. */
const ENOUGH_ROWS = 5_000;
/** Rows of an insert at the most, where more than enough have come together; its bytes are bounded by `PART_BYTES`. */
const MOST_ROWS = 40_000;
/** How long the first row of an insert waits for more, in milliseconds. */
const BATCH_DELAY_MS = 1_000;
/** Looked at from time to time even where nobody wakes the inserter, in milliseconds. */
export const IDLE_MS = 60_000;
/** Rows of the audit log in an insert at the most. */
const RANGE_ROWS = 5_000;
/** How often the audit log is looked at for new rows, in milliseconds. */
export const LOOK_EVERY_MS = 2_000;

export interface InsertsOptions {
  readonly journal: Journal;
  readonly files: SpoolFiles;
  readonly quarantine: Quarantine;
  readonly clock: Clock;
  readonly partsFolder: string;
  /** These parts cannot be read as they were acknowledged, and are no members of an insert any more. */
  readonly quarantineParts: (damaged: readonly { readonly part: Part; readonly why: Damage }[]) => void;
  /** So many rows left the spool. */
  readonly onGone: (rows: number) => void;
  readonly onQuarantined: (rows: number) => void;
}

/** What is to be inserted next, and what becomes of an insert. */
export interface Inserts {
  /** The next insert that is not `inFlight`, sealed if need be; or in how many milliseconds to ask again. */
  next(stream: IngestStream, inFlight: readonly string[]): Promise<SealedParts | number>;
  /** The next range of the audit log, whose rows are those from `first` to `last`. */
  nextRange(first: number, last: number): Promise<SealedRange | number>;
  /** The last row of the audit log that is in ClickHouse, or in quarantine. What came up to it is never asked for again. */
  auditCursor(): Promise<number>;
  /** It is in ClickHouse. */
  acknowledge(id: string): Promise<void>;
  /**
   * It was rejected permanently: two halves take its place, or a single row goes to quarantine.
   * @param row that single row, where it does not lie in the spool
   */
  reject(id: string, row?: Uint8Array): Promise<void>;
  /** Its rows could not be read: what is wrong with its files is set aside, and the rest is given out again. */
  examine(id: string): Promise<void>;
}

type Looked = Damage | undefined | Promise<Damage | undefined>;

export function createInserts(options: InsertsOptions): Inserts {
  const { journal, files, quarantine, clock, partsFolder, quarantineParts, onGone, onQuarantined } = options;

  const oneAtATime = limitConcurrency(1); // the room for halves is that of one insert

  function seal(stream: InsertStream, members: readonly Part[]): SealedParts {
    const insert = { id: newId('ins'), rows: members.reduce((sum, { rows }) => sum + rows, 0) };
    journal.addInsert({ ...insert, stream, from_seq: null, to_seq: null });
    for (const { file } of members) journal.takePart(file, insert.id);
    return { ...insert, files: members.map(({ file }) => file) };
  }

  function sealRange(from: number, to: number): SealedRange {
    const insert = { id: newId('ins'), rows: to - from + 1 };
    journal.addInsert({ ...insert, stream: 'audit-events', from_seq: from, to_seq: to });
    return { ...insert, from, to };
  }

  /** Commits also on a full disk: what makes room there must not wait for it. */
  async function commit<Result>(work: () => Result, tryFirst = journal.commit): Promise<Result> {
    try {
      return await tryFirst(work);
    } catch (error) {
      if (!foundNoRoom(error, partsFolder)) throw error;
      return journal.transaction(work);
    }
  }

  function find(id: string): InsertRow {
    const insert = journal.findInsert(id);
    if (!insert) throw new Error(`there is no insert ${id}`);
    return insert;
  }

  /** Forgets an insert, together with what takes its place. False where somebody did so before. */
  async function replace(insert: InsertRow, by: () => void, tryFirst = journal.commit): Promise<boolean> {
    const parts = await commit(() => {
      if (!journal.findInsert(insert.id)) return undefined;
      const members = journal.partsOf(insert.id);
      journal.forgetInsert(insert.id);
      by();
      return members;
    }, tryFirst);
    if (!parts) return false;
    await files.remove(parts);
    journal.fillReserve();
    return true;
  }

  async function contentOf(insert: InsertRow): Promise<Buffer> {
    return Buffer.concat(await Promise.all(journal.partsOf(insert.id).map(({ file }) => files.read(file))));
  }

  async function halve(insert: InsertRow): Promise<void> {
    const lines = (await contentOf(insert)).toString('utf8').trimEnd().split('\n');
    const middle = Math.ceil(lines.length / 2);
    const halves: Part[][] = [];
    let isReplaced = false;
    try {
      for (const half of [lines.slice(0, middle), lines.slice(middle)]) halves.push(await rewrite(half));
      isReplaced = await replace(insert, () => {
        for (const parts of halves) {
          for (const part of parts) journal.addPart(insert.stream, { ...part, received_at: clock.now() });
          seal(insert.stream, parts);
        }
      });
    } finally {
      if (isReplaced) files.settle(halves.flat());
      else await files.remove(halves.flat());
    }
  }

  async function rewrite(lines: readonly string[]): Promise<Part[]> {
    const writer = files.write({ beyondLimit: true });
    try {
      await writer.add([{ bytes: Buffer.from(`${lines.join('\n')}\n`), count: lines.length }]);
      return await writer.finish();
    } catch (error) {
      await writer.discard();
      throw error;
    }
  }

  async function quarantineRow(insert: InsertRow, row: Uint8Array): Promise<void> {
    await quarantine.keep(insert.stream, row);
    const isNew = await replace(insert, () => {
      countQuarantined(journal, insert.rows);
      if (insert.to_seq !== null) advanceCursor(insert.to_seq);
    });
    if (!isNew) return;
    if (insert.to_seq === null) onGone(insert.rows);
    onQuarantined(insert.rows);
  }

  function advanceCursor(to: number): void {
    journal.setNumber('audit_cursor', Math.max(to, journal.number('audit_cursor')));
  }

  /** An insert, or when to ask again; whether its files can be read is not known yet. */
  async function choose(stream: IngestStream, inFlight: readonly string[]): Promise<SealedParts | number> {
    const waiting = journal.inserts(stream, inFlight.length + 1).find(({ id }) => !inFlight.includes(id));
    if (waiting) {
      const { id, rows } = waiting;
      return { id, rows, files: journal.partsOf(id).map(({ file }) => file) };
    }
    const open = journal.openParts(stream);
    const wait = msUntilDue(open, clock.now());
    if (wait > 0) return wait;
    return commit(() => seal(stream, takeBatch(journal.openParts(stream))));
  }

  /** @returns whether every part of it can be read; those that cannot are set aside */
  async function isReadable(id: string, look: (folder: string, part: Part) => Looked): Promise<boolean> {
    const damaged = [];
    for (const part of journal.partsOf(id)) {
      const why = await look(partsFolder, part);
      if (why) damaged.push({ part, why });
    }
    if (damaged.length === 0) return true;
    quarantineParts(damaged);
    const rows = damaged.reduce((sum, { part }) => sum + part.rows, 0);
    onGone(rows);
    onQuarantined(rows);
    return false;
  }

  return {
    async next(stream, inFlight) {
      for (;;) {
        const next = await choose(stream, inFlight);
        if (typeof next === 'number' || (await isReadable(next.id, damageOf))) return next;
      }
    },

    async examine(id) {
      await isReadable(id, damageOfContent);
    },

    async nextRange(first, last) {
      const [waiting] = journal.inserts('audit-events', 1);
      if (waiting) return { id: waiting.id, rows: waiting.rows, ...rangeOf(waiting) };
      const cursor = journal.number('audit_cursor');
      if (last <= cursor) return LOOK_EVERY_MS;
      const from = Math.max(first, cursor + 1);
      return commit(() => sealRange(from, Math.min(last, from + RANGE_ROWS - 1)));
    },

    // Committed with whatever is on its way: an insert that is made again finds its rows.
    auditCursor: () => commit(() => journal.number('audit_cursor')),

    async acknowledge(id) {
      const insert = journal.findInsert(id);
      if (!insert) return;
      const { to_seq, rows } = insert;
      // Where this commit is lost the insert is made again, under the same token.
      const isDone = await replace(insert, () => to_seq !== null && advanceCursor(to_seq), journal.commitLazily);
      if (isDone && to_seq === null) onGone(rows);
    },

    async reject(id, row) {
      const insert = find(id);
      if (insert.rows === 1) return quarantineRow(insert, row ?? (await contentOf(insert)));
      if (insert.from_seq === null) return oneAtATime(() => halve(insert));
      const { from, to } = rangeOf(insert);
      const middle = Math.floor((from + to) / 2);
      await replace(insert, () => {
        sealRange(from, middle);
        sealRange(middle + 1, to);
      });
    },
  };
}

function rangeOf({ id, from_seq, to_seq }: InsertRow): { from: number; to: number } {
  if (from_seq === null || to_seq === null) throw new Error(`insert ${id} names no range of the audit log`);
  return { from: from_seq, to: to_seq };
}

/** In how many milliseconds these parts make an insert: not before there are enough, or one of them has waited. */
export function msUntilDue(open: readonly PartRow[], now: number): number {
  const [oldest] = open;
  if (!oldest) return IDLE_MS;
  const isEnough = takeBatch(open).length < open.length || open.reduce((sum, { rows }) => sum + rows, 0) >= ENOUGH_ROWS;
  const age = now - oldest.received_at;
  return isEnough || age < 0 ? 0 : Math.max(0, BATCH_DELAY_MS - age);
}

/** As many parts, in their order, as make one insert. */
export function takeBatch(open: readonly PartRow[]): PartRow[] {
  let rows = 0;
  let bytes = 0;
  const beyond = open.findIndex((part, index) => {
    rows += part.rows;
    bytes += part.bytes;
    return index > 0 && (rows > MOST_ROWS || bytes > PART_BYTES);
  });
  return open.slice(0, beyond === -1 ? undefined : beyond);
}
