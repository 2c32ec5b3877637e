import { deleteResolved } from '../alarms/store.ts';
import { readCursor } from '../alarms/queries.ts';
import type { PruneAuditLog } from '../audit/pruning.ts';
import type { Clock } from '../lib/clock.ts';
import type { Config } from '../config/config.ts';
import type { Database, Tx } from '../database/database.ts';
import type { Logger } from '../lib/logger.ts';
import { deleteOldBell, deleteOldQuarantined } from '../notifications/store.ts';
import { startTimeSlices } from '../lib/event-loop.ts';

export interface RetentionOptions {
  readonly settings: Config['retention'];
  readonly database: Database;
  readonly pruneAudit: PruneAuditLog;
  /** The last row of the audit log that was shipped elsewhere; absent where nobody ships it. */
  readonly shippedUpTo?: (() => Promise<number>) | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Removes what is older than the configuration says: of the audit log whole prefixes, resolved alarms, notifications of
 * the bell and those that were set aside. A few rows at a time, so that nobody who writes waits for it.
 */
export interface Retention {
  /** Once through everything. What fails is logged and done the next time. */
  run(): Promise<void>;
  /** Shortly from now, and then daily until closed. */
  start(): void;
  close(): Promise<void>;
}

const DAY_MS = 24 * 3600 * 1000;
/** The start has enough to do. */
const FIRST_AFTER_MS = 60_000;
/** Rows deleted in one transaction: a few milliseconds. */
const BATCH = 100;

type DeleteSome = (tx: Tx, before: number, limit: number) => Promise<number>;

export function createRetention(options: RetentionOptions): Retention {
  const { settings, database, pruneAudit, shippedUpTo, clock, logger } = options;
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  async function deleteAll(deleteSome: DeleteSome, before: number): Promise<number> {
    const slices = startTimeSlices({ isBackground: true });
    let rows = 0;
    while (!stopping.signal.aborted) {
      const deleted = await database.transaction((tx) => deleteSome(tx, before, BATCH));
      rows += deleted;
      if (deleted < BATCH) break;
      await slices.next();
    }
    return rows;
  }

  /** Events stay until the alarm engine has looked at them and ClickHouse has them. */
  async function removeAudit(before: number): Promise<number> {
    const seen = (await readCursor(database.read)) ?? 0;
    const upTo = Math.min(seen, (await shippedUpTo?.()) ?? Infinity);
    return pruneAudit({ before, upTo, stop: stopping.signal });
  }

  async function run(): Promise<void> {
    const { audit_days, alarms_days, notifications_days } = settings;
    const now = clock.now();
    const work: [what: string, days: number, remove: (before: number) => Promise<number>][] = [
      ['audit events', audit_days, removeAudit],
      ['alarms', alarms_days, (before) => deleteAll(deleteResolved, before)],
      ['notifications', notifications_days, (before) => deleteAll(deleteOldBell, before)],
      ['notifications that were set aside', notifications_days, (before) => deleteAll(deleteOldQuarantined, before)],
    ];
    for (const [what, days, remove] of work) {
      try {
        const rows = await remove(now - days * DAY_MS);
        if (rows > 0) logger.info({ rows, days }, `${what} were removed by retention`);
      } catch (error) {
        logger.error({ err: error }, `${what} could not be removed by retention`);
      }
    }
  }

  function schedule(ms: number): void {
    timer = setTimeout(() => {
      running = run().then(() => {
        if (!stopping.signal.aborted) schedule(DAY_MS);
      });
    }, ms).unref();
  }

  return {
    run,
    start: () => schedule(FIRST_AFTER_MS),
    async close() {
      stopping.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
