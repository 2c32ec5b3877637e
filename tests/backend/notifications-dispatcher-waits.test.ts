import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { createDispatcher } from '../../backend/notifications/dispatcher.ts';
import type { Outcome } from '../../backend/notifications/channel.ts';
import { newNotificationState, newQuarantined } from '../../backend/notifications/state.ts';
import { silentLogger } from '../../backend/lib/logger.ts';
import { testApp, type TestApp } from '../support/app.ts';
import { tell } from '../support/notifications.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  return () => vi.useRealTimers();
});

/** Time goes by, and everything that it sets off comes to its end: the database answers at once. */
async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}

/** The dispatcher as the server runs it, before a destination that answers as it is told. */
async function dispatching({ services }: TestApp) {
  const attempts: { titles: string[]; signal: AbortSignal }[] = [];
  const failures: number[] = [];
  const it = {
    attempts,
    failures,
    answer: (_signal: AbortSignal): Promise<Outcome> => Promise.resolve({ is: 'delivered' }),
  };
  const state = newNotificationState();
  const dispatcher = createDispatcher({
    database: services.database,
    channels: [
      {
        name: 'vector',
        batchSize: 2,
        deliver(batch, signal) {
          attempts.push({ titles: batch.map(({ title }) => title), signal });
          return it.answer(signal);
        },
        retryAfterMs(count) {
          failures.push(count);
          return 1_000 * count;
        },
      },
    ],
    state,
    quarantined: newQuarantined(),
    logger: silentLogger,
  });
  dispatcher.start();
  onTestFinished(() => dispatcher.stop());
  await pass(0);
  return { ...it, it, dispatcher, state };
}

const later = () => Promise.resolve({ is: 'later', reason: 'away' } as const);

test('an empty queue is looked at every half second', async () => {
  const app = await testApp();
  const { attempts } = await dispatching(app);
  await tell(app, 'notice', 1);
  await pass(499);
  expect(attempts).toEqual([]);
  await pass(1);
  expect(attempts).toMatchObject([{ titles: ['notice 1'] }]);
  await tell(app, 'later', 1);
  await pass(499);
  expect(attempts).toHaveLength(1);
  await pass(1);
  expect(attempts).toHaveLength(2);
});

test('after failures it waits as the channel says, by their number; a success goes on at once and begins anew', async () => {
  const app = await testApp();
  await tell(app, 'notice', 3);
  const { attempts, failures, it } = await dispatching(app);
  expect(attempts.map(({ titles }) => titles)).toEqual([['notice 1', 'notice 2'], ['notice 3']]);
  it.answer = later;
  await tell(app, 'later', 3);
  await pass(500);
  expect([attempts.length, failures]).toEqual([3, [1]]);
  await pass(999);
  expect(attempts).toHaveLength(3);
  await pass(1);
  expect([attempts.length, failures]).toEqual([4, [1, 2]]);
  await pass(1_999);
  expect(attempts).toHaveLength(4);
  it.answer = () => Promise.resolve({ is: 'delivered' });
  await pass(1);
  expect(attempts.slice(4).map(({ titles }) => titles)).toEqual([['later 1', 'later 2'], ['later 3']]);
  it.answer = later;
  await tell(app, 'again', 1);
  await pass(500);
  expect(failures).toEqual([1, 2, 1]);
});

test('stopping gives what is under way two seconds to end, and then ends it; it stays in the outbox', async () => {
  const app = await testApp();
  await tell(app, 'notice', 1);
  const { attempts, it, dispatcher, state } = await dispatching(app);
  it.answer = (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(later())));
  await tell(app, 'hanging', 1);
  await pass(500);
  expect(attempts).toHaveLength(2);
  const stopped = vi.fn();
  void dispatcher.stop().then(stopped);
  await pass(1_999);
  expect(attempts[1]?.signal.aborted).toBe(false);
  expect(stopped).not.toHaveBeenCalled();
  await pass(1);
  expect(attempts[1]?.signal.aborted).toBe(true);
  expect(stopped).toHaveBeenCalledOnce();
  expect(state.delivered.vector).toEqual({ ok: 1, error: 0 }); // nobody refused it
  const left = await app.services.database.read.selectFrom('notification_outbox').select(['title', 'state']).execute();
  expect(left).toEqual([{ title: 'hanging 1', state: 'queued' }]);
  await pass(60_000);
  expect(attempts).toHaveLength(2);
});
