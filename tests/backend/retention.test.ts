import { expect, test, vi } from 'vitest';
import { insertBell } from '../../backend/notifications/store.ts';
import type { OutboxRow } from '../../backend/database/schema.ts';
import { breakerOpen, addRule, alarms, quietApp, ruleBody, testEngine, ticks } from '../support/alarms.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { DAY_MS, testRetention } from '../support/retention.ts';

/** Puts notifications of these ages into a table, as they are after their delivery. */
async function reported(
  { services, clock }: TestApp,
  state: 'bell' | 'queued' | 'quarantined',
  ages: readonly number[],
) {
  const row = (age: number, index: number): OutboxRow => ({
    seq: index + 1,
    id: `ntf_${state}_${index + 1}`,
    channel: 'vector',
    state: state === 'bell' ? 'queued' : state,
    reason: null,
    kind: 'alarm.opened',
    severity: 'info',
    title: 'Title',
    text: 'Text',
    audience: 'all',
    alarm_id: null,
    token_id: null,
    at: clock.now() - age * DAY_MS,
  });
  await services.database.transaction(async (tx) => {
    if (state === 'bell') await insertBell(tx, ages.map(row));
    else await tx.insertInto('notification_outbox').values(ages.map(row)).execute();
  });
}

const reader = { role: 'viewer', actor: { name: 'ada', via: 'grafana', ip: null } } as const;

test('resolved alarms go when they were resolved too long ago; active ones stay whatever their age', async () => {
  const it = await quietApp();
  const engine = testEngine(it);
  await addRule(it, ruleBody(breakerOpen, { name: 'stays' }));
  await addRule(it, ruleBody({ ...breakerOpen, threshold: 0 } as typeof breakerOpen, { name: 'goes' }));
  await ticks(engine, it);
  it.services.metrics.notifications.breakerOpen = true;
  await ticks(engine, it);
  expect((await alarms(it)).map(({ state }) => state).sort()).toEqual(['firing', 'resolved']);
  it.clock.advance(10 * DAY_MS);
  await testRetention(it).runNow();
  expect(await alarms(it)).toHaveLength(2);
  it.clock.advance(1);
  await testRetention(it).runNow();
  expect(await alarms(it)).toMatchObject([{ ruleName: 'stays', state: 'firing' }]);
  await it.services.metrics.refresh();
  expect(it.services.metrics.alarms).toMatchObject({ active: { warning: 1 }, transitions: { 'firing>resolved': 1 } });
});

test('the bell forgets old notifications together with everybody’s marks, and what is young stays as it was read', async () => {
  const it = await testApp();
  await reported(it, 'bell', [11, 10.5, 9, 1]);
  const { notifications, database } = it.services;
  await notifications.markRead({ ids: ['ntf_bell_1', 'ntf_bell_3'] }, reader);
  await testRetention(it).runNow();
  const list = await notifications.list({ limit: 9 }, reader);
  expect(list.items.map(({ id, read }) => [id, read])).toEqual([
    ['ntf_bell_4', false],
    ['ntf_bell_3', true],
  ]);
  expect(await database.read.selectFrom('bell_reads').select('seq').execute()).toEqual([{ seq: 3 }]);
});

test('what was set aside goes when it is old; what still waits stays whatever its age', async () => {
  const it = await testApp();
  await reported(it, 'quarantined', [20, 3]);
  await testRetention(it).runNow();
  const ids = () => it.services.database.read.selectFrom('notification_outbox').select('id').execute();
  expect(await ids()).toEqual([{ id: 'ntf_quarantined_2' }]);
  await it.services.database.transaction((tx) => tx.deleteFrom('notification_outbox').execute());
  await reported(it, 'queued', [20, 3]);
  await testRetention(it).runNow();
  expect(await ids()).toHaveLength(2);
});

test.each(['bell', 'quarantined'] as const)(
  'in the millisecond in which a notification (%s) is as old as the configuration says it stays; in the next one it goes',
  async (state) => {
    const it = await testApp();
    await reported(it, state, [10]);
    const table = state === 'bell' ? 'bell_notifications' : 'notification_outbox';
    const seqs = () => it.services.database.read.selectFrom(table).select('seq').execute();
    await testRetention(it).runNow();
    expect(await seqs()).toHaveLength(1);
    it.clock.advance(1);
    await testRetention(it).runNow();
    expect(await seqs()).toEqual([]);
  },
);

test('however many there are, all of them go', async () => {
  const it = await testApp();
  await reported(it, 'bell', Array<number>(450).fill(11));
  await testRetention(it).runNow();
  expect((await it.services.notifications.list({ limit: 9 }, reader)).items).toEqual([]);
});

test('it runs shortly after the start and then once a day, until it is stopped', async () => {
  const it = await testApp();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    let runs = 0;
    const retention = testRetention(it, {
      pruneAudit: () => {
        runs += 1;
        return Promise.resolve(0);
      },
    });
    retention.start();
    await vi.advanceTimersByTimeAsync(59_999);
    expect(runs).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    await vi.waitFor(() => expect([runs, vi.getTimerCount()]).toEqual([1, 1]));
    await vi.advanceTimersByTimeAsync(DAY_MS - 60_000); // waiting above has moved the clock a little, too
    expect(runs).toBe(1);
    await vi.advanceTimersByTimeAsync(60_000);
    await vi.waitFor(() => expect([runs, vi.getTimerCount()]).toEqual([2, 1]));
    await retention.stop();
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('one part that fails does not keep the others from being done', async () => {
  const it = await testApp();
  await reported(it, 'bell', [11]);
  await testRetention(it, { pruneAudit: () => Promise.reject(new Error('broken')) }).runNow();
  expect((await it.services.notifications.list({ limit: 9 }, reader)).items).toEqual([]);
});

test.each([
  ['starts a year ago, as without a battery', -400],
  ['leaps a year ahead for one run', 400],
])('a clock that %s removes no notification that is young by the right one', async (_what, days) => {
  const it = await testApp();
  await reported(it, 'bell', [1]);
  await reported(it, 'quarantined', [1]);
  if (days < 0) it.clock.step(days * DAY_MS);
  const retention = testRetention(it);
  if (days > 0) it.clock.step(days * DAY_MS);
  await retention.runNow();
  it.clock.step(-days * DAY_MS);
  await retention.runNow();
  const { read } = it.services.database;
  expect(await read.selectFrom('bell_notifications').select('id').execute()).toHaveLength(1);
  expect(await read.selectFrom('notification_outbox').select('id').execute()).toHaveLength(1);
});
