import type { Database } from '../database/database.ts';
import type { Logger } from '../lib/logger.ts';
import { isPossible } from '../lib/clock.ts';
import { startTimeSlices } from '../lib/event-loop.ts';
import { checkpointMac, type Checkpoint } from './chain.ts';
import type { AuditLog } from './log.ts';
import { deleteRows, readCheckpoint, writeCheckpoint } from './store.ts';
import { brokenSentence, ChainBroken, chainStart, verifiedPages } from './chain-reader.ts';

export interface PruneOptions {
  /** Rows at or after this time stay, and all that follow them, in milliseconds since the Unix epoch. */
  readonly before: number;
  /** Milliseconds since the Unix epoch. A row from later than this has a time that is not believed. */
  readonly now: number;
  /** Rows behind this one stay, because somebody has not dealt with them yet. */
  readonly upTo: number;
  readonly stop: AbortSignal;
}

/** Removes what came first. Resolves to how many rows were. */
export type PruneAuditLog = (options: PruneOptions) => Promise<number>;

/** Rows looked at, and deleted, in one go: a few milliseconds. */
const PAGE = 100;

/**
 * Whole prefixes of the log go behind a signed checkpoint. One transaction writes it and `audit.pruned`: from then on the
 * log begins behind it. The rows themselves are deleted afterwards, a few at a time, after a crash by the next run.
 * A prefix that does not verify stays: signing for it would hide that somebody tampered with it.
 */
export function createPruning(database: Database, audit: AuditLog, key: Buffer, logger: Logger): PruneAuditLog {
  /**
   * The last row of those that may go, and how many they are. A row whose time cannot be, or is before that of a row before it,
   * counts as being as young as the next one that is in order: so no row goes for a clock that was not set, or was set back.
   */
  async function prefix({ before, now, upTo, stop }: PruneOptions): Promise<{ last: Checkpoint; rows: number }> {
    let looked = await chainStart(database.bulk, key);
    let last = looked;
    let newest = isPossible(looked.at, now) ? looked.at : 0;
    let rows = 0;
    let undated = 0;
    const slices = startTimeSlices({ isBackground: true });
    for await (const page of verifiedPages(database.bulk, key, looked, PAGE)) {
      for (const row of page) {
        const isDated = isPossible(row.at, now) && row.at >= newest;
        if ((isDated && row.at >= before) || row.seq > upTo) return { last, rows };
        looked = { seq: row.seq, hash: row.hash, at: row.at };
        undated += 1;
        if (!isDated) continue;
        last = looked;
        newest = row.at;
        rows += undated;
        undated = 0;
      }
      if (stop.aborted) return { last, rows: 0 };
      await slices.next();
    }
    return { last, rows };
  }

  async function cut({ last, rows }: { last: Checkpoint; rows: number }): Promise<void> {
    await database.transaction(async (tx) => {
      const actor = { name: null, via: 'system', ip: null } as const;
      await audit.record(tx, { event: 'audit.pruned', actor, target: null, details: { upTo: last.seq, rows } });
      await writeCheckpoint(tx, { ...last, mac: checkpointMac(key, last) });
    });
  }

  async function sweep(stop: AbortSignal): Promise<void> {
    const checkpoint = await readCheckpoint(database.bulk);
    if (!checkpoint) return;
    const slices = startTimeSlices({ isBackground: true });
    while (!stop.aborted) {
      const deleted = await database.transaction((tx) => deleteRows(tx, checkpoint.seq, PAGE));
      if (deleted < PAGE) return;
      await slices.next();
    }
  }

  return async (options) => {
    try {
      const removable = await prefix(options);
      if (removable.rows > 0) await cut(removable);
      await sweep(options.stop);
      return removable.rows;
    } catch (error) {
      if (!(error instanceof ChainBroken)) throw error;
      logger.error({}, `${brokenSentence({ seq: error.seq, problem: error.message })} Nothing is removed from it.`);
      return 0;
    }
  };
}
