import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createBackoff } from '../../backend/lib/backoff.ts';
import { supervise } from '../../backend/lib/supervisor.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

interface Instance {
  readonly number: number;
  readonly exited: Promise<string>;
  exit(why: string): void;
}

/** Instances that run until they are ended; `before` may fail or hold a start. */
async function supervised() {
  const lines: string[] = [];
  const note = (level: string) => (_details: object, message: string) => void lines.push(`${level}: ${message}`);
  const started: Instance[] = [];
  const startedAt: number[] = [];
  const exits: string[] = [];
  const begin = performance.now();
  const fake = { before: (): Promise<void> => Promise.resolve() };
  const supervisor = await supervise<Instance, string>({
    name: 'the engine',
    async start() {
      startedAt.push(performance.now() - begin);
      await fake.before();
      let exit: (why: string) => void = () => undefined;
      const exited = new Promise<string>((resolve) => (exit = resolve));
      const instance = { number: started.length + 1, exited, exit };
      started.push(instance);
      return instance;
    },
    exited: (instance) => instance.exited,
    end(instance) {
      instance.exit('ended');
      return Promise.resolve();
    },
    onExit: ({ number }, why) => exits.push(`${number} ${why}`),
    backoffMs: createBackoff({ firstMs: 100, longestMs: 1_000, jitter: 0 }),
    logger: { info: note('info'), warn: note('warn'), error: note('error') } as never,
  });
  return { supervisor, fake, lines, started, startedAt, exits };
}

test('what ends is started again, and is away until then', async () => {
  const { supervisor, started, exits, lines } = await supervised();
  expect(supervisor.current()?.number).toBe(1);
  started[0]?.exit('crashed');
  await vi.advanceTimersByTimeAsync(99);
  expect(supervisor.current()).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);
  expect(supervisor.current()?.number).toBe(2);
  expect(exits).toEqual(['1 crashed']);
  expect(lines).toEqual([]);
});

test('the waits grow while it does not start, and the log tells of it once', async () => {
  const { supervisor, fake, started, startedAt, lines } = await supervised();
  fake.before = () => Promise.reject(new Error('no room'));
  started[0]?.exit('crashed');
  await vi.advanceTimersByTimeAsync(100 + 200 + 400 + 800 + 1_000 + 1_000);
  expect(startedAt).toEqual([0, 100, 300, 700, 1_500, 2_500, 3_500]);
  expect(lines).toEqual(['error: the engine did not start']);
  fake.before = () => Promise.resolve();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(supervisor.current()?.number).toBe(2);
  expect(lines).toEqual(['error: the engine did not start', 'info: the engine runs again']);
});

test('an end soon after the start goes on with the longer waits, one after a minute begins anew', async () => {
  const { started, startedAt } = await supervised();
  started[0]?.exit('crashed');
  await vi.advanceTimersByTimeAsync(100);
  started[1]?.exit('crashed');
  await vi.advanceTimersByTimeAsync(200);
  expect(startedAt).toEqual([0, 100, 300]);
  await vi.advanceTimersByTimeAsync(60_001);
  started[2]?.exit('crashed');
  await vi.advanceTimersByTimeAsync(100);
  expect(startedAt).toEqual([0, 100, 300, 60_401]);
});

test('the first start that fails is the caller’s', async () => {
  const start = () => Promise.reject(new Error('no room'));
  const never = () => Promise.reject(new Error('not reached'));
  const logger = { info: never, warn: never, error: never } as never;
  const options = { name: 'the engine', exited: never, end: never, onExit: never, backoffMs: () => 1, logger };
  await expect(supervise({ ...options, start })).rejects.toThrow('no room');
});

test('what is stopped ends, and is not started again', async () => {
  const { supervisor, exits, startedAt } = await supervised();
  await supervisor.stop();
  expect(supervisor.current()).toBeUndefined();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(startedAt).toHaveLength(1);
  expect(exits).toEqual([]);
});

test('stopped during a wait it starts nothing any more', async () => {
  const { supervisor, started, startedAt, lines } = await supervised();
  started[0]?.exit('crashed');
  await vi.advanceTimersByTimeAsync(50);
  await supervisor.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(startedAt).toHaveLength(1);
  expect(lines).toEqual([]);
});

test('stopped during a start it ends what was started', async () => {
  const { supervisor, fake, started } = await supervised();
  let go: () => void = () => undefined;
  fake.before = () => new Promise((resolve) => (go = resolve));
  started[0]?.exit('crashed');
  await vi.advanceTimersByTimeAsync(100);
  const stopped = supervisor.stop();
  go();
  await stopped;
  expect(await started[1]?.exited).toBe('ended');
  expect(supervisor.current()).toBeUndefined();
});
