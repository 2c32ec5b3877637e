import type { Clock } from '../lib/clock.ts';
import type { Database } from '../database/database.ts';
import type { Logger } from '../lib/logger.ts';
import { createOutageLog } from '../lib/outage-log.ts';
import type { AuditLog, AuditRecord } from './log.ts';

/** Rows a minute, however often something happens: the log cannot be flooded from outside. One overflow row comes on top. */
const ROWS_PER_MINUTE = 60;
const WINDOW_MS = 60_000;

/** How often something happened, and between when, in milliseconds since the Unix epoch. */
export interface Repeats {
  count: number;
  firstAt: number;
  lastAt: number;
}

export interface CoalescedEventsOptions<Occurrence> {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What is written, for the log line where it cannot be. */
  readonly what: string;
  /** Equal for what is one and the same. */
  readonly keyOf: (occurrence: Occurrence) => string;
  readonly recordOf: (occurrence: Occurrence, repeats: Readonly<Repeats>) => AuditRecord;
  /** What stands for the rest of a minute that had more than the log keeps apart. */
  readonly overflowOf: (count: number) => AuditRecord;
}

/**
 * Few audit rows for what happens often: the first of a kind is a row at once, what follows within the minute is one more
 * row with a count. Written off the response path.
 */
export interface CoalescedEvents<Occurrence> {
  note(occurrence: Occurrence): void;
  /** Writes what is still held back. */
  close(): Promise<void>;
}

export function createCoalescedEvents<Occurrence>(
  options: CoalescedEventsOptions<Occurrence>,
): CoalescedEvents<Occurrence> {
  const { database, audit, clock, logger, what, keyOf, recordOf, overflowOf } = options;
  const outage = createOutageLog({
    logger,
    failing: `${what} could not be written to the audit log`,
    recovered: `${what} are written to the audit log again`,
    monotonic: () => clock.monotonic(),
  });
  let repeats = new Map<string, Repeats & { readonly first: Occurrence }>();
  let rows = 0;
  let dropped = 0;
  let timer: NodeJS.Timeout | undefined;
  let waiting: AuditRecord[] = [];
  let writing: Promise<void> = Promise.resolve();

  /** What comes while a transaction is on its way waits, and goes into the next one together. */
  function write(records: readonly AuditRecord[]): void {
    if (waiting.length === 0) writing = writing.then(writeWaiting);
    waiting.push(...records);
  }

  async function writeWaiting(): Promise<void> {
    const records = waiting;
    waiting = [];
    if (records.length === 0) return;
    try {
      await database.transaction(async (tx) => {
        for (const record of records) await audit.record(tx, record);
      });
      outage.succeeded();
    } catch (error) {
      outage.failed({ err: error, rows: records.length });
    }
  }

  function endWindow(): void {
    timer = undefined;
    const records: AuditRecord[] = [];
    for (const entry of repeats.values()) {
      if (entry.count === 0) continue;
      if (rows < ROWS_PER_MINUTE) {
        rows += 1;
        records.push(recordOf(entry.first, entry));
      } else {
        dropped += entry.count;
      }
    }
    if (dropped > 0) records.push(overflowOf(dropped));
    repeats = new Map();
    rows = 0;
    dropped = 0;
    write(records);
  }

  return {
    note(occurrence) {
      timer ??= setTimeout(endWindow, WINDOW_MS).unref();
      const now = clock.now();
      const key = keyOf(occurrence);
      const known = repeats.get(key);
      if (known) {
        if (known.count === 0) known.firstAt = now;
        known.count += 1;
        known.lastAt = now;
      } else if (rows < ROWS_PER_MINUTE) {
        rows += 1;
        repeats.set(key, { first: occurrence, count: 0, firstAt: now, lastAt: now });
        write([recordOf(occurrence, { count: 1, firstAt: now, lastAt: now })]);
      } else {
        dropped += 1;
      }
    },
    async close() {
      clearTimeout(timer);
      endWindow();
      await writing;
    },
  };
}
