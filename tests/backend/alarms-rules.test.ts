import { describe, expect, test } from 'vitest';
import { actor, bearer, testApp, type TestApp } from '../support/app.ts';
import { addRule, alarms, queued, quietApp, ruleBody, testEngine, ticks, tokenCreated } from '../support/alarms.ts';
import type { AlarmRule, Condition, MetricCondition } from '../../contract/api.ts';

describe('a rule on each event', () => {
  test('opens one alarm per token created, which resolves at the end of its window', async () => {
    const it = await quietApp();
    const engine = testEngine(it);
    await addRule(it, ruleBody(tokenCreated, { name: 'Minted', severity: 'critical' }));
    await it.mint();
    await it.mint();
    await ticks(engine, it, 2);
    const found = await alarms(it);
    expect(found).toHaveLength(2);
    expect(new Set(found.map(({ subject }) => JSON.stringify(subject))).size).toBe(2);
    expect(found[0]).toMatchObject({
      severity: 'critical',
      state: 'firing',
      subject: { kind: 'audit_event', event: 'token.created' },
    });
    expect((await queued(it)).filter(({ kind }) => kind === 'alarm.opened')).toHaveLength(2);
    await ticks(engine, it, 4);
    expect((await alarms(it)).map(({ state }) => state)).toEqual(['resolved', 'resolved']);
  });

  test('sees each event exactly once over restarts, and what was written while nothing ran', async () => {
    const it = await quietApp();
    await testEngine(it).tick();
    await addRule(it, ruleBody(tokenCreated));
    await it.mint();
    await ticks(testEngine(it), it);
    await it.mint();
    const again = await testApp({ folder: it.folder, clock: it.clock });
    await again.mint();
    await ticks(testEngine(again), again, 1);
    await ticks(testEngine(again), again, 1);
    expect(await alarms(again)).toHaveLength(3);
  });

  test('misses nothing between the rule and the very first tick', async () => {
    const it = await quietApp();
    await it.mint('before the rule');
    await addRule(it, ruleBody(tokenCreated));
    await it.mint();
    await ticks(testEngine(it), it);
    expect(await alarms(it)).toHaveLength(1);
  });

  test('does not look back to before it was made or enabled', async () => {
    const it = await quietApp();
    const engine = testEngine(it);
    await engine.tick();
    await it.mint();
    const id = await addRule(it, ruleBody(tokenCreated, { enabled: false }));
    await it.mint();
    await it.services.rules.change(id, ruleBody(tokenCreated), actor);
    await ticks(engine, it);
    expect(await alarms(it)).toEqual([]);
    await it.mint();
    await ticks(engine, it);
    expect(await alarms(it)).toHaveLength(1);
  });

  test('takes more events than one tick does in further ticks, none twice', async () => {
    const it = await quietApp();
    const engine = testEngine(it);
    await engine.tick();
    await addRule(it, ruleBody(tokenCreated));
    for (let i = 0; i < 250; i++) await it.mint(`token ${i}`);
    let rounds = 0;
    while (await engine.tick()) rounds += 1;
    expect(rounds).toBe(2);
    const { services } = it;
    await services.metrics.refresh();
    expect(services.metrics.alarms.active.warning).toBe(250);
  });
});

test('a rule on several events fires when they come together, and resolves when the window is over', async () => {
  const it = await quietApp();
  const engine = testEngine(it);
  await addRule(it, ruleBody({ kind: 'audit', event: 'token.created', atLeast: 3, windowSeconds: 60 }));
  await it.mint();
  await it.mint();
  await ticks(engine, it, 5);
  await it.mint();
  await ticks(engine, it);
  expect(await alarms(it)).toEqual([]);
  await it.mint();
  await it.mint();
  await ticks(engine, it);
  expect(await alarms(it)).toMatchObject([
    { state: 'firing', subject: { kind: 'audit_events', event: 'token.created' } },
  ]);
  await ticks(engine, it, 4);
  expect(await alarms(it)).toMatchObject([{ state: 'resolved' }]);
});

test('a row that stands for several refused scrapes counts as so many', async () => {
  const it = await quietApp();
  const engine = testEngine(it);
  await addRule(it, ruleBody({ kind: 'audit', event: 'scrape.refused', atLeast: 20, windowSeconds: 300 }));
  const record = (count: number) =>
    it.services.database.transaction((tx) =>
      it.services.audit.record(tx, {
        event: 'scrape.refused',
        actor,
        target: null,
        details: { reason: 'unknown', count },
      }),
    );
  await record(1);
  await record(18);
  await ticks(engine, it);
  expect(await alarms(it)).toEqual([]);
  await record(1);
  await ticks(engine, it);
  expect(await alarms(it)).toHaveLength(1);
});

