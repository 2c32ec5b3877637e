import type { FastifyBaseLogger } from 'fastify';
import { createAlarmEngine } from './alarms/engine.ts';
import type { ClickHouseService } from './clickhouse/service.ts';
import type { Config } from './config/config.ts';
import type { IngestPipeline } from './ingest/pipeline.ts';
import type { Clock } from './lib/clock.ts';
import { createPeriodicTask } from './lib/periodic-task.ts';
import { startNotifications } from './notifications/start.ts';
import { createRetention } from './retention/retention.ts';
import type { Services } from './services.ts';
import { createTokenMaintenance } from './tokens/maintenance.ts';

export interface BackgroundOptions {
  readonly config: Config;
  readonly services: Services;
  readonly clock: Clock;
  readonly logger: FastifyBaseLogger;
}

/** What runs beside the routes, with the scrape endpoint on or off. Its numbers are the plain state of `services.metrics`. */
export interface Background {
  /** Absent where no ClickHouse is configured. */
  readonly ingest: IngestPipeline | undefined;
  /** Verifies the audit log and logs its head from now on: the last to begin, once requests are answered. */
  watchAuditLog(): void;
  /** Ends what is under way; requests can go on. What is not inserted or delivered yet stays on disk. */
  stop(): Promise<void>;
  /** Brings onto the disk what is still in memory, and ends ClickHouse. */
  flush(): Promise<void>;
}

/** How often the free space of each data folder is looked at. */
const STORAGE_MS = 5_000;
const DAY_MS = 24 * 3600 * 1000;

/**
 * Starts all of it in this order. When it resolves, the alarm engine has ticked once.
 * @throws ConfigError where a part cannot be had as configured; then nothing runs any more.
 */
export async function startBackground({ config, services, clock, logger }: BackgroundOptions): Promise<Background> {
  const { database, audit, auditVerifier, notify, constants, metrics, pruneAudit } = services;
  const shared = { database, clock, logger };
  const stops: (() => Promise<unknown>)[] = [];
  let clickhouse: ClickHouseService | undefined;
  let ingest: IngestPipeline | undefined;

  async function stop(): Promise<void> {
    await Promise.all(stops.map((each) => each()));
  }

  async function flush(): Promise<void> {
    await ingest?.close();
    await clickhouse?.close();
  }

  try {
    if (config.clickhouse) {
      const { startClickHouse } = await import('./clickhouse/service.ts'); // with ClickHouse's client, which others do without
      const { startIngest } = await import('./ingest/pipeline.ts');
      clickhouse = await startClickHouse({ settings: config.clickhouse, state: metrics.clickhouse, clock, logger });
      const { spool_dir: folder, spool_max_mb } = config.ingest;
      const maxBytes = spool_max_mb * 1024 * 1024;
      ingest = await startIngest({ ...shared, folder, maxBytes, clickhouse, state: metrics.clickhouse });
      metrics.ingest = ingest;
      const { stopInserting } = ingest;
      stops.push(stopInserting);
    }

    const { notifications: state, quarantined } = metrics;
    const delivery = await startNotifications({ ...shared, settings: config.notifications, state, quarantined });
    stops.push(() => delivery.stop());

    const storageWatch = createPeriodicTask({
      name: 'looking for free space',
      run: async () => {
        await services.freeSpace.look();
      },
      intervalMs: STORAGE_MS,
      clock,
      logger,
    });
    stops.push(() => storageWatch.stop());
    await storageWatch.runNow(); // before the alarm engine looks

    const { tick_seconds: tickSeconds } = config.alarms;
    const engine = createAlarmEngine({ ...shared, metrics, state: metrics.alarms, notify, constants, tickSeconds });
    stops.push(() => engine.stop());
    await engine.start();

    const maintenance = createTokenMaintenance({
      tokens: services.tokens,
      serves: config.prometheus.enabled,
      clock,
      logger,
    });
    stops.push(() => maintenance.stop());
    maintenance.start();

    const shippedUpTo = async () => (await ingest?.auditShippedUpTo()) ?? Infinity;
    const retention = createRetention({ ...shared, settings: config.retention, pruneAudit, shippedUpTo });
    stops.push(() => retention.stop());
    retention.start();
  } catch (error) {
    await stop();
    await flush();
    throw error;
  }

  function watchAuditLog(): void {
    stops.push(() => auditVerifier.close());
    auditVerifier.start();

    // Whoever keeps logs elsewhere can tell later that rows were cut off.
    const headLog = createPeriodicTask({
      name: 'reading the head of the audit log',
      run: async () => logger.info({ head: await audit.head() }, 'head of the audit log'),
      firstDelayMs: 0,
      intervalMs: DAY_MS,
      clock,
      logger,
    });
    stops.push(() => headLog.stop());
    headLog.start();
  }

  return { ingest, watchAuditLog, stop, flush };
}
