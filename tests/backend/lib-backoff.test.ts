import { afterEach, expect, test, vi } from 'vitest';
import { createBackoff } from '../../backend/lib/backoff.ts';

const attempts = [1, 2, 3, 4, 5, 6, 40, 2_000];

afterEach(() => {
  vi.restoreAllMocks();
});

test('each wait is twice as long as the one before, up to the longest', () => {
  const backoff = createBackoff({ firstMs: 250, longestMs: 3_000, jitter: 0 });
  expect(attempts.map(backoff)).toEqual([250, 500, 1_000, 2_000, 3_000, 3_000, 3_000, 3_000]);
});

test('chance takes off up to its share, half unless said otherwise, and never adds to the longest', () => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  expect(attempts.map(createBackoff({ firstMs: 100, longestMs: 400 }))).toEqual([
    100, 200, 400, 400, 400, 400, 400, 400,
  ]);
  vi.mocked(Math.random).mockReturnValue(1);
  expect(createBackoff({ firstMs: 100, longestMs: 400 })(2)).toBe(100);
  expect(createBackoff({ firstMs: 100, longestMs: 400, jitter: 0.25 })(2)).toBe(150);
});
