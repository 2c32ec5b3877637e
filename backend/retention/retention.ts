import { deleteResolved } from '../alarms/store.ts';
import { readCursor } from '../alarms/queries.ts';
import type { PruneAuditLog } from '../audit/pruning.ts';
import type { Clock } from '../lib/clock.ts';
import type { Config } from '../config/config.ts';
import type { Database, Tx } from '../database/database.ts';
import type { Logger } from '../lib/logger.ts';
import { deleteOldBell, deleteOldQuarantined } from '../notifications/store.ts';
import { startTimeSlices } from '../lib/event-loop.ts';
import { createPeriodicTask, type PeriodicTask } from '../lib/periodic-task.ts';

export interface RetentionOptions {
  readonly settings: Config['retention'];
  readonly database: Database;
  readonly pruneAudit: PruneAuditLog;
  /** The last row of the audit log that was shipped elsewhere; absent where nobody ships it. */
  readonly shippedUpTo?: (() => Promise<number>) | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

const DAY_MS = 24 * 3600 * 1000;
/** The start has enough to do. */
const FIRST_AFTER_MS = 60_000;
/** Rows deleted in one transaction: a few milliseconds. */
const BATCH = 100;

type DeleteSome = (tx: Tx, before: number, limit: number) => Promise<number>;

/**
 * Removes daily what is older than the configuration says: of the audit log whole prefixes, resolved alarms, notifications of
 * the bell and quarantined ones. A few rows at a time, so that nobody who writes waits for it. What fails is logged and done
 * the next time.
 */
export function createRetention(options: RetentionOptions): PeriodicTask {
  const { settings, database, pruneAudit, shippedUpTo, clock, logger } = options;

  async function deleteAll(deleteSome: DeleteSome, before: number, stop: AbortSignal): Promise<number> {
    const slices = startTimeSlices({ isBackground: true });
    let rows = 0;
    while (!stop.aborted) {
      const deleted = await database.transaction((tx) => deleteSome(tx, before, BATCH));
      rows += deleted;
      if (deleted < BATCH) break;
      await slices.next();
    }
    return rows;
  }

  /** Events stay until the alarm engine has looked at them and ClickHouse has them. */
  async function removeAudit(before: number, stop: AbortSignal): Promise<number> {
    const seen = (await readCursor(database.read)) ?? 0;
    const upTo = Math.min(seen, (await shippedUpTo?.()) ?? Infinity);
    return pruneAudit({ before, upTo, stop });
  }

  async function run(stop: AbortSignal): Promise<void> {
    const { audit_days, alarms_days, notifications_days } = settings;
    const now = clock.now();
    const work: [what: string, days: number, remove: (before: number) => Promise<number>][] = [
      ['audit events', audit_days, (before) => removeAudit(before, stop)],
      ['alarms', alarms_days, (before) => deleteAll(deleteResolved, before, stop)],
      ['notifications', notifications_days, (before) => deleteAll(deleteOldBell, before, stop)],
      ['quarantined notifications', notifications_days, (before) => deleteAll(deleteOldQuarantined, before, stop)],
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

  return createPeriodicTask({
    name: 'retention',
    run,
    firstDelayMs: FIRST_AFTER_MS,
    intervalMs: DAY_MS,
    clock,
    logger,
  });
}
