import type { PeriodicTask } from '../../backend/lib/periodic-task.ts';
import { createRetention, type RetentionOptions } from '../../backend/retention/retention.ts';
import { writeCursor } from '../../backend/alarms/queries.ts';
import { silentLogger } from '../../backend/lib/logger.ts';
import type { TestApp } from './app.ts';
import type { TestCore } from './services.ts';

export const DAY_MS = 24 * 3600 * 1000;
const settings = { audit_days: 10, alarms_days: 10, notifications_days: 10 };

/** Retention as the server would run it, with everything kept for ten days unless told otherwise. */
export function testRetention(
  { services, clock }: Pick<TestCore | TestApp, 'services' | 'clock'>,
  more: Partial<RetentionOptions> = {},
): PeriodicTask {
  const { database, pruneAudit } = services;
  return createRetention({ settings, database, pruneAudit, clock, logger: silentLogger, ...more });
}

/** One event a day, so many days long. */
export async function eventEachDay(
  { services, clock }: Pick<TestCore, 'services' | 'clock'>,
  days: number,
): Promise<void> {
  for (let day = 1; day <= days; day++) {
    await record({ services }, 1);
    clock.advance(DAY_MS);
  }
}

/** So many events at once, each with this much more in its details. */
export async function record({ services }: Pick<TestCore, 'services'>, count: number, padding = ''): Promise<void> {
  const actor = { name: 'tester', via: 'cli', ip: '192.0.2.1' } as const;
  await services.database.transaction(async (tx) => {
    for (let row = 1; row <= count; row++) {
      await services.audit.record(tx, {
        event: 'token.created',
        actor,
        target: null,
        details: { row, ...(padding && { padding }) },
      });
    }
  });
}

/** The alarm engine has dealt with every event up to this one. */
export async function engineSaw({ services }: Pick<TestCore, 'services'>, seq?: number): Promise<void> {
  const upTo = seq ?? (await services.audit.head()).seq;
  await services.database.transaction((tx) => writeCursor(tx, upTo));
}

/** The rows that the table really has, whatever listings show. */
export async function storedRows({ services }: Pick<TestCore, 'services'>): Promise<number[]> {
  const rows = await services.database.read.selectFrom('audit_events').select('seq').orderBy('seq').execute();
  return rows.map(({ seq }) => seq);
}
