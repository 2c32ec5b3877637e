import { describe, expect, test } from 'vitest';
import { actor, bearer, testApp } from '../support/app.ts';
import {
  addRule,
  alarms,
  breakerOpen,
  queued,
  quietApp,
  ruleBody,
  testEngine,
  TICK_MS,
  ticks,
  tokenCreated,
} from '../support/alarms.ts';
import type { Condition } from '../../contract/api.ts';

const scrape = '/api/metrics/prometheus';

test('a default start raises no alarm, whatever is minted and scraped meanwhile', async () => {
  const it = await testApp();
  const engine = testEngine(it);
  await engine.tick();
  const { secret } = await it.mint();
  for (let minute = 0; minute < 20; minute++) {
    await it.app.inject({ url: scrape, headers: bearer(secret) });
    await ticks(engine, it, 4);
  }
  expect(await alarms(it)).toEqual([]);
});

describe('a gauge', () => {
  const lasting: Condition = { ...breakerOpen, forSeconds: 60 } as Condition;

  test('fires once it held for as long as the rule asks, and resolves when it clears', async () => {
    const it = await quietApp();
    const engine = testEngine(it);
    await addRule(it, ruleBody(lasting, { name: 'Vector away', severity: 'critical' }));
    it.services.metrics.notifications.breakerOpen = true;
    await ticks(engine, it, 4);
    expect(await alarms(it)).toEqual([]);
    await ticks(engine, it, 1);
    expect(await alarms(it)).toMatchObject([
      {
        ruleName: 'Vector away',
        severity: 'critical',
        state: 'firing',
        subject: { kind: 'metric', labels: {} },
        summary: 'dhcp_dpi_vector_circuit_breaker_open == 1 for 1 min',
        openedAt: '2027-01-01T00:01:15.000Z',
      },
    ]);
    it.services.metrics.notifications.breakerOpen = false;
    await ticks(engine, it, 1);
    expect(await alarms(it)).toMatchObject([
      {
        state: 'resolved',
        timeline: [
          { state: 'firing', at: '2027-01-01T00:01:15.000Z', by: null },
          { state: 'resolved', at: '2027-01-01T00:01:30.000Z', by: null },
        ],
      },
    ]);
    expect(await queued(it)).toEqual([
      {
        kind: 'alarm.opened',
        title: 'Vector away',
        text: 'Firing: dhcp_dpi_vector_circuit_breaker_open == 1 for 1 min',
      },
      {
        kind: 'alarm.resolved',
        title: 'Vector away',
        text: 'Resolved: dhcp_dpi_vector_circuit_breaker_open == 1 for 1 min',
      },
    ]);
  });

  test('starts its time anew after it cleared for one tick', async () => {
    const it = await quietApp();
    const engine = testEngine(it);
    await addRule(it, ruleBody(lasting));
    const { notifications } = it.services.metrics;
    for (let i = 0; i < 10; i++) {
      notifications.breakerOpen = i % 4 !== 3;
      await ticks(engine, it, 1);
    }
    expect(await alarms(it)).toEqual([]);
  });

  test('starts its time anew after a gap of more than two ticks, and only then', async () => {
    const it = await quietApp();
    const engine = testEngine(it);
    await addRule(it, ruleBody(lasting));
    it.services.metrics.notifications.breakerOpen = true;
    await ticks(engine, it, 4);
    it.clock.advance(2 * TICK_MS + 1);
    await engine.tick();
    expect(await alarms(it)).toEqual([]);
    it.clock.advance(2 * TICK_MS);
    await engine.tick();
    it.clock.advance(2 * TICK_MS);
    await engine.tick();
    expect(await alarms(it)).toHaveLength(1);
  });

  test('goes on with its time after a restart, from what is in the database', async () => {
    const it = await quietApp();
    await addRule(it, ruleBody(lasting));
    it.services.metrics.notifications.breakerOpen = true;
    await ticks(testEngine(it), it, 3);
    const again = await quietApp({ folder: it.folder, clock: it.clock });
    again.services.metrics.notifications.breakerOpen = true;
    await ticks(testEngine(again), again, 2);
    expect(await alarms(again)).toMatchObject([{ state: 'firing' }]);
  });

  test('has one alarm for each series it watches', async () => {
    const it = await quietApp();
    const engine = testEngine(it);
    const condition: Condition = {
      kind: 'metric',
      metric: 'scrapeTokens',
      labels: {},
      compare: '>=',
      threshold: 1,
      forSeconds: 0,
    };
    await addRule(it, ruleBody(condition));
    const { id } = await it.mint();
    await it.mint();
    await it.services.tokens.revoke(id, actor);
    await ticks(engine, it);
    expect((await alarms(it)).map(({ subject }) => subject)).toEqual(
      expect.arrayContaining([
        { kind: 'metric', labels: { status: 'active' } },
        { kind: 'metric', labels: { status: 'revoked' } },
      ]),
    );
    expect(await alarms(it)).toHaveLength(2);
  });
});

