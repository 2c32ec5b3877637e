import { setImmediate as nextRound } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { startTimeSlices, yieldToEventLoop } from '../../backend/lib/event-loop.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test('what waits for the event loop goes first', async () => {
  const order: string[] = [];
  setImmediate(() => order.push('a request'));
  await yieldToEventLoop();
  order.push('the work');
  expect(order).toEqual(['a request', 'the work']);
});

test('several that yield go on in the order in which they came, each in a round of its own', async () => {
  let round = 0;
  const counting = new AbortController();
  const rounds = (async () => {
    for (; !counting.signal.aborted; round++) await nextRound();
  })();
  const resumed = await Promise.all([1, 2, 3].map((one) => yieldToEventLoop().then(() => ({ one, round }))));
  counting.abort();
  await rounds;
  expect(resumed.map(({ one }) => one)).toEqual([1, 2, 3]);
  expect(new Set(resumed.map(({ round }) => round)).size).toBe(3);
});

test('a slice is over after two milliseconds, and the next one begins with its yield', async () => {
  const now = vi.spyOn(performance, 'now').mockReturnValue(1_000);
  const slices = startTimeSlices();
  now.mockReturnValue(1_002);
  expect(slices.isOver()).toBe(false);
  now.mockReturnValue(1_002.1);
  expect(slices.isOver()).toBe(true);
  await slices.next();
  expect(slices.isOver()).toBe(false);
});