describe('a counter over a window', () => {
  const failures: MetricCondition = {
    kind: 'metric',
    metric: 'scrapeAuthFailures',
    labels: { reason: 'unknown' },
    windowSeconds: 60,
    compare: '>=',
    threshold: 3,
    forSeconds: 0,
  };
  const fail = (it: Awaited<ReturnType<typeof testApp>>) =>
    it.app.inject({ url: '/api/metrics/prometheus', headers: bearer('vst_nonsense') });

  test('fires by its increase, before the first tick too, and resolves once the window has passed', async () => {
    const it = await quietApp();
    const engine = testEngine(it);
    await addRule(it, ruleBody({ ...failures, labels: {} }));
    for (let i = 0; i < 3; i++) await fail(it);
    await engine.tick();
    expect(await alarms(it)).toMatchObject([{ state: 'firing', subject: { labels: { reason: 'bad_checksum' } } }]);
    await ticks(engine, it, 3);
    expect(await alarms(it)).toMatchObject([{ state: 'firing' }]);
    await ticks(engine, it, 2);
    expect(await alarms(it)).toMatchObject([{ state: 'resolved' }]);
  });

  test('does not fire when the same number comes slowly', async () => {
    const it = await quietApp();
    const engine = testEngine(it);
    await addRule(it, ruleBody({ ...failures, labels: {} }));
    for (let i = 0; i < 10; i++) {
      await fail(it);
      await ticks(engine, it, 3);
    }
    expect(await alarms(it)).toEqual([]);
  });

  test('does not resolve after a restart before it has watched a whole window', async () => {
    const it = await quietApp();
    await addRule(it, ruleBody({ ...failures, labels: {} }));
    for (let i = 0; i < 3; i++) await fail(it);
    await testEngine(it).tick();
    const again = await testApp({ folder: it.folder, clock: it.clock });
    const engine = testEngine(again);
    await ticks(engine, again, 3);
    expect(await alarms(again)).toMatchObject([{ state: 'firing' }]);
    await ticks(engine, again, 1);
    expect(await alarms(again)).toMatchObject([{ state: 'resolved' }]);
  });

  test('tells “nothing happened” only once it has watched a whole window', async () => {
    const it = await quietApp();
    const engine = testEngine(it);
    const silence = {
      ...failures,
      metric: 'httpRequests',
      labels: { group: 'scrape', code: '2xx' },
      compare: '==',
      threshold: 0,
    };
    await addRule(it, ruleBody(silence as Condition));
    await ticks(engine, it, 3);
    expect(await alarms(it)).toEqual([]);
    await ticks(engine, it, 1);
    expect(await alarms(it)).toHaveLength(1);
  });
});

test('a token expiry rule watches tokens in use, one alarm each, and resolves when they are revoked', async () => {
  const it = await quietApp();
  const engine = testEngine(it);
  await addRule(it, ruleBody({ kind: 'token_expiry', withinSeconds: 14 * 24 * 3600 }));
  const soon = await it.mint('soon', '2027-01-10T00:00:00Z');
  await it.mint('soon, never used', '2027-01-10T00:00:00Z');
  const later = await it.mint('later', '2027-03-01T00:00:00Z');
  const never = await it.mint('never');
  for (const { secret } of [soon, later, never]) {
    await it.app.inject({ url: '/api/metrics/prometheus', headers: bearer(secret) });
  }
  // Last uses are written behind; a restart writes them at once.
  await it.services.tokens.close();
  await ticks(engine, it);
  expect(await alarms(it)).toMatchObject([{ state: 'firing', subject: { kind: 'token', tokenId: soon.id } }]);
  await it.services.tokens.revoke(soon.id, actor);
  await ticks(engine, it);
  expect(await alarms(it)).toMatchObject([{ state: 'resolved' }]);
});

