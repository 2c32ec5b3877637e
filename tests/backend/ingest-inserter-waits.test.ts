/** When an inserter asks and tries again, by a fake clock. */
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { startInserter, type InserterOptions, type InsertSource } from '../../backend/ingest/inserter.ts';
import { fakeClickHouse } from '../support/fake-clickhouse.ts';
import { chunks } from '../support/ingest.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const IDLE_MS = 60_000;
const advance = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const away = () => {
  throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
};

function started(options: Partial<InserterOptions> = {}) {
  const waiting: { id: string; rows: number }[] = [];
  const askedAt: number[] = [];
  const attemptedAt: number[] = [];
  const begin = performance.now();
  const source = {
    stream: 'dhcp-events',
    table: 'dhcp_events',
    concurrency: 1,
    next(inFlight) {
      askedAt.push(performance.now() - begin);
      return Promise.resolve(waiting.find(({ id }) => !inFlight.includes(id)) ?? IDLE_MS);
    },
    content: ({ id }) => chunks(Buffer.from(`{"id":"${id}"}\n`)),
    acknowledge({ id }) {
      waiting.splice(0, waiting.length, ...waiting.filter((insert) => insert.id !== id));
      return Promise.resolve();
    },
    reject: () => Promise.reject(new Error('not expected')),
  } satisfies InsertSource<{ id: string; rows: number }> as InsertSource<{ id: string; rows: number }>;
  const clickhouse = fakeClickHouse();
  const inserter = startInserter(source, {
    ...clickhouse.options,
    ...options,
    insert: (table, rows, more) => {
      attemptedAt.push(performance.now() - begin);
      return (options.insert ?? clickhouse.options.insert)(table, rows, more);
    },
  });
  onTestFinished(() => inserter.stop());
  return { inserter, source, clickhouse, waiting, askedAt, attemptedAt };
}

test('an idle inserter asks again when its wait is over, and at once when it is woken', async () => {
  const { inserter, askedAt, attemptedAt, waiting } = started();
  await advance(IDLE_MS);
  expect(askedAt).toEqual([0, IDLE_MS]);
  await advance(1_000);
  waiting.push({ id: 'ins_1', rows: 1 });
  inserter.wake();
  await advance(0);
  expect(attemptedAt).toEqual([IDLE_MS + 1_000]);
});

test('woken while it asks, it asks once more', async () => {
  const { inserter, source, askedAt } = started();
  await advance(10);
  const { next } = source;
  const asked = askedAt.length;
  source.next = async (inFlight) => {
    source.next = next;
    const answer = await next.call(source, inFlight);
    inserter.wake(); // something came in after it was asked, and before the answer is heard
    return answer;
  };
  inserter.wake();
  await advance(10);
  expect(askedAt).toHaveLength(asked + 2);
});

test('waking cuts no wait after a failure short', async () => {
  const { inserter, clickhouse, waiting, attemptedAt } = started({ backoffMs: () => 1_000 });
  clickhouse.before = away;
  waiting.push({ id: 'ins_1', rows: 1 });
  await advance(10);
  expect(attemptedAt).toHaveLength(1);
  for (let time = 0; time < 9; time += 1) {
    inserter.wake();
    await advance(100);
  }
  expect(attemptedAt).toHaveLength(1);
  await advance(100);
  expect(attemptedAt).toHaveLength(2);
});

test('the waits double from a quarter of a second to ten, and begin anew after a success', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const { inserter, clickhouse, waiting, attemptedAt } = started({ backoffMs: undefined as never });
  clickhouse.before = away;
  waiting.push({ id: 'ins_1', rows: 1 });
  await advance(0);
  const waits = [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000];
  for (const wait of waits) {
    const attempts = attemptedAt.length;
    await advance(wait - 1);
    expect(attemptedAt, `not before ${wait} ms`).toHaveLength(attempts);
    await advance(1);
    expect(attemptedAt, `after ${wait} ms`).toHaveLength(attempts + 1);
  }
  clickhouse.before = () => undefined;
  await advance(10_000);
  await advance(1_000); // idle again
  expect(clickhouse.rows).toHaveLength(1);
  clickhouse.before = away;
  waiting.push({ id: 'ins_2', rows: 1 });
  inserter.wake();
  await advance(0);
  const attempts = attemptedAt.length;
  await advance(250);
  expect(attemptedAt).toHaveLength(attempts + 1);
});

test('each attempt has a signal of its own, so that what a client leaves on it goes with the attempt', async () => {
  const signals: AbortSignal[] = [];
  const added = vi.spyOn(AbortSignal.prototype, 'addEventListener');
  const { inserter, waiting } = started({
    insert(_table, _rows, { signal }) {
      signals.push(signal);
      return signals.length < 5 ? Promise.reject(new Error('away')) : Promise.resolve();
    },
  });
  waiting.push({ id: 'ins_1', rows: 1 }, { id: 'ins_2', rows: 1 });
  await advance(100);
  expect(signals).toHaveLength(6);
  expect(new Set(signals).size).toBe(6);
  await inserter.stop();
  expect(added).not.toHaveBeenCalled();
});

test('nothing is sent before it is ready, woken or not, and nothing after it was stopped', async () => {
  let isReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (isReady = resolve));
  const { inserter, waiting, attemptedAt, askedAt } = started({ ready });
  waiting.push({ id: 'ins_1', rows: 1 });
  inserter.wake();
  await advance(IDLE_MS);
  expect(askedAt).toEqual([]);
  isReady();
  await advance(10);
  expect(attemptedAt).toHaveLength(1);
  await inserter.stop();
  waiting.push({ id: 'ins_2', rows: 1 });
  inserter.wake();
  await advance(2 * IDLE_MS);
  expect(attemptedAt).toHaveLength(1);
});
