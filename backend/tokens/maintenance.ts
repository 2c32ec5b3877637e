import type { Clock } from '../lib/clock.ts';
import type { Database } from '../database/database.ts';
import type { Logger } from '../lib/logger.ts';
import { createPeriodicTask } from '../lib/periodic-task.ts';
import type { TokenEvents } from './model/events.ts';
import { expiryNotification, nextExpiryNotification } from './model/expiry.ts';
import { dueExpiryNotifications, setExpiryNotification } from './model/store.ts';
import type { RotationService } from './rotation/service.ts';
import type { IdleTime } from './usage/idle-time.ts';
import type { TokenUsage } from './usage/usage.ts';

/** How often tokens are maintained, in milliseconds. */
export const MAINTENANCE_INTERVAL_MS = 5_000;
/** A run that comes later than this was held up: the process stood still, and for so long answered no scrape. */
const LATE_MS = 3 * MAINTENANCE_INTERVAL_MS;
/** So many notifications are written in one transaction. */
const NOTIFICATIONS_AT_ONCE = 100;

export interface MaintenanceParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly events: TokenEvents;
  readonly usage: TokenUsage;
  readonly idleTime: IdleTime;
  readonly rotations: RotationService;
}

/**
 * One run: ends rotations that have come to their end, and notifies of tokens that expire before long.
 * @param servedMs for how long scrapes could be answered since the run before, by a monotonic clock.
 */
export async function maintainTokens(parts: MaintenanceParts, servedMs: number): Promise<void> {
  const { usage, idleTime, rotations } = parts;
  await usage.flush();
  const underWay = await rotations.underWay();
  idleTime.served(servedMs); // only now: while the database cannot be asked, scrapes are not answered
  await rotations.advance(underWay);
  await rotations.followClock(); // this late, because it fails on a full disk: what has come to its end is over all the same
  await notifyExpiring(parts);
}

/** Notifies of every token that expires before long and was not notified of yet, but for those that a successor replaced. */
async function notifyExpiring({ database, clock, events, rotations }: MaintenanceParts): Promise<void> {
  const now = clock.now();
  if ((await dueExpiryNotifications(database.read, now, 1)).length === 0) return;
  await database.transaction(async (tx) => {
    for (const row of await dueExpiryNotifications(tx, now, NOTIFICATIONS_AT_ONCE)) {
      const { id, name, expires_at: expiresAt } = row;
      await setExpiryNotification(tx, id, nextExpiryNotification(expiresAt, now));
      if (expiresAt === null || expiresAt <= now || (await rotations.isReplaced(tx, row))) continue;
      await events.notify(tx, 'token.expiring', row, { ...expiryNotification(name, expiresAt, now), at: now });
    }
  });
}

/** Maintains tokens again and again. In the server only. */
export interface TokenMaintenance {
  /** One run. */
  run(): Promise<void>;
  /** Runs until stopped. That runs fail is logged. */
  start(): void;
  stop(): Promise<void>;
}

export interface TokenMaintenanceOptions {
  readonly tokens: { maintain(servedMs: number): Promise<void> };
  /** Whether scrapes are answered at all: where they are not, no token counts as idle. */
  readonly serves: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createTokenMaintenance({ tokens, serves, clock, logger }: TokenMaintenanceOptions): TokenMaintenance {
  let last = clock.monotonic();

  async function run(): Promise<void> {
    const now = clock.monotonic();
    const passed = now - last;
    last = now;
    await tokens.maintain(serves ? Math.min(passed, LATE_MS) : 0);
  }

  const task = createPeriodicTask({
    name: 'token maintenance',
    run,
    intervalMs: MAINTENANCE_INTERVAL_MS,
    clock,
    logger,
  });
  return {
    run,
    start: () => {
      task.start();
    },
    stop: () => task.stop(),
  };
}
