import { expect } from 'vitest';
import type { AlarmRuleBody, Condition } from '../../../contract/api.ts';
import { always, ruleBody } from '../../support/alarms.ts';
import { eventually } from '../../support/server.ts';
import type { Scraped } from './exposition.ts';
import { once, type ProofsOf } from './proof.ts';
import type { Stage } from './stage.ts';

/** A rule that tells nobody, unless it says so. */
export function rule(condition: Condition, more: Partial<AlarmRuleBody> = {}): AlarmRuleBody {
  return ruleBody(condition, { channels: [], ...more });
}

export const alarmProofs: ProofsOf<
  'alarmsActive' | 'alarmsStateTransitions' | 'alarmEngineTickAge' | 'alarmEngineLastTick'
> = {
  alarmsActive: {
    by: 'alarms of each severity open, one is acknowledged, and they resolve',
    async prove(stage) {
      const watch = await stage.watch('alarmsActive');
      const critical = await stage.addRule(rule(always, { severity: 'critical' }));
      await watch.moved({ 'severity=critical': 1 });
      const warning = await stage.addRule(rule(always, { severity: 'warning' }));
      await watch.moved({ 'severity=critical': 1, 'severity=warning': 1 });
      await acknowledge(stage, critical);
      await stage.removeRule(warning);
      const infos = [
        await stage.addRule(rule(always, { severity: 'info' })),
        await stage.addRule(rule(always, { severity: 'info' })),
      ];
      await watch.moved({ 'severity=critical': 1, 'severity=info': 2 });
      for (const id of [critical, ...infos]) await stage.removeRule(id);
      await watch.moved({});
    },
  },

  alarmsStateTransitions: {
    by: 'one alarm is acknowledged before it resolves, another one is not; an opening is none',
    async prove(stage) {
      const watch = await stage.watch('alarmsStateTransitions');
      const seen = await fire(stage);
      await watch.moved({});
      await acknowledge(stage, seen);
      await watch.moved({ 'from=firing,to=acknowledged': 1 });
      await stage.removeRule(seen);
      await watch.moved({ 'from=firing,to=acknowledged': 1, 'from=acknowledged,to=resolved': 1 });
      const unseen = await fire(stage);
      await stage.removeRule(unseen);
      await watch.moved({
        'from=firing,to=acknowledged': 1,
        'from=acknowledged,to=resolved': 1,
        'from=firing,to=resolved': 1,
      });
    },
  },

  alarmEngineTickAge: {
    by: 'an alarm cannot be written down, so the tick does not end and its age grows; then it does',
    async prove(stage) {
      const { ticking, stuck, freed } = await exercise(stage);
      expect(ticking.value('alarmEngineTickAge')).toBeLessThan(1);
      expect(stuck.value('alarmEngineTickAge')).toBeGreaterThan(3);
      expect(freed.value('alarmEngineTickAge')).toBeLessThan(1);
    },
  },

  alarmEngineLastTick: {
    by: 'it is the time of the last tick, and stands still while a tick does not end',
    async prove(stage) {
      const { ticking, stuck, freed, at } = await exercise(stage);
      expect(ticking.value('alarmEngineLastTick')).toBeGreaterThan(at.begun);
      expect(ticking.value('alarmEngineLastTick')).toBeLessThan(at.locked);
      // The tick that was under way when the lock was taken may have ended.
      expect(stuck.value('alarmEngineLastTick')).toBeLessThan(at.locked + 1);
      expect(freed.value('alarmEngineLastTick')).toBeGreaterThan(at.freed);
      expect(freed.value('alarmEngineLastTick')).toBeLessThan(at.ended);
    },
  },
};

async function fire(stage: Stage): Promise<string> {
  const id = await stage.addRule(rule(always));
  await eventually('it fires', async () => (await stage.activeAlarms(id)).length === 1);
  return id;
}

async function acknowledge(stage: Stage, ruleId: string): Promise<void> {
  const [alarm] = await stage.activeAlarms(ruleId);
  const { status } = await stage.appliance.api('admin', `/api/alarms/${alarm ?? ''}/acknowledge`, {});
  expect(status).toBe(200);
}

interface Exercise {
  readonly ticking: Scraped;
  readonly stuck: Scraped;
  readonly freed: Scraped;
  /** Moments, in seconds since the Unix epoch. */
  readonly at: Readonly<Record<'begun' | 'locked' | 'freed' | 'ended', number>>;
}

const seconds = () => Date.now() / 1000;

/** Another process has the database's write lock just when the engine has an alarm to open. Done for both proofs. */
const exercise = once(async (stage: Stage): Promise<Exercise> => {
  const begun = seconds();
  const rejected = await stage.addRule(
    rule({
      kind: 'metric',
      metric: 'httpRequests',
      labels: { group: 'api', code: '4xx' },
      windowSeconds: 10,
      compare: '>',
      threshold: 0,
      forSeconds: 0,
    }),
  );
  await nextTick(stage);
  const ticking = await nextTick(stage); // this one began with the rule
  const locked = seconds();
  stage.sql('BEGIN IMMEDIATE');
  let stuck: Scraped;
  try {
    expect((await stage.appliance.api(undefined, '/api/health')).status).toBe(401);
    stuck = await stage.sees('ticks are overdue', (now) => now.value('alarmEngineTickAge') > 3 && now);
  } finally {
    stage.sql('ROLLBACK');
  }
  const at = { begun, locked, freed: seconds() };
  const freed = await stage.sees('it ticks again', (now) => {
    return now.value('alarmEngineLastTick') > at.freed && now.value('alarmEngineTickAge') < 1 && now;
  });
  const ended = seconds();
  expect(await stage.activeAlarms(rejected)).toHaveLength(1);
  await stage.removeRule(rejected);
  return { ticking, stuck, freed, at: { ...at, ended } };
});

async function nextTick(stage: Stage): Promise<Scraped> {
  const last = (await stage.scrape()).value('alarmEngineLastTick');
  return stage.sees('the next tick', (now) => now.value('alarmEngineLastTick') > last && now);
}
