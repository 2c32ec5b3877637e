import { describe, expect, test } from 'vitest';
import { startNotifications } from '../../backend/notifications/start.ts';
import { silentLogger } from '../../backend/lib/logger.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { delivery, tell } from '../support/notifications.ts';
import { eventually } from '../support/server.ts';
import { vectorReceiver } from '../support/vector.ts';

const titles = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name} ${i + 1}`);
const unique = <Item extends { idempotencyKey: string }>(items: readonly Item[]) => [
  ...new Map(items.map((item) => [item.idempotencyKey, item])).values(),
];

describe('Vector', () => {
  test('gets JSON lines in order, in bounded batches, each with its key', async () => {
    const it = await testApp();
    const vector = await vectorReceiver();
    await tell(it, 'notice', 250, { alarmId: 'alm_1' });
    const { state, depth } = delivery(it, vector);
    await eventually('all is delivered', () => state.delivered.vector.ok === 250);
    expect(vector.accepted().map(({ title }) => title)).toEqual(titles('notice', 250));
    expect(vector.requests.map(({ lines }) => lines.length)).toEqual([100, 100, 50]);
    expect(vector.accepted()[0]).toEqual({
      idempotencyKey: expect.stringMatching(/^ntf_/),
      kind: 'alarm.opened',
      at: '2027-01-01T00:00:00.000Z',
      severity: 'warning',
      title: 'notice 1',
      text: 'text',
      alarmId: 'alm_1',
    });
    const headers = vector.requests.map((request) => request.headers);
    expect(headers[0]).toMatchObject({ 'content-type': 'application/x-ndjson' });
    expect(new Set(headers.map((one) => one['idempotency-key'])).size).toBe(3);
    expect(await depth()).toEqual({ total: 0, waiting: 0, quarantined: 0 });
    expect(state.delivered).toEqual({ vector: { ok: 250, error: 0 }, bell: { ok: 0, error: 0 } });
  });

  test('refuses connections: the breaker opens, the queue grows; back again: all is delivered in order', async () => {
    const it = await testApp();
    const vector = await vectorReceiver();
    await vector.away();
    await tell(it, 'notice', 3);
    const { state, depth, breaker } = delivery(it, vector);
    await eventually('the breaker is open', () => state.breakerOpen);
    await tell(it, 'later', 4);
    expect(await depth()).toEqual({ total: 7, waiting: 7, quarantined: 0 });
    expect(state.delivered.vector.ok).toBe(0);
    expect(state.delivered.vector.error).toBeGreaterThanOrEqual(6);
    await vector.back();
    await eventually('all is delivered', () => state.delivered.vector.ok === 7);
    expect(vector.accepted().map(({ title }) => title)).toEqual([...titles('notice', 3), ...titles('later', 4)]);
    expect(breaker).toEqual([true, false]);
    expect(state.breakerOpen).toBe(false);
    expect(await depth()).toEqual({ total: 0, waiting: 0, quarantined: 0 });
  });

  test('hangs: a request ends at its timeout and is repeated as it was, under the same key', async () => {
    const it = await testApp();
    const vector = await vectorReceiver();
    vector.answer('hang');
    await tell(it, 'notice', 3);
    const { state } = delivery(it, { ...vector, timeoutMs: 50 });
    await eventually('it was tried twice', () => vector.requests.length >= 2);
    await tell(it, 'later', 1);
    vector.answer(200);
    await eventually('all is delivered', () => state.delivered.vector.ok === 4);
    const [first, ...others] = vector.requests;
    const repeats = others.filter(({ lines }) => lines[0]?.title === 'notice 1');
    expect(repeats.length).toBeGreaterThan(0);
    for (const repeat of repeats) {
      expect(repeat.lines).toEqual(first?.lines);
      expect(repeat.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
    }
    expect(vector.accepted().map(({ title }) => title)).toEqual([...titles('notice', 3), 'later 1']);
  });

  test.each([500, 503, 408, 429, 302])(
    'answers %d: nothing is lost or set aside, and it is tried again',
    async (status) => {
      const it = await testApp();
      const vector = await vectorReceiver();
      vector.answer(status);
      await tell(it, 'notice', 2);
      const { state, quarantined, depth } = delivery(it, vector);
      await eventually('it was tried', () => vector.requests.length >= 2);
      expect(await depth()).toEqual({ total: 2, waiting: 2, quarantined: 0 });
      vector.answer(200);
      await eventually('all is delivered', () => state.delivered.vector.ok === 2);
      expect(quarantined.notification).toBe(0);
      expect(state.delivered.vector.error % 2).toBe(0);
    },
  );

  test('refuses one of a batch for good: that one is set aside and counted, the others arrive in order', async () => {
    const it = await testApp();
    const vector = await vectorReceiver();
    vector.answer((lines) => (lines.some(({ title }) => title === 'notice 3') ? 400 : 200));
    await tell(it, 'notice', 5);
    const { state, quarantined, depth, breaker } = delivery(it, vector);
    await eventually('the rest is delivered', () => state.delivered.vector.ok === 4);
    expect(vector.accepted().map(({ title }) => title)).toEqual(['notice 1', 'notice 2', 'notice 4', 'notice 5']);
    expect(quarantined.notification).toBe(1);
    expect(state.delivered.vector).toEqual({ ok: 4, error: 6 });
    expect(await depth()).toEqual({ total: 0, waiting: 0, quarantined: 1 });
    expect(breaker).toEqual([]);
    const kept = await it.services.database.read
      .selectFrom('notification_outbox')
      .select(['title', 'reason'])
      .executeTakeFirst();
    expect(kept).toEqual({ title: 'notice 3', reason: 'HTTP 400' });
  });

  test('does not hold up the bell', async () => {
    const it = await testApp();
    const vector = await vectorReceiver();
    vector.answer('hang');
    await tell(it, 'both', 2, { channels: ['vector', 'bell'] });
    const { state, depth } = delivery(it, vector);
    await eventually('the bell rang', () => state.delivered.bell.ok === 2);
    expect(await depth()).toMatchObject({ total: 2, waiting: 2 });
  });
});

test('closing leaves what is undelivered in the outbox, and the next process delivers it', async () => {
  const it = await testApp();
  const vector = await vectorReceiver();
  vector.answer(503);
  await tell(it, 'notice', 5);
  const first = delivery(it, vector);
  await eventually('it was tried', () => vector.requests.length > 0);
  await first.dispatcher.stop();
  const tried = vector.requests.length;
  vector.answer(200);
  expect(await first.depth()).toEqual({ total: 5, waiting: 5, quarantined: 0 });
  expect(vector.requests).toHaveLength(tried);
  const second = delivery(it, vector);
  await eventually('all is delivered', () => second.state.delivered.vector.ok === 5);
  expect(unique(vector.accepted()).map(({ title }) => title)).toEqual(titles('notice', 5));
});

test('a change that is rolled back tells nobody', async () => {
  const it = await testApp();
  const vector = await vectorReceiver();
  const { depth } = delivery(it, vector);
  const broken = it.services.database.transaction(async (tx) => {
    await it.services.notify(tx, {
      kind: 'token.created',
      severity: 'info',
      title: 'title',
      text: 'text',
      at: 0,
      audience: 'admin',
      channels: ['bell'],
    });
    throw new Error('rolled back');
  });
  await expect(broken).rejects.toThrow('rolled back');
  expect(await depth()).toEqual({ total: 0, waiting: 0, quarantined: 0 });
});

test('without Vector nothing is queued for it, and what an earlier configuration left is dropped', async () => {
  const it = await testApp();
  await it.services.database.transaction((tx) =>
    it.services.notify(tx, {
      kind: 'alarm.opened',
      severity: 'info',
      title: 'title',
      text: 'text',
      at: 0,
      audience: 'all',
      channels: ['vector'],
    }),
  );
  const rows = () => it.services.database.read.selectFrom('notification_outbox').select('channel').execute();
  expect(await rows()).toEqual([]);
  await tell(it, 'left over', 3);
  const { notifications: state, quarantined } = it.services.metrics;
  const shared = { database: it.services.database, clock: it.clock, logger: silentLogger, state, quarantined };
  await (await startNotifications({ ...shared, settings: {} })).stop();
  expect(await rows()).toEqual([]);
  await it.services.metrics.refresh();
  expect(state.queueDepth).toBe(0);
});

/** Takes what waits out of the outbox, so that nothing is tried. */
async function takeQueue({ services: { database } }: TestApp) {
  return database.transaction((tx) => tx.deleteFrom('notification_outbox').returningAll().execute());
}

test('an open breaker stays open over a restart, until Vector answers', async () => {
  const it = await testApp();
  const vector = await vectorReceiver();
  await vector.away();
  const settings = { vector: { url: vector.url, timeout_seconds: 1, open_after_seconds: 0.1 } };
  const { notifications: state, quarantined } = it.services.metrics;
  const start = () =>
    startNotifications({
      database: it.services.database,
      clock: { now: Date.now, monotonic: () => performance.now() },
      logger: silentLogger,
      state,
      quarantined,
      settings,
    });
  await tell(it, 'notice', 1);
  const first = await start();
  await eventually('the breaker is open', () => state.breakerOpen);
  await first.stop();
  state.breakerOpen = false;
  const rows = await takeQueue(it);
  const idle = await start();
  expect(state.breakerOpen).toBe(true);
  await idle.stop();
  await it.services.database.transaction((tx) => tx.insertInto('notification_outbox').values(rows).execute());
  const second = await start();
  expect(state.breakerOpen).toBe(true);
  await vector.back();
  await eventually('all is delivered', () => state.delivered.vector.ok === 1);
  expect(state.breakerOpen).toBe(false);
  await second.stop();
  const third = await start();
  expect(state.breakerOpen).toBe(false);
  await third.stop();
});