test('a recurrence is a new alarm', async () => {
  const it = await quietApp();
  const engine = testEngine(it);
  await addRule(it, ruleBody(breakerOpen));
  for (const isOpen of [true, true, false, true]) {
    it.services.metrics.notifications.breakerOpen = isOpen;
    await ticks(engine, it);
  }
  const [second, first, ...others] = await alarms(it);
  expect(others).toEqual([]);
  expect([first?.state, second?.state]).toEqual(['resolved', 'firing']);
  expect(second?.id).not.toBe(first?.id);
});

test('every state survives a restart: the same alarm goes on, acknowledged, and then resolves', async () => {
  const it = await quietApp();
  await addRule(it, ruleBody(breakerOpen));
  it.services.metrics.notifications.breakerOpen = true;
  await ticks(testEngine(it), it);
  const [alarm] = await alarms(it);
  await it.services.alarms.acknowledge(alarm!.id, { name: 'ada', via: 'grafana', ip: null });

  const again = await quietApp({ folder: it.folder, clock: it.clock });
  again.services.metrics.notifications.breakerOpen = true;
  const engine = testEngine(again);
  await ticks(engine, again);
  expect(await alarms(again)).toMatchObject([{ id: alarm!.id, state: 'acknowledged', acknowledgedBy: 'ada' }]);
  again.services.metrics.notifications.breakerOpen = false;
  await ticks(engine, again);
  expect(await alarms(again)).toMatchObject([{ id: alarm!.id, state: 'resolved' }]);
  await again.services.metrics.refresh();
  expect(again.services.metrics.alarms).toMatchObject({
    active: { critical: 0, warning: 0, info: 0 },
    transitions: { 'firing>acknowledged': 0, 'firing>resolved': 0, 'acknowledged>resolved': 1 },
  });
});

test('a disabled or deleted rule resolves its alarms and forgets what was pending', async () => {
  const it = await quietApp();
  const engine = testEngine(it);
  const body = ruleBody(breakerOpen);
  const disabled = await addRule(it, body);
  const deleted = await addRule(it, ruleBody(tokenCreated));
  const waiting = await addRule(it, ruleBody({ ...breakerOpen, forSeconds: 600 } as Condition));
  it.services.metrics.notifications.breakerOpen = true;
  await it.mint();
  await ticks(engine, it);
  expect((await alarms(it)).map(({ state }) => state)).toEqual(['firing', 'firing']);
  await it.services.rules.change(disabled, { ...body, enabled: false }, actor);
  await it.services.rules.delete(deleted, actor);
  await it.services.rules.delete(waiting, actor);
  await ticks(engine, it);
  expect((await alarms(it)).map(({ state }) => state)).toEqual(['resolved', 'resolved']);
  const pending = await it.services.database.read.selectFrom('alarm_pending').select('rule_id').execute();
  expect(pending).toEqual([]);
});

