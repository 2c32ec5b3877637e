import { expect, test } from 'vitest';
import { BURST, createThrottle, MAX_NETWORKS, PER_MINUTE } from '../../backend/auth/throttle.ts';
import { fakeClock } from '../support/clock.ts';

function throttling() {
  const clock = fakeClock();
  const throttle = createThrottle(() => clock.monotonic());
  const fail = (network: string, times = 1) => Array.from({ length: times }, () => throttle.failed(network)).at(-1);
  return { clock, throttle, fail };
}

test('a burst is let through, and what comes after it has to wait until the next one may come', () => {
  const { clock, fail } = throttling();
  expect(fail('a', BURST)).toBeUndefined();
  expect(fail('a')).toBe(6);
  clock.advance(4_500);
  expect(fail('a')).toBe(2);
  clock.advance(1_500);
  expect(fail('a')).toBeUndefined();
  expect(fail('a')).toBe(6);
});

test('who waits for as long as told is let through; who tries meanwhile does not have to wait longer', () => {
  const { clock, fail } = throttling();
  fail('a', BURST);
  for (let wait = fail('a'), rounds = 0; rounds < 10; rounds++) {
    clock.advance((wait ?? 0) * 1000);
    expect(fail('a')).toBeUndefined();
    wait = fail('a', 3);
    expect(wait).toBeGreaterThan(0);
  }
});

test('Prometheus with a wrong token, or two of them behind one address, are never told to wait', () => {
  for (const everyMs of [15_000, 7_500, 60_000 / PER_MINUTE]) {
    const { clock, fail } = throttling();
    for (let at = 0; at < 24 * 3600_000; at += everyMs) {
      expect(fail('a')).toBeUndefined();
      clock.advance(everyMs);
    }
  }
});

test('an address that was quiet has its whole burst again, and not more', () => {
  const { clock, fail } = throttling();
  fail('a', BURST + 5);
  clock.advance(3600_000);
  expect(fail('a', BURST)).toBeUndefined();
  expect(fail('a')).toBeGreaterThan(0);
});

test('what an address gets back is never more than its burst', () => {
  const { clock, fail } = throttling();
  fail('a', 5);
  clock.advance(100_000);
  expect(fail('a', BURST)).toBeUndefined();
  expect(fail('a')).toBe(6);
});

test('addresses do not answer for each other', () => {
  const { fail } = throttling();
  fail('a', BURST + 1);
  expect(fail('b', BURST)).toBeUndefined();
});

test('the wall clock has no say', () => {
  const { clock, fail } = throttling();
  fail('a', BURST);
  clock.step(3600_000);
  expect(fail('a')).toBe(6);
  clock.step(-7200_000);
  expect(fail('a')).toBe(6);
});

test('a flood of addresses takes bounded memory and does not free one that has to wait', () => {
  const { clock, throttle, fail } = throttling();
  fail('a', BURST + 1);
  for (let other = 0; other < 5 * MAX_NETWORKS; other++) {
    fail(`10.${other >> 16}.${(other >> 8) & 255}.${other & 255}`);
    if (other % 10_000 === 0) clock.advance(1000);
  }
  expect(throttle.size).toBeLessThanOrEqual(MAX_NETWORKS + 1);
  expect(fail('a')).toBeGreaterThan(0);
  expect(fail('one more')).toBeGreaterThan(0);
});

test('after the flood there is place again', () => {
  const { clock, throttle, fail } = throttling();
  for (let other = 0; other < 2 * MAX_NETWORKS; other++) fail(`network ${other}`);
  clock.advance(120_000);
  expect(fail('one more', BURST)).toBeUndefined();
  expect(throttle.size).toBe(1);
});
