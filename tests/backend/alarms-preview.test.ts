import { describe, expect, test } from 'vitest';
import type { Condition, MetricCondition, RulePreview } from '../../contract/api.ts';
import { bearer, type TestApp } from '../support/app.ts';
import { addRule, alarms, breakerOpen, quietApp, ruleBody, testEngine, ticks } from '../support/alarms.ts';
import { DAY_MS, record } from '../support/retention.ts';

async function ask({ app, jwt }: TestApp, condition: unknown) {
  const headers = bearer(await jwt('admin'));
  return app.inject({ method: 'POST', url: '/api/alarm-rules/preview', headers, payload: { condition } });
}

async function preview(t: TestApp, condition: Condition): Promise<RulePreview> {
  const answer = await ask(t, condition);
  expect(answer.statusCode).toBe(200);
  return answer.json();
}

test('what would fire is worded as the alarm is, once there is one', async () => {
  const it = await quietApp();
  it.services.metrics.notifications.breakerOpen = true;
  const { wouldFire, certain } = await preview(it, breakerOpen);
  expect(certain).toBe(true);
  await addRule(it, ruleBody(breakerOpen));
  await ticks(testEngine(it), it);
  const [alarm] = await alarms(it);
  expect(wouldFire).toEqual([{ subject: alarm?.subject, summary: alarm?.summary }]);
});

test('nothing is stored, opened or recorded by it', async () => {
  const it = await quietApp();
  it.services.metrics.notifications.breakerOpen = true;
  const rules = await it.services.rules.list();
  await preview(it, breakerOpen);
  expect(await it.services.rules.list()).toEqual(rules);
  expect(await alarms(it)).toEqual([]);
  expect((await it.services.audit.list({ limit: 9 })).items.map(({ event }) => event)).toEqual(['credential.issued']);
});

describe('a gauge', () => {
  test('that does not hold fires nothing, for sure', async () => {
    expect(await preview(await quietApp(), breakerOpen)).toEqual({ wouldFire: [], certain: true });
  });

  test('that has to hold for a while is shown as soon as it holds, but not as certain', async () => {
    const it = await quietApp();
    const lasting = { ...breakerOpen, forSeconds: 60 } as Condition;
    expect(await preview(it, lasting)).toMatchObject({ wouldFire: [], certain: true });
    it.services.metrics.notifications.breakerOpen = true;
    expect(await preview(it, lasting)).toMatchObject({ wouldFire: [{}], certain: false });
  });
});

describe('a counter over a window', () => {
  const errors = (compare: MetricCondition['compare'], threshold: number): Condition => ({
    kind: 'metric',
    metric: 'notificationsDelivered',
    labels: { channel: 'bell', result: 'error' },
    windowSeconds: 600,
    compare,
    threshold,
    forSeconds: 0,
  });
  const [fires, quiet, unknown] = [
    { wouldFire: [{}], certain: true },
    { wouldFire: [], certain: true },
    { wouldFire: [], certain: false },
  ];

  test.each([
    ['>', 3, fires],
    ['>=', 5, fires],
    ['>', 5, unknown],
    ['<', 9, unknown],
    ['==', 5, unknown],
  ] as const)('of a process that is younger: %s %d', async (compare, threshold, expected) => {
    const it = await quietApp();
    it.clock.advance(300_000);
    it.services.metrics.notifications.delivered.bell.error = 5;
    expect(await preview(it, errors(compare, threshold))).toMatchObject(expected);
  });

  test.each([
    ['>', 3, 5, unknown],
    ['>', 5, 5, quiet],
    ['>=', 0, 5, fires],
    ['<', 6, 5, fires],
    ['<=', 2, 5, unknown],
    ['<', 0, 5, quiet],
    ['==', 6, 5, quiet],
    ['==', 5, 5, unknown],
    ['!=', 6, 5, fires],
    ['!=', 0, 5, unknown],
    ['>', 0, 0, quiet],
    ['==', 0, 0, fires],
    ['<', 1, 0, fires],
  ] as const)(
    'of one that is older: %s %d, where it rose by %d since the start',
    async (compare, threshold, by, expected) => {
      const it = await quietApp();
      it.clock.advance(600_000);
      it.services.metrics.notifications.delivered.bell.error = by;
      expect(await preview(it, errors(compare, threshold))).toMatchObject(expected);
    },
  );
});

