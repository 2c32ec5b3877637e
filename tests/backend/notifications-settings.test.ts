import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { checkConfig } from '../../backend/config/config.ts';
import { silentLogger } from '../../backend/lib/logger.ts';
import { bellChannel } from '../../backend/notifications/channel.ts';
import { newNotificationState } from '../../backend/notifications/state.ts';
import { createVectorChannel } from '../../backend/notifications/vector.ts';
import { fakeClock } from '../support/clock.ts';

const check = (settings: object) => checkConfig(settings, '/etc/vitals');

test('without settings the engine ticks every 15 s and only the bell rings', () => {
  expect(check({})).toMatchObject({ alarms: { tick_seconds: 15 }, notifications: {} });
  expect(check({}).notifications.vector).toBeUndefined();
});

test('Vector needs no more than a URL', () => {
  const { vector } = check({ notifications: { vector: { url: 'https://vector.example/in' } } }).notifications;
  expect(vector).toEqual({ url: 'https://vector.example/in', timeout_seconds: 5, open_after_seconds: 30 });
});

test.each([
  ['alarms.tick_seconds', { alarms: { tick_seconds: 0 } }],
  ['alarms.tick_seconds', { alarms: { tick_seconds: 3601 } }],
  ['alarms.tick_seconds', { alarms: { tick_seconds: 1.5 } }],
  ['notifications.vector.url', { notifications: { vector: { url: 'vector:8686' } } }],
  ['notifications.vector.url', { notifications: { vector: { url: 'http://' } } }],
  ['notifications.vector.url', { notifications: { vector: { url: 'http://ada@vector/' } } }],
  ['notifications.vector.timeout_seconds', { notifications: { vector: { url: 'http://v', timeout_seconds: 0 } } }],
  [
    'notifications.vector.open_after_seconds',
    { notifications: { vector: { url: 'http://v', open_after_seconds: 0 } } },
  ],
  ['notifications.pager', { notifications: { pager: {} } }],
])('a mistake in %s is named', (key, settings) => {
  expect(() => check(settings)).toThrow(new RegExp(`^${key.replaceAll('.', '\\.')}: `));
});

test('a secret in the URL is refused, and not repeated', () => {
  const settings = { notifications: { vector: { url: 'http://ada:s3cret@vector/' } } };
  expect(() => check(settings)).toThrow('notifications.vector.url: may not contain a user name or a password.');
});

describe('waiting after failures', () => {
  function vector(initiallyOpen = false, openAfterMs = 10_000) {
    return createVectorChannel({
      url: 'http://vector.test/',
      timeoutMs: 1_000,
      openAfterMs,
      clock: fakeClock(),
      logger: silentLogger,
      state: newNotificationState(),
      initiallyOpen,
      onBreaker: () => undefined,
    });
  }

  test.each([
    ['to the bell', bellChannel, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000], 0.5],
    ['to Vector', vector(), [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000], 0.5],
    ['to Vector behind its open breaker', vector(true), Array<number>(8).fill(10_000), 0.75],
    ['to Vector behind a breaker that opens late', vector(true, 3_600_000), Array<number>(8).fill(30_000), 0.75],
  ])('%s grows with their number, with jitter, up to the longest', (_where, channel, longest, least) => {
    const random = vi.spyOn(Math, 'random');
    onTestFinished(() => random.mockRestore());
    const attempts = [1, 2, 3, 4, 5, 6, 7, 10_000];
    random.mockReturnValue(0);
    expect(attempts.map((failures) => channel.retryAfterMs(failures))).toEqual(longest);
    random.mockReturnValue(1);
    expect(attempts.map((failures) => channel.retryAfterMs(failures))).toEqual(longest.map((ms) => ms * least));
  });
});
