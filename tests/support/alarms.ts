import { createAlarmEngine, type AlarmEngine } from '../../backend/alarms/engine.ts';
import { silentLogger } from '../../backend/lib/logger.ts';
import type { Alarm, AlarmRuleBody, Condition, Notification } from '../../contract/api.ts';
import { actor, testApp, type TestApp, type TestAppOptions } from './app.ts';

export const TICK_MS = 15_000;

/** An application whose built-in rules are off, so that a test's own rules are all there is. */
export async function quietApp(options: TestAppOptions = {}): Promise<TestApp> {
  const it = await testApp(options);
  await it.services.database.transaction((tx) =>
    tx.updateTable('alarm_rules').set({ enabled: 0, changed_at: 0 }).where('built_in', '=', 1).execute(),
  );
  return it;
}

/** The alarm engine of an application, as the server would run it, with its clock. */
export function testEngine(
  { services, clock }: Pick<TestApp, 'services' | 'clock'>,
  logger = silentLogger,
): AlarmEngine {
  const { database, notify, constants, metrics } = services;
  const shared = { database, notify, constants, clock, logger };
  return createAlarmEngine({ ...shared, metrics, state: metrics.alarms, tickSeconds: TICK_MS / 1000 });
}

/** The engine's ticks as time goes by. */
export async function ticks(engine: AlarmEngine, { clock }: Pick<TestApp, 'clock'>, count = 1): Promise<void> {
  for (let i = 0; i < count; i++) {
    clock.advance(TICK_MS);
    await engine.tick();
  }
}

export function ruleBody(condition: Condition, more: Partial<AlarmRuleBody> = {}): AlarmRuleBody {
  return { name: 'A rule', severity: 'warning', enabled: true, channels: ['bell'], condition, ...more };
}

/** The breaker is the simplest number to move by hand. */
export const breakerOpen: Condition = {
  kind: 'metric',
  metric: 'vectorCircuitBreakerOpen',
  labels: {},
  compare: '==',
  threshold: 1,
  forSeconds: 0,
};

/** Holds wherever somebody can scrape. */
export const always: Condition = {
  kind: 'metric',
  metric: 'scrapeTokens',
  labels: { status: 'active' },
  compare: '>',
  threshold: 0,
  forSeconds: 0,
};

export const tokenCreated: Condition = { kind: 'audit', event: 'token.created', atLeast: 1, windowSeconds: 60 };

export async function addRule({ services }: Pick<TestApp, 'services'>, body: AlarmRuleBody): Promise<string> {
  return (await services.rules.create(body, actor)).id;
}

/** Every alarm there ever was, newest first. */
export async function alarms({ services }: Pick<TestApp, 'services'>): Promise<Alarm[]> {
  return (await services.alarms.list({ limit: 200 })).items;
}

/** What waits in the outbox for a channel, oldest first. */
export async function queued(
  { services }: Pick<TestApp, 'services'>,
  channel: 'bell' | 'vector' = 'bell',
): Promise<Pick<Notification, 'kind' | 'title' | 'text'>[]> {
  return services.database.read
    .selectFrom('notification_outbox')
    .select(['kind', 'title', 'text'])
    .where('channel', '=', channel)
    .where('state', '=', 'queued')
    .orderBy('seq')
    .execute();
}
