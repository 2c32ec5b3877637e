import type { ScrapeRefusalReason } from '../../contract/audit-events.ts';
import { sourceNetwork } from '../address.ts';
import { iso, type Clock } from '../clock.ts';
import type { Database } from '../database/database.ts';
import type { Logger } from '../logger.ts';
import type { AuditLog, AuditRecord } from './log.ts';

export interface RefusedScrape {
  readonly reason: ScrapeRefusalReason;
  readonly token: { readonly id: string; readonly name: string } | null;
  readonly ip: string;
}

/** Rows a minute, whoever knocks how often: the log cannot be flooded from outside. One overflow row comes on top. */
const ROWS_PER_MINUTE = 60;
const WINDOW_MS = 60_000;

interface Repeats {
  first: RefusedScrape;
  count: number;
  firstAt: number;
  lastAt: number;
}

/**
 * Coalesces refused scrapes into few audit rows: the first of a kind (reason, token, source network) is a row at once,
 * what follows within the minute is one more row with a count. Written off the response path.
 */
export interface ScrapeRefusals {
  note(refused: RefusedScrape): void;
  /** Writes what is still held back. */
  close(): Promise<void>;
}

export function createScrapeRefusals(
  database: Database,
  audit: AuditLog,
  clock: Clock,
  logger: Logger,
): ScrapeRefusals {
  let repeats = new Map<string, Repeats>();
  let rows = 0;
  let dropped = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  function write(records: AuditRecord[]): void {
    if (records.length === 0) return;
    writing = writing
      .then(() =>
        database.transaction(async (tx) => {
          for (const record of records) await audit.record(tx, record);
        }),
      )
      .catch((error: unknown) => {
        logger.error({ err: error, rows: records.length }, 'refused scrapes could not be written to the audit log');
      });
  }

  function endWindow(): void {
    timer = undefined;
    const records: AuditRecord[] = [];
    for (const entry of repeats.values()) {
      if (entry.count === 0) continue;
      if (rows < ROWS_PER_MINUTE) {
        rows += 1;
        records.push(toRecord(entry.first, entry.count, entry.firstAt, entry.lastAt));
      } else {
        dropped += entry.count;
      }
    }
    if (dropped > 0) records.push(overflow(dropped));
    repeats = new Map();
    rows = 0;
    dropped = 0;
    write(records);
  }

  return {
    note(refused) {
      timer ??= setTimeout(endWindow, WINDOW_MS).unref();
      const now = clock.now();
      const key = `${refused.reason} ${refused.token?.id ?? ''} ${sourceNetwork(refused.ip)}`;
      const known = repeats.get(key);
      if (known) {
        if (known.count === 0) known.firstAt = now;
        known.count += 1;
        known.lastAt = now;
      } else if (rows < ROWS_PER_MINUTE) {
        rows += 1;
        repeats.set(key, { first: refused, count: 0, firstAt: now, lastAt: now });
        write([toRecord(refused, 1, now, now)]);
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

function toRecord({ reason, token, ip }: RefusedScrape, count: number, firstAt: number, lastAt: number): AuditRecord {
  return {
    event: 'scrape.refused',
    actor: { name: null, via: 'scrape', ip },
    target: token?.id ?? null,
    details: {
      reason,
      count,
      ...(token && { name: token.name }),
      ...(count > 1 && { firstAt: iso(firstAt), lastAt: iso(lastAt) }),
    },
  };
}

function overflow(count: number): AuditRecord {
  return {
    event: 'scrape.refusals_dropped',
    actor: { name: null, via: 'scrape', ip: null },
    target: null,
    details: { count },
  };
}