describe('an audit event', () => {
  const created = { kind: 'audit', event: 'token.created', windowSeconds: 3600 } as const;

  test('is shown one by one, newest first, as far as it lies within the window', async () => {
    const it = await quietApp();
    await record(it, 2);
    it.clock.advance(3600_000);
    await record(it, 2);
    expect(await preview(it, { ...created, atLeast: 1 })).toEqual({
      wouldFire: [
        {
          subject: { kind: 'audit_event', event: 'token.created', seq: 4 },
          summary: 'audit event token.created (number 4)',
        },
        {
          subject: { kind: 'audit_event', event: 'token.created', seq: 3 },
          summary: 'audit event token.created (number 3)',
        },
      ],
      certain: true,
    });
  });

  test('of which it takes several is one alarm once there are as many', async () => {
    const it = await quietApp();
    await record(it, 2);
    expect(await preview(it, { ...created, atLeast: 3 })).toEqual({ wouldFire: [], certain: true });
    await record(it, 1);
    expect(await preview(it, { ...created, atLeast: 3 })).toMatchObject({
      wouldFire: [{ subject: { kind: 'audit_events', event: 'token.created' } }],
      certain: true,
    });
  });
});

test('a token that is in use and expires within the time is named', async () => {
  const it = await quietApp();
  const { id } = await it.mint('Prometheus', new Date(it.clock.now() + 5 * DAY_MS).toISOString());
  const used = { last_used_at: it.clock.now() };
  await it.services.database.transaction((tx) =>
    tx.updateTable('scrape_tokens').set(used).where('id', '=', id).execute(),
  );
  const expiring = { kind: 'token_expiry', withinSeconds: (6 * DAY_MS) / 1000 } as const;
  const found = await preview(it, expiring);
  expect(found).toMatchObject({ certain: true });
  expect(found.wouldFire.map(({ subject }) => subject)).toEqual([{ kind: 'token', tokenId: id }]);
});

test('what could not be stored is not previewed either, and refused in the same words', async () => {
  const it = await quietApp();
  const headers = bearer(await it.jwt('admin'));
  const bad: [Record<string, unknown>, RegExp][] = [
    [{ ...breakerOpen, metric: 'moonPhase' }, /condition\.metric/],
    [{ ...breakerOpen, labels: { phase: 'full' } }, /condition\.labels\.phase: .+ has no labels/],
    [{ ...breakerOpen, windowSeconds: 60 }, /condition\.windowSeconds: .+ is a gauge/],
    [{ kind: 'audit', event: 'token.eaten', windowSeconds: 60 }, /condition\.event/],
    [{ kind: 'dream' }, /condition/],
  ];
  for (const [condition, detail] of bad) {
    const answer = await ask(it, condition);
    expect([answer.statusCode, answer.json<{ detail: string }>().detail]).toEqual([400, expect.stringMatching(detail)]);
    const payload = ruleBody(condition as unknown as Condition);
    const stored = await it.app.inject({ method: 'POST', url: '/api/alarm-rules', headers, payload });
    expect(stored.json()).toEqual(answer.json());
  }
});

test('one alarm is found by its id, with its timeline; an unknown one is refused by name', async () => {
  const it = await quietApp();
  it.services.metrics.notifications.breakerOpen = true;
  await addRule(it, ruleBody(breakerOpen));
  await ticks(testEngine(it), it);
  const [alarm] = await alarms(it);
  const headers = bearer(await it.jwt('viewer'));
  expect((await it.app.inject({ url: `/api/alarms/${alarm?.id}`, headers })).json()).toEqual({ alarm });
  const none = await it.app.inject({ url: '/api/alarms/alm_none', headers });
  expect([none.statusCode, none.json()]).toMatchObject([404, { code: 'alarm_not_found' }]);
});
