import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AlarmEngine } from '../../backend/alarms/engine.ts';
import { actor, type TestApp } from '../support/app.ts';
import { addRule, alarms, breakerOpen, queued, quietApp, ruleBody, testEngine, TICK_MS } from '../support/alarms.ts';
import type { Condition } from '../../contract/api.ts';

const FOR_MS = 30_000;
const body = ruleBody({ ...breakerOpen, forSeconds: FOR_MS / 1000 } as Condition);

/** What an alarm has been through: the whole of its life, in as few words as possible. */
interface Model {
  holds: boolean;
  enabled: boolean;
  now: number;
  /** Since when the condition holds, as far as ticks saw it, and the last tick that did. */
  pending: { since: number; seenAt: number } | undefined;
  /** Every alarm's state, oldest first. Only the last can be active. */
  alarms: ('firing' | 'acknowledged' | 'resolved')[];
  reported: string[];
  transitions: Record<string, number>;
}

interface Real {
  readonly it: TestApp;
  readonly rule: string;
  engine: AlarmEngine;
}

type Step = fc.AsyncCommand<Model, Real>;

const isActive = (model: Model) => model.alarms.length > 0 && model.alarms.at(-1) !== 'resolved';

function move(model: Model, to: 'acknowledged' | 'resolved'): void {
  const from = model.alarms.at(-1)!;
  model.alarms[model.alarms.length - 1] = to;
  model.reported.push(`alarm.${to}`);
  model.transitions[`${from}>${to}`] = (model.transitions[`${from}>${to}`] ?? 0) + 1;
}

function tickModel(model: Model, ms: number): void {
  model.now += ms;
  if (!model.enabled || !model.holds) {
    model.pending = undefined;
    if (isActive(model)) move(model, 'resolved');
    return;
  }
  if (isActive(model)) return;
  const { pending } = model;
  const isFresh = pending && model.now - pending.seenAt <= 2 * TICK_MS;
  const since = isFresh ? pending.since : model.now;
  if (model.now - since < FOR_MS) {
    model.pending = { since, seenAt: model.now };
    return;
  }
  model.pending = undefined;
  model.alarms.push('firing');
  model.reported.push('alarm.opened');
}

async function agree(model: Model, { it }: Real): Promise<void> {
  expect((await alarms(it)).map(({ state }) => state).reverse()).toEqual(model.alarms);
  expect((await queued(it)).map(({ kind }) => kind)).toEqual(model.reported);
  await it.services.metrics.refresh();
  const { active, transitions } = it.services.metrics.alarms;
  expect(active).toEqual({ critical: 0, warning: isActive(model) ? 1 : 0, info: 0 });
  expect(transitions).toEqual({
    'firing>acknowledged': 0,
    'firing>resolved': 0,
    'acknowledged>resolved': 0,
    ...model.transitions,
  });
}

function step(
  name: string,
  run: (model: Model, real: Real) => Promise<void>,
  check = (_model: Readonly<Model>) => true,
): Step {
  return {
    check,
    run: async (model, real) => {
      await run(model, real);
      await agree(model, real);
    },
    toString: () => name,
  };
}

const holds = fc.constantFrom(true, true, false).map((is) =>
  step(`holds ${is}`, async (model, { it }) => {
    model.holds = is;
    it.services.metrics.notifications.breakerOpen = is;
  }),
);
const tick = fc.constantFrom(1, 1, 1, 2, 3).map((gap) =>
  step(`tick after ${gap}`, async (model, { it, engine }) => {
    it.clock.advance(gap * TICK_MS);
    await engine.tick();
    tickModel(model, gap * TICK_MS);
  }),
);
const acknowledge = fc.constant(
  step(
    'acknowledge',
    async (model, { it }) => {
      const [alarm] = await alarms(it);
      await it.services.alarms.acknowledge(alarm!.id, actor);
      move(model, 'acknowledged');
    },
    ({ alarms: all }) => all.at(-1) === 'firing',
  ),
);
const enable = fc.constantFrom(true, true, false).map((enabled) =>
  step(`enabled ${enabled}`, async (model, { it, rule }) => {
    await it.services.rules.change(rule, { ...body, enabled }, actor);
    model.enabled = enabled;
  }),
);
const restart = fc.constant(
  step('restart', async (_model, real) => {
    real.engine = testEngine(real.it);
  }),
);
/** Time passes more often than anything else happens. */
const steps = [tick, tick, tick, tick, holds, holds, acknowledge, enable, restart];

test('whatever happens in whatever order, an alarm lives as its lifecycle says, and everything reported agrees', async () => {
  const it = await quietApp();
  await fc.assert(
    fc.asyncProperty(fc.commands(steps, { maxCommands: 40, size: 'max' }), async (commands) => {
      await it.services.database.transaction(async (tx) => {
        for (const table of ['alarms', 'alarm_pending', 'notification_outbox', 'running_totals'] as const) {
          await tx.deleteFrom(table).execute();
        }
        await tx.deleteFrom('alarm_rules').where('built_in', '=', 0).execute();
      });
      it.services.metrics.notifications.breakerOpen = false;
      const rule = await addRule(it, body);
      const model: Model = {
        holds: false,
        enabled: true,
        now: it.clock.now(),
        pending: undefined,
        alarms: [],
        reported: [],
        transitions: {},
      };
      await fc.asyncModelRun(() => ({ model, real: { it, rule, engine: testEngine(it) } }), commands);
    }),
    { numRuns: 40 },
  );
});
