import type { Constants } from '../../contract/catalogue-model.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../database/database.ts';
import type { AlarmPendingRow } from '../database/schema.ts';
import type { Logger } from '../lib/logger.ts';
import type { Notify } from '../notifications/outbox.ts';
import { createClockSteps } from '../lib/clock-steps.ts';
import { createPeriodicTask } from '../lib/periodic-task.ts';
import { applyTick, type OpenedAlarm, type TickChanges } from './apply.ts';
import { evaluate, readRule, type ReadRule } from './evaluate.ts';
import { createIncreases } from './increases.ts';
import type { MetricReader } from './metric-reader.ts';
import { plan, type Verdict } from './plan.ts';
import { enabledRules } from './rule-store.ts';
import { singleEvents } from './single-events.ts';
import type { AlarmState } from './state.ts';
import { endedEventAlarms, moveWaiting, pendingConditions, conditionAlarms } from './store.ts';
import { ruleItself } from './subject.ts';

export interface AlarmEngineOptions {
  readonly database: Database;
  readonly metrics: MetricReader;
  readonly state: AlarmState;
  readonly notify: Notify;
  readonly constants: Constants;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tickSeconds: number;
}

/**
 * Looks at every rule every so often, and opens and resolves alarms. All that it decides is in the database, so that it
 * goes on after a crash where it was. Writes no audit events.
 */
export interface AlarmEngine {
  /** One evaluation, at most one transaction. Resolves to whether more audit events wait than one tick takes. */
  tick(): Promise<boolean>;
  /**
   * Ticks until it is stopped. That ticks fail is logged, and the engine's age shows it. Resolves after the first one;
   * never rejects.
   */
  start(): Promise<void>;
  /** Resolves when the tick under way has ended. */
  stop(): Promise<void>;
}

type Forgotten = TickChanges['forgotten'][number];

/** Alarms about single events that one tick opens or resolves: it does not hold up the event loop. */
const EVENTS_PER_TICK = 100;

export function createAlarmEngine(options: AlarmEngineOptions): AlarmEngine {
  const { database, metrics, state, notify, constants, clock, logger, tickSeconds } = options;
  const tickMs = tickSeconds * 1000;
  const increases = createIncreases(() => clock.monotonic(), clock.monotonic());
  const steps = createClockSteps(clock);
  const context = { db: database.read, clock, metrics, constants, increases };
  /** Undefined where the rule cannot be evaluated: that is an alarm, and no reason for the others to stop. */
  async function judge(rule: ReadRule, isKnown: boolean): Promise<Verdict | undefined> {
    try {
      return await evaluate(rule, context);
    } catch (error) {
      if (!isKnown) logger.error({ err: error, rule: rule.row.id }, 'an alarm rule could not be evaluated');
      return undefined;
    }
  }

  async function decide(rules: readonly ReadRule[], now: number): Promise<Omit<TickChanges, 'cursor'>> {
    const untilCleared = await conditionAlarms(database.read);
    const waiting = await pendingConditions(database.read);
    const opened: OpenedAlarm[] = [];
    const enabled = rules.map(({ row }) => row.id);
    const resolved = untilCleared.filter(({ rule_id }) => !enabled.includes(rule_id)).map(({ id }) => id);
    const forgotten: Forgotten[] = waiting.filter(({ rule_id }) => !enabled.includes(rule_id));
    const pending: AlarmPendingRow[] = [];

    for (const rule of rules) {
      const { id } = rule.row;
      const active = untilCleared.filter(({ rule_id }) => rule_id === id);
      const isKnown = active.some(({ subject }) => subject === ruleItself);
      const verdict = await judge(rule, isKnown);
      const forMs = rule.condition?.kind === 'metric' ? rule.condition.forSeconds * 1000 : 0;
      const ownPending = waiting.filter(({ rule_id }) => rule_id === id);
      for (const change of plan({ verdict, forMs, active, pending: ownPending, now, tickMs })) {
        if (change.do === 'open') opened.push({ rule, subject: change.subject });
        else if (change.do === 'resolve') resolved.push(change.alarmId);
        else if (change.do === 'forget') forgotten.push({ rule_id: id, subject: change.subject });
        else pending.push({ rule_id: id, subject: change.subject, since: change.since, seen_at: change.seenAt });
      }
    }
    increases.forgetUnobserved();
    resolved.push(...(await endedEventAlarms(database.read, now, enabled, EVENTS_PER_TICK)));
    return { now, opened, resolved, pending, forgotten };
  }

  /** However the clock is set, a condition has to hold for as long as its rule asks, and an event's alarm lasts as long. */
  async function followClock(): Promise<void> {
    const by = steps.pending();
    if (by === 0) return;
    await database.transaction((tx) => moveWaiting(tx, by, steps.now()));
    steps.follow(by);
  }

  async function tick(): Promise<boolean> {
    await metrics.refresh();
    await followClock();
    const rules = (await enabledRules(database.read)).map(readRule);
    const decided = await decide(rules, steps.now());
    const { opened, cursor, more } = await singleEvents(database.read, rules, EVENTS_PER_TICK);
    await applyTick(database, { ...decided, opened: [...decided.opened, ...opened], cursor }, notify);
    state.lastTickMonotonic = clock.monotonic();
    state.lastTickAt = clock.now();
    return more;
  }

  const task = createPeriodicTask({
    name: 'alarm evaluation',
    run: async () => ((await tick()) ? 0 : undefined),
    intervalMs: tickMs,
    clock,
    logger,
  });

  return { tick, start: () => task.runNow(), stop: () => task.stop() };
}
