import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { shutDown, type ShutdownStep } from '../../backend/lib/shutdown.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Steps by their names; what happens is noted as it happens. */
function shutdown(steps: Record<string, () => Promise<unknown>>) {
  const noted: string[] = [];
  const line = (level: string) => (details: { step: string }, message: string) =>
    void noted.push(`${level}: ${details.step}: ${message}`);
  const logger = { info: line('info'), warn: line('warn'), error: line('error') } as never;
  const list = Object.entries(steps).map(([name, run]): ShutdownStep => ({
    name,
    limitMs: 1_000,
    run: () => {
      noted.push(`${name} begins`);
      return run();
    },
  }));
  const over = shutDown(list, logger);
  over.catch(() => undefined); // it is awaited in the test
  return { noted, over };
}

test('steps come one after the other, each with its name in the log', async () => {
  const { noted, over } = shutdown({ drain: () => pause(500), flush: () => Promise.resolve() });
  await vi.advanceTimersByTimeAsync(499);
  expect(noted).toEqual(['drain begins']);
  await vi.advanceTimersByTimeAsync(1);
  await over;
  expect(noted).toEqual([
    'drain begins',
    'info: drain: shutdown step done',
    'flush begins',
    'info: flush: shutdown step done',
  ]);
  expect(vi.getTimerCount()).toBe(0);
});

test('one that takes too long does not hold up the others', async () => {
  const { noted, over } = shutdown({ drain: () => new Promise(() => undefined), flush: () => Promise.resolve() });
  await vi.advanceTimersByTimeAsync(999);
  expect(noted).toEqual(['drain begins']);
  await vi.advanceTimersByTimeAsync(1);
  await over;
  expect(noted[1]).toBe('warn: drain: shutdown step takes too long; the next one begins');
  expect(noted.at(-1)).toBe('info: flush: shutdown step done');
});

test('one that fails does not keep the others from being done, and its error is thrown in the end', async () => {
  const { noted, over } = shutdown({
    drain: () => Promise.reject(new Error('the first')),
    flush: () => Promise.reject(new Error('the second')),
    close: () => Promise.resolve(),
  });
  await expect(over).rejects.toThrow('the first');
  expect(noted.filter((one) => !one.endsWith('begins'))).toEqual([
    'error: drain: shutdown step failed',
    'error: flush: shutdown step failed',
    'info: close: shutdown step done',
  ]);
});
