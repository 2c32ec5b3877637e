import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import { eventCounts } from '../../backend/audit/store.ts';
import { checkConfig, type Config } from '../../backend/config/config.ts';
import { openServices, type Services } from '../../backend/services.ts';
import { preparedTotals } from '../../backend/database/totals.ts';
import { createLogger } from '../../backend/lib/logger.ts';
import type { AuditEventName } from '../../contract/audit-events.ts';
import type { FakeClock } from './clock.ts';
import { fakeClock } from './clock.ts';
import { temporaryFolder } from './folder.ts';

export interface TestCore {
  /** The services over a real SQLite file; another object after each restart. */
  readonly services: Services;
  readonly clock: FakeClock;
  readonly config: Config;
  /** Every line that was logged, as text. */
  readonly logged: () => string;
  /** Closes everything as the server does, and opens it again. */
  restart(): Promise<Services>;
}

/** What server and command line share, without HTTP. */
export async function testServices(
  options: { clock?: FakeClock; folder?: string; close?: boolean } = {},
): Promise<TestCore> {
  const clock = options.clock ?? fakeClock();
  const config = checkConfig({}, options.folder ?? temporaryFolder());
  const lines: string[] = [];
  const logger = createLogger({ write: (line: string) => void lines.push(line) });
  let services = await openServices(config, clock, logger);
  if (options.close !== false) onTestFinished(() => services.close());
  return {
    get services() {
      return services;
    },
    clock,
    config,
    logged: () => lines.join(''),
    async restart() {
      await services.close();
      services = await openServices(config, clock, logger);
      return services;
    },
  };
}

/** Another process' connection to the same file, for looking, locking and tampering. */
export function rawConnection(config: Config): Sqlite.Database {
  const connection = new Sqlite(config.database.url.slice('sqlite:'.length), { timeout: 0 });
  onTestFinished(() => {
    connection.close();
  });
  return connection;
}

/** How often each event was ever recorded. */
export async function countedEvents({ database }: Services): Promise<Record<AuditEventName, number>> {
  return eventCounts(await preparedTotals(database)());
}

/** The key that the audit chain is made with. */
export function auditKey(config: Config): Buffer {
  const file = join(dirname(config.auth.key_file), 'audit-key.json');
  return Buffer.from((JSON.parse(readFileSync(file, 'utf8')) as { k: string }).k, 'base64url');
}

/** Makes every insert into a table fail, as a full disk would. Undone by the function that it returns. */
export function breakInserts(config: Config, table: string): () => void {
  const raw = rawConnection(config);
  raw.exec(
    `create trigger broken before insert on ${table} begin select raise(abort, 'the disk of this test is full'); end`,
  );
  return () => {
    raw.exec('drop trigger broken');
  };
}