describe('a rule that cannot be evaluated', () => {
  test('is itself an alarm, stops no other rule, and resolves when it works again', async () => {
    const it = await quietApp();
    const engine = testEngine(it);
    const broken = await addRule(it, ruleBody(tokenCreated, { name: 'Broken' }));
    await addRule(it, ruleBody(breakerOpen, { name: 'Sound' }));
    const condition = JSON.stringify({ ...breakerOpen, metric: 'noSuchFamily' });
    const setCondition = (text: string) =>
      it.services.database.transaction((tx) =>
        tx.updateTable('alarm_rules').set({ condition: text }).where('id', '=', broken).execute(),
      );
    await setCondition(condition);
    it.services.metrics.notifications.breakerOpen = true;
    await ticks(engine, it, 3);
    const found = await alarms(it);
    expect(found.map(({ ruleName, state, subject }) => [ruleName, state, subject.kind]).sort()).toEqual([
      ['Broken', 'firing', 'rule'],
      ['Sound', 'firing', 'metric'],
    ]);
    await setCondition('{');
    await ticks(engine, it);
    expect((await alarms(it)).map(({ state }) => state)).toEqual(['firing', 'firing']);
    await setCondition(JSON.stringify(tokenCreated));
    await ticks(engine, it);
    const after = await alarms(it);
    expect(after.map(({ ruleName, state }) => [ruleName, state]).sort()).toEqual([
      ['Broken', 'resolved'],
      ['Sound', 'firing'],
    ]);
  });

  test('leaves alarms that it opened before as they are', async () => {
    const it = await quietApp();
    const engine = testEngine(it);
    const id = await addRule(it, ruleBody(breakerOpen));
    it.services.metrics.notifications.breakerOpen = true;
    await ticks(engine, it);
    await it.services.database.transaction((tx) =>
      tx.updateTable('alarm_rules').set({ condition: '{' }).where('id', '=', id).execute(),
    );
    it.services.metrics.notifications.breakerOpen = false;
    await ticks(engine, it);
    expect((await alarms(it)).map(({ subject, state }) => [subject.kind, state]).sort()).toEqual([
      ['metric', 'firing'],
      ['rule', 'firing'],
    ]);
  });
});

test('the engine works with the scrape endpoint off', async () => {
  const it = await quietApp({ settings: { prometheus: { enabled: false } } });
  const engine = testEngine(it);
  await addRule(
    it,
    ruleBody({
      kind: 'metric',
      metric: 'auditEvents',
      labels: { event: 'token.created' },
      windowSeconds: 60,
      compare: '>=',
      threshold: 2,
      forSeconds: 0,
    }),
  );
  await it.mint();
  await ticks(engine, it);
  expect(await alarms(it)).toEqual([]);
  await it.mint();
  await ticks(engine, it);
  expect(await alarms(it)).toMatchObject([{ state: 'firing', subject: { labels: { event: 'token.created' } } }]);
});

test('a tick in which nothing changed writes nothing', async () => {
  const it = await quietApp();
  const engine = testEngine(it);
  await engine.tick();
  let transactions = 0;
  const { transaction } = it.services.database;
  const database = {
    ...it.services.database,
    transaction: <T>(work: Parameters<typeof transaction<T>>[0]) => {
      transactions += 1;
      return transaction(work);
    },
  };
  await ticks(testEngine({ clock: it.clock, services: { ...it.services, database } }), it, 5);
  expect(transactions).toBe(0);
});

test('a tick that fails leaves the age as it is, so that a stalled engine shows', async () => {
  const it = await quietApp();
  const engine = testEngine(it);
  const { secret } = await it.mint();
  await ticks(engine, it);
  const { metrics } = it.services;
  const unread = { ...metrics, refresh: () => Promise.reject(new Error('blocked')) };
  const blocked = testEngine({ clock: it.clock, services: { ...it.services, metrics: unread } });
  it.clock.advance(40_000);
  await expect(blocked.tick()).rejects.toThrow('blocked');
  await metrics.refresh();
  const { body } = await it.app.inject({ url: scrape, headers: bearer(secret) });
  expect(body).toContain('dhcp_dpi_alarm_engine_tick_age_seconds 40\n');
  expect(body).toContain(
    `dhcp_dpi_alarm_engine_last_tick_timestamp_seconds ${Date.parse('2027-01-01T00:00:15Z') / 1000}\n`,
  );
});