test('built-in rules: every one of the set is there, and on as delivered', async () => {
  const it = await testApp();
  const { items } = await it.services.rules.list();
  expect(
    items
      .filter(({ builtIn }) => builtIn)
      .map(({ id, severity, enabled }) => [id, severity, enabled])
      .sort(),
  ).toEqual([
    ['clickhouse-down', 'critical', true],
    ['notification-backlog', 'warning', true],
    ['notification-errors', 'warning', true],
    ['quarantined', 'warning', true],
    ['scrape-auth-failures', 'warning', true],
    ['storage-low', 'critical', true],
    ['token-created', 'info', true],
    ['token-expiring', 'info', true],
    ['token-expiry', 'warning', true],
    ['token-revoked', 'info', true],
    ['token-rotated', 'info', true],
    ['vector-breaker-open', 'warning', true],
  ]);
});

test('a built-in rule that nobody changed follows the release, one that was changed stays', async () => {
  const it = await testApp();
  const set = (id: string, values: { name?: string; changed_at?: number }) =>
    it.services.database.transaction((tx) => tx.updateTable('alarm_rules').set(values).where('id', '=', id).execute());
  await set('quarantined', { name: 'An older name' });
  await set('token-expiry', { name: 'An older name', changed_at: 1 });
  const again = await testApp({ folder: it.folder });
  const names = new Map((await again.services.rules.list()).items.map(({ id, name }) => [id, name]));
  expect(names.get('quarantined')).toBe('Something was set aside undelivered');
  expect(names.get('token-expiry')).toBe('An older name');
});

test('of a built-in rule that is of another kind now, what somebody had made of it goes on as a rule of their own', async () => {
  const it = await testApp();
  const before = {
    condition: JSON.stringify(tokenCreated),
    severity: 'critical',
    changed_at: 1,
    changed_by: 'ada',
  } as const;
  const set = (enabled: number) =>
    it.services.database.transaction((tx) =>
      tx
        .updateTable('alarm_rules')
        .set({ ...before, enabled })
        .where('id', '=', 'token-created')
        .execute(),
    );
  const seen = async ({ services }: TestApp) =>
    (await services.rules.list()).items
      .filter(({ name }) => name === 'A scrape token was created')
      .map(({ builtIn, severity, enabled, condition, createdBy }) => ({
        builtIn,
        severity,
        enabled,
        createdBy,
        kind: condition.kind,
      }));
  const builtIn = { builtIn: true, severity: 'info', enabled: true, createdBy: null, kind: 'token_notice' };

  await set(0);
  expect(await seen(await testApp({ folder: it.folder }))).toEqual([builtIn]);
  await set(1);
  const own = { builtIn: false, severity: 'critical', enabled: true, createdBy: 'ada', kind: 'audit' };
  const again = await testApp({ folder: it.folder });
  expect(await seen(again)).toEqual([builtIn, own]);
  expect(await seen(await testApp({ folder: it.folder }))).toEqual([builtIn, own]);
});

test('each built-in rule about notifications fires when its number says so', async () => {
  const it = await testApp();
  const engine = testEngine(it);
  await engine.tick();
  const { notifications, quarantined } = it.services.metrics;
  notifications.breakerOpen = true;
  quarantined.notification = 1;
  notifications.delivered.vector.error = 1;
  for (let i = 0; i < 101; i++) await it.mint(`token ${i}`);
  await ticks(engine, it, 5);
  const firing = async () => (await alarms(it)).map(({ ruleId }) => ruleId).sort();
  expect(await firing()).toEqual(['quarantined', 'vector-breaker-open']);
  for (let i = 0; i < 16; i++) {
    notifications.delivered.vector.error += 1;
    await ticks(engine, it);
  }
  expect(await firing()).toEqual(['notification-backlog', 'notification-errors', 'quarantined', 'vector-breaker-open']);
});

test('a rule of another release is shown as it is stored', async () => {
  const it = await testApp();
  const condition = { kind: 'llm', verdict: 'bad' };
  await it.services.database.transaction((tx) =>
    tx
      .updateTable('alarm_rules')
      .set({ condition: JSON.stringify(condition), changed_at: 1 })
      .where('id', '=', 'quarantined')
      .execute(),
  );
  const headers = bearer(await it.jwt('viewer'));
  const answer = await it.app.inject({ url: '/api/alarm-rules', headers });
  const { items } = answer.json<{ items: AlarmRule[] }>();
  expect(items.find(({ id }) => id === 'quarantined')?.condition).toEqual(condition);
  await ticks(testEngine(it), it);
  expect(await alarms(it)).toMatchObject([{ ruleId: 'quarantined', subject: { kind: 'rule' } }]);
});
