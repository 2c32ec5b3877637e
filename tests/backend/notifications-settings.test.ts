import { describe, expect, test } from 'vitest';
import { checkConfig } from '../../backend/config/config.ts';
import { backoffMs } from '../../backend/notifications/channel.ts';

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
  test('grows with their number, with jitter, up to the longest', () => {
    for (const [failures, whole] of [
      [1, 500],
      [2, 1000],
      [5, 8000],
      [7, 10_000],
      [10_000, 10_000],
    ] as const) {
      const waits = Array.from({ length: 200 }, () => backoffMs(failures, 10_000));
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(whole / 2);
      expect(Math.max(...waits)).toBeLessThanOrEqual(whole);
      expect(new Set(waits).size).toBeGreaterThan(100);
    }
  });
});
