import { readFileSync } from 'node:fs';
import type { Clock } from '../lib/clock.ts';
import { ConfigError } from '../config/error.ts';
import type { Config } from '../config/config.ts';
import { claimFolder } from '../config/private-files.ts';
import { createClickHouse, type ClickHouse } from './client.ts';
import { EmbeddedUnavailable, startEmbedded, type EmbeddedClickHouse } from './embedded/process.ts';
import { errorLabel } from './errors.ts';
import type { Logger } from '../lib/logger.ts';
import { createPeriodicTask } from '../lib/periodic-task.ts';
import { migrate } from './migrations.ts';
import { startProbe } from './probe.ts';
import type { ClickHouseState } from './state.ts';
import { parseClickHouseUrl } from '../config/clickhouse-url.ts';

type Settings = NonNullable<Config['clickhouse']>;

export interface ClickHouseServiceOptions {
  readonly settings: Settings;
  /** Where its health is kept. */
  readonly state: ClickHouseState;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long after a failure the tables are tried again, in milliseconds. */
  readonly migrateAgainMs?: number;
}

/** ClickHouse, as configured. */
export interface ClickHouseService {
  readonly client: ClickHouse;
  /** Resolves once the tables are there. */
  readonly migrated: Promise<void>;
  /** The embedded one's process, where it runs. */
  readonly embeddedPid: () => number | undefined;
  close(): Promise<void>;
}

/**
 * Connects, starts the embedded server where that is configured, and brings the tables up to date: at once or, where
 * ClickHouse does not answer yet, as soon as it does.
 * @throws ConfigError where the embedded one cannot be had here.
 */
export async function startClickHouse({
  settings,
  state,
  clock,
  logger,
  migrateAgainMs = 5_000,
}: ClickHouseServiceOptions): Promise<ClickHouseService> {
  const target = parseClickHouseUrl(settings.url);
  const embedded = target.kind === 'embedded' ? await start(target.dir, logger) : undefined;
  const { database } = settings;
  const client = createClickHouse(
    target.kind === 'server'
      ? { url: target.url, database, ...credentialsOf(settings) }
      : { embedded: embedded as EmbeddedClickHouse, database },
  );
  const { errors } = state;
  const stalenessMs = settings.staleness_seconds * 1000;
  const intervalMs = Math.min(15_000, stalenessMs / 3);
  const probe = startProbe({ client, errors, stalenessMs, intervalMs, clock, logger });
  state.probe = probe;

  let onMigrated: () => void = () => undefined;
  const migrated = new Promise<void>((resolve) => (onMigrated = resolve));
  const migrating = createPeriodicTask({
    name: 'migrating the ClickHouse tables',
    async run(signal) {
      try {
        await migrate(client, { fsync: embedded !== undefined, logger });
      } catch (error) {
        if (signal.aborted) return;
        errors.migrate += 1;
        throw error;
      }
      onMigrated();
      void migrating.stop();
    },
    intervalMs: migrateAgainMs,
    retryMs: () => migrateAgainMs,
    logger,
    level: 'warn',
    errorDetails: (error) => ({ error: errorLabel(error) }),
    clock,
  });
  void migrating.runNow();

  return {
    client,
    migrated,
    embeddedPid: () => embedded?.pid(),
    async close() {
      const stopped = Promise.all([probe.stop(), migrating.stop()]);
      await client.close();
      await stopped;
      await embedded?.stop();
    },
  };
}

async function start(dir: string, logger: Logger): Promise<EmbeddedClickHouse> {
  claimFolder('clickhouse.url', dir, logger);
  try {
    return await startEmbedded({ dir, logger });
  } catch (error) {
    if (error instanceof EmbeddedUnavailable) throw new ConfigError(error.message);
    throw error;
  }
}

function credentialsOf({ username, password_file }: Settings): { username?: string; password?: string } {
  return {
    ...(username !== undefined && { username }),
    ...(password_file !== undefined && { password: readPassword(password_file) }),
  };
}

function readPassword(file: string): string {
  try {
    return readFileSync(file, 'utf8').trimEnd();
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new ConfigError(`clickhouse.password_file: ${file} cannot be read (${code}).`);
  }
}
