import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPeriodicTask, type PeriodicTaskOptions } from '../../backend/lib/periodic-task.ts';
import { fakeClock } from '../support/clock.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A task whose runs note when they begin, by the timers' clock, and last until they are ended. */
function task(options: Partial<PeriodicTaskOptions> = {}) {
  const lines: string[] = [];
  const note = (level: string) => (_details: object, message: string) => void lines.push(`${level}: ${message}`);
  const logger = { info: note('info'), warn: note('warn'), error: note('error') } as never;
  const startedAt: number[] = [];
  const begin = performance.now();
  const run = options.run ?? (() => Promise.resolve());
  const periodic = createPeriodicTask({
    name: 'sweeping',
    intervalMs: 1_000,
    logger,
    ...options,
    run: async (signal) => {
      startedAt.push(performance.now() - begin);
      const next = await run(signal);
      return typeof next === 'number' ? next : undefined;
    },
  });
  return { periodic, lines, startedAt };
}

/** Runs that end when they are told to. */
function held() {
  const ends: (() => void)[] = [];
  return { run: () => new Promise<void>((resolve) => ends.push(resolve)), end: () => ends.shift()?.() };
}

test('runs begin an interval apart, however long they take', async () => {
  const { periodic, startedAt } = task({ run: () => new Promise((resolve) => setTimeout(resolve, 300)) });
  periodic.start();
  await vi.advanceTimersByTimeAsync(3_500);
  expect(startedAt).toEqual([1_000, 2_000, 3_000]);
});

test('a run that takes longer than the interval is followed at once, and never overlapped', async () => {
  let atATime = 0;
  let most = 0;
  const { periodic, startedAt } = task({
    firstDelayMs: 0,
    run: async () => {
      most = Math.max(most, ++atATime);
      await new Promise((resolve) => setTimeout(resolve, 1_700));
      atATime -= 1;
    },
  });
  periodic.start();
  await vi.advanceTimersByTimeAsync(4_000);
  expect(startedAt).toEqual([0, 1_701, 3_402]);
  expect(most).toBe(1);
});

test('a run decides when the next one is due', async () => {
  const waits = [50, 0, 400, undefined];
  const { periodic, startedAt } = task({ firstDelayMs: 10, run: () => Promise.resolve(waits.shift()) });
  periodic.start();
  await vi.advanceTimersByTimeAsync(1_500);
  expect(startedAt).toEqual([10, 60, 61, 461, 1_461]);
});

test('chance takes its share off every wait, also off the first', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  const { periodic, startedAt } = task({ jitter: 0.2 });
  periodic.start();
  await vi.advanceTimersByTimeAsync(1_800);
  expect(startedAt).toEqual([900, 1_800]);
});

test('failures are logged under the task’s name, with reminders while they go on, and the recovery once', async () => {
  let isBroken = true;
  const run = () => (isBroken ? Promise.reject(new Error('no')) : Promise.resolve());
  const { periodic, lines, startedAt } = task({ run });
  periodic.start();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(startedAt).toHaveLength(3);
  expect(lines).toEqual(['error: sweeping failed']);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(lines).toEqual(['error: sweeping failed', 'error: sweeping failed']);
  isBroken = false;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(lines.slice(2)).toEqual(['info: sweeping works again']);
});

test('after failures it waits as it is told to, counted from the first one in a row', async () => {
  const outcomes = [true, true, false, true];
  const { periodic, startedAt } = task({
    firstDelayMs: 0,
    run: () => (outcomes.shift() ? Promise.reject(new Error('no')) : Promise.resolve()),
    retryMs: (failures) => failures * 100,
  });
  periodic.start();
  await vi.advanceTimersByTimeAsync(1_450);
  expect(startedAt).toEqual([0, 100, 300, 1_300, 1_400]);
});

test('runNow runs at once, resolves with the end of that run, and the interval begins anew', async () => {
  const { run, end } = held();
  const { periodic, startedAt } = task({ run });
  periodic.start();
  await vi.advanceTimersByTimeAsync(600);
  let ended = false;
  const now = periodic.runNow().then(() => (ended = true));
  expect(startedAt).toEqual([600]);
  await vi.advanceTimersByTimeAsync(100);
  expect(ended).toBe(false);
  end();
  await now;
  await vi.advanceTimersByTimeAsync(900);
  expect(startedAt).toEqual([600, 1_600]);
});

test('whoever asks during a run gets one more after it, together with all others who ask', async () => {
  const { run, end } = held();
  const { periodic, startedAt } = task({ run });
  const first = periodic.runNow();
  const asked = Promise.all([periodic.runNow(), periodic.runNow()]);
  await vi.advanceTimersByTimeAsync(250);
  end();
  await first;
  await vi.advanceTimersByTimeAsync(0);
  expect(startedAt).toEqual([0, 250]);
  end();
  await asked;
  expect(startedAt).toHaveLength(2);
});

test('runNow does not reject where the run fails', async () => {
  const { periodic, lines } = task({ run: () => Promise.reject(new Error('no')) });
  await expect(periodic.runNow()).resolves.toBeUndefined();
  expect(lines).toEqual(['error: sweeping failed']);
});

test('stop tells the run under way, waits for it, and no further one begins', async () => {
  const { run, end } = held();
  const signals: AbortSignal[] = [];
  const { periodic, startedAt } = task({
    run: (signal) => {
      signals.push(signal);
      return run();
    },
  });
  void periodic.runNow();
  void periodic.runNow();
  let stopped = false;
  expect(signals[0]?.aborted).toBe(false);
  const stopping = periodic.stop().then(() => (stopped = true));
  expect(signals[0]?.aborted).toBe(true);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(stopped).toBe(false);
  end();
  await stopping;
  await periodic.runNow();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(startedAt).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});

test('one that is stopped between two runs leaves no timer', async () => {
  const { periodic, startedAt } = task();
  periodic.start();
  await periodic.stop();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(startedAt).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test('how long a run took is told by the clock that it is given', async () => {
  const clock = fakeClock();
  const { periodic, startedAt } = task({
    clock,
    firstDelayMs: 0,
    run: () => {
      clock.advance(400);
      return Promise.resolve();
    },
  });
  periodic.start();
  await vi.advanceTimersByTimeAsync(1_200);
  expect(startedAt).toEqual([0, 600, 1_200]);
});
