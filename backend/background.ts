import type { FastifyBaseLogger } from 'fastify';
import { createAlarmEngine } from './alarms/engine.ts';
import type { Clock } from './lib/clock.ts';
import { startClickHouse } from './clickhouse/service.ts';
import type { Config } from './config/config.ts';
import type { Services } from './services.ts';
import { startIngest, type IngestPipeline } from './ingest/pipeline.ts';
import { startNotifications } from './notifications/start.ts';
import { createRetention } from './retention/retention.ts';
import { createTokenMaintenance } from './tokens/maintenance.ts';

export interface ProducersOptions {
  readonly config: Config;
  readonly services: Services;
  readonly clock: Clock;
  readonly logger: FastifyBaseLogger;
}

/** What runs beside the routes, with the scrape endpoint on or off. Its numbers are the plain state of `services.metrics`. */
export interface Producers {
  /** Absent where no ClickHouse is configured. */
  readonly ingest: IngestPipeline | undefined;
  /** Ends what is under way beside requests; those can go on. What is not inserted or delivered yet stays on disk. */
  windDown(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts ClickHouse and what feeds it, the delivery of notifications, the alarm engine, which has ticked once when this
 * resolves, the maintenance of scrape tokens, and retention.
 * @throws ConfigError where a part cannot be had as configured.
 */
export async function startProducers({ config, services, clock, logger }: ProducersOptions): Promise<Producers> {
  const { database, notify, constants, metrics, pruneAudit } = services;
  const { notifications, quarantined } = metrics;
  const shared = { database, clock, logger };

  const clickhouse =
    config.clickhouse &&
    (await startClickHouse({ settings: config.clickhouse, state: metrics.clickhouse, clock, logger }));
  const { spool_dir, spool_max_mb } = config.ingest;
  const ingest =
    clickhouse &&
    (await startIngest({
      ...shared,
      folder: spool_dir,
      maxBytes: spool_max_mb * 1024 * 1024,
      clickhouse,
      state: metrics.clickhouse,
    }));
  if (ingest) metrics.ingest = ingest;

  const dispatcher = await startNotifications({
    ...shared,
    settings: config.notifications,
    state: notifications,
    quarantined,
  });
  const tickSeconds = config.alarms.tick_seconds;
  const engine = createAlarmEngine({
    ...shared,
    metrics,
    state: metrics.alarms,
    notify,
    constants,
    tickSeconds,
  });
  await engine.start();
  const maintenance = createTokenMaintenance({
    tokens: services.tokens,
    serves: config.prometheus.enabled,
    clock,
    logger,
  });
  maintenance.start();
  const shippedUpTo = ingest && (() => ingest.auditShippedUpTo());
  const retention = createRetention({ ...shared, settings: config.retention, pruneAudit, shippedUpTo });
  retention.start();
  const windDown = async () => {
    const besides = [engine.stop(), dispatcher.stop(), maintenance.stop(), retention.stop()];
    await Promise.all([...besides, ingest?.stopInserting()]);
  };
  return {
    ingest,
    windDown,
    close: async () => {
      await windDown();
      await ingest?.close();
      await clickhouse?.close();
    },
  };
}
