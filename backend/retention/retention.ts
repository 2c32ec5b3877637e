import { dateResolved, deleteResolved } from '../alarms/store.ts';
import { readCursor } from '../alarms/queries.ts';
import type { PruneAuditLog } from '../audit/pruning.ts';
import { EARLIEST_TIME, type Clock } from '../lib/clock.ts';
import { createClockSteps } from '../lib/clock-steps.ts';
import type { Config } from '../config/config.ts';
import type { Database, Tx } from '../database/database.ts';
import type { Logger } from '../lib/logger.ts';
import { dateBell, dateQuarantined, deleteOldBell, deleteOldQuarantined } from '../notifications/store.ts';
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

/** Rows with a time, of one table. */
interface Timed {
  /** Gives those whose time cannot be another one. */
  readonly date: (tx: Tx, earliest: number, at: number) => Promise<void>;
  readonly deleteSome: (tx: Tx, before: number, limit: number) => Promise<number>;
}

const resolvedAlarms: Timed = { date: dateResolved, deleteSome: deleteResolved };
const bell: Timed = { date: dateBell, deleteSome: deleteOldBell };
const quarantined: Timed = { date: dateQuarantined, deleteSome: deleteOldQuarantined };

/**
 * Removes daily what is older than the configuration says: of the audit log whole prefixes, resolved alarms, notifications of
 * the bell and quarantined ones. A few rows at a time, so that nobody who writes waits for it. What fails is logged and done
 * the next time.
 */
export function createRetention(options: RetentionOptions): PeriodicTask {
  const { settings, database, pruneAudit, shippedUpTo, clock, logger } = options;
  const steps = createClockSteps(clock);

  /**
   * What was written while the clock was not set is dated now and kept as long as anything else: nobody knows its time. What lies
   * ahead stays until then: it may be the clock that is wrong. The audit log needs no dating, because its order tells.
   */
  async function deleteAll({ date, deleteSome }: Timed, times: { before: number; now: number }, stop: AbortSignal) {
    await database.transaction((tx) => date(tx, EARLIEST_TIME, times.now));
    const slices = startTimeSlices({ isBackground: true });
    let rows = 0;
    while (!stop.aborted) {
      const deleted = await database.transaction((tx) => deleteSome(tx, times.before, BATCH));
      rows += deleted;
      if (deleted < BATCH) break;
      await slices.next();
    }
    return rows;
  }

  /** Events stay until the alarm engine has looked at them and ClickHouse has them. */
  async function removeAudit(before: number, now: number, stop: AbortSignal): Promise<number> {
    const seen = (await readCursor(database.read)) ?? 0;
    const upTo = Math.min(seen, (await shippedUpTo?.()) ?? Infinity);
    return pruneAudit({ before, now, upTo, stop });
  }

  async function run(stop: AbortSignal): Promise<void> {
    const { audit_days, alarms_days, notifications_days } = settings;
    const now = clock.now();
    if (now < EARLIEST_TIME) {
      logger.warn({}, 'retention waits: the clock of this machine is not set yet');
      return;
    }
    const by = steps.pending();
    steps.follow(by);
    if (Math.abs(by) >= DAY_MS) {
      logger.warn({ byMs: by }, 'retention waits for a day: the clock of this machine was set by more than that');
      return;
    }
    const work: [what: string, days: number, remove: (before: number) => Promise<number>][] = [
      ['audit events', audit_days, (before) => removeAudit(before, now, stop)],
      ['alarms', alarms_days, (before) => deleteAll(resolvedAlarms, { before, now }, stop)],
      ['notifications', notifications_days, (before) => deleteAll(bell, { before, now }, stop)],
      ['quarantined notifications', notifications_days, (before) => deleteAll(quarantined, { before, now }, stop)],
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
