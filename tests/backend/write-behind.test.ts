import { beforeEach, expect, test, vi } from 'vitest';
import type { Database, Tx } from '../../backend/database/database.ts';
import { silentLogger } from '../../backend/lib/logger.ts';
import { createWriteBehind } from '../../backend/database/write-behind.ts';

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

/** A database whose transactions can be held up or made to fail, and what was written through it. */
function writing(merge?: (earlier: number, later: number) => number) {
  const batches: [string, number][][] = [];
  const errors: string[] = [];
  let gate: Promise<void> = Promise.resolve();
  const transaction = async <T>(work: (tx: Tx) => Promise<T>) => {
    await gate;
    return work({} as Tx);
  };
  const behind = createWriteBehind<number>({
    database: { transaction } as unknown as Database,
    logger: { ...silentLogger, error: (...line: unknown[]) => void errors.push(String(line[1])) },
    what: 'numbers',
    save: async (_tx, batch) => void batches.push([...batch]),
    ...(merge && { merge }),
  });
  return {
    behind,
    batches,
    errors,
    /** Holds the next transactions up, until what it returns is called. */
    hold(): (error?: Error) => void {
      let release: (error?: Error) => void = () => undefined;
      gate = new Promise((resolve, reject) => {
        release = (error) => {
          gate = Promise.resolve();
          if (error) reject(error);
          else resolve();
        };
      });
      return release;
    },
  };
}

test('many notes become one write after five seconds, and the newest of an id wins', async () => {
  const { behind, batches } = writing();
  behind.note('a', 1);
  await vi.advanceTimersByTimeAsync(4000);
  behind.note('a', 2);
  behind.note('b', 3);
  await vi.advanceTimersByTimeAsync(999);
  expect(batches).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(batches).toEqual([
    [
      ['a', 2],
      ['b', 3],
    ],
  ]);
});

test('without notes nothing is written and no timer runs', async () => {
  const { behind, batches } = writing();
  expect(vi.getTimerCount()).toBe(0);
  behind.note('a', 1);
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(vi.getTimerCount()).toBe(0);
  await behind.flush();
  expect(batches).toHaveLength(1);
});

test('a value is known as pending until it is written', async () => {
  const { behind, hold } = writing();
  behind.note('a', 1);
  expect(behind.pending('a')).toBe(1);
  const release = hold();
  const flushed = behind.flush();
  await vi.advanceTimersByTimeAsync(0);
  expect(behind.pending('a')).toBe(1);
  behind.note('a', 2);
  expect(behind.pending('a')).toBe(2);
  release();
  await flushed;
  expect(behind.pending('a')).toBe(2);
  await behind.flush();
  expect(behind.pending('a')).toBeUndefined();
});

test('a failing write says so, keeps what it had, and is tried again; what came meanwhile wins', async () => {
  const { behind, batches, errors, hold } = writing();
  behind.note('a', 1);
  behind.note('b', 1);
  const fail = hold();
  await vi.advanceTimersByTimeAsync(5000);
  behind.note('a', 2);
  fail(new Error('the disk is full'));
  await vi.advanceTimersByTimeAsync(0);
  expect(errors).toEqual(['numbers could not be written yet']);
  expect([behind.pending('a'), behind.pending('b')]).toEqual([2, 1]);
  await vi.advanceTimersByTimeAsync(5000);
  expect(batches.map((batch) => Object.fromEntries(batch))).toEqual([{ a: 2, b: 1 }]);
});

test('closing writes what is gathered, after a write that is under way, and leaves no timer', async () => {
  const { behind, batches, hold } = writing();
  behind.note('a', 1);
  const release = hold();
  const flushed = behind.flush();
  await vi.advanceTimersByTimeAsync(0);
  behind.note('b', 2);
  const closed = behind.close();
  release();
  await Promise.all([flushed, closed]);
  expect(batches).toEqual([[['a', 1]], [['b', 2]]]);
  expect(vi.getTimerCount()).toBe(0);
});

test('values that add up do so while they wait, and across a write that failed, each counted once', async () => {
  const { behind, batches, hold } = writing((earlier, later) => earlier + later);
  behind.note('a', 1);
  behind.note('a', 2);
  const fail = hold();
  const flushed = behind.flush();
  await vi.advanceTimersByTimeAsync(0);
  behind.note('a', 4);
  behind.note('b', 8);
  fail(new Error('the disk is full'));
  await flushed;
  behind.note('a', 16);
  await behind.flush();
  expect(batches).toEqual([
    [
      ['a', 23],
      ['b', 8],
    ],
  ]);
  behind.note('a', 32);
  await behind.flush();
  expect(batches[1]).toEqual([['a', 32]]);
});
