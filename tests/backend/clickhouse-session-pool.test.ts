import { expect, test } from 'vitest';
import { createSessionPool, SessionPoolFull } from '../../backend/clickhouse/embedded/session-pool.ts';

const never = new AbortController().signal;

/** Work that ends when `finish` is called. */
function work() {
  let finish: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (finish = resolve));
  return { finish, run: (session: string) => done.then(() => session) };
}

test('a session runs one thing at a time, and those who wait are served in order', async () => {
  const pool = createSessionPool(['only'], 10);
  const order: string[] = [];
  const first = work();
  const running = pool.run(never, first.run);
  const others = ['a', 'b', 'c'].map((name) => pool.run(never, () => Promise.resolve(order.push(name))));
  expect(order).toEqual([]);
  first.finish();
  expect(await running).toBe('only');
  await Promise.all(others);
  expect(order).toEqual(['a', 'b', 'c']);
});

test('a session that was handed on is not free as well', async () => {
  const pool = createSessionPool(['only'], 10);
  const [first, second] = [work(), work()];
  const running = [pool.run(never, first.run), pool.run(never, second.run)];
  first.finish();
  await running[0];
  let began = false;
  running.push(pool.run(never, () => Promise.resolve(((began = true), 'only'))));
  await new Promise((resolve) => setImmediate(resolve));
  expect(began).toBe(false);
  second.finish();
  await Promise.all(running);
  expect(began).toBe(true);
});

test('sessions run side by side', async () => {
  const pool = createSessionPool(['one', 'two'], 10);
  const [a, b] = [work(), work()];
  const both = Promise.all([pool.run(never, a.run), pool.run(never, b.run)]);
  a.finish();
  b.finish();
  expect(new Set(await both)).toEqual(new Set(['one', 'two']));
});

test('beyond the queue it is full', async () => {
  const pool = createSessionPool(['only'], 1);
  const first = work();
  const running = [pool.run(never, first.run), pool.run(never, first.run)];
  await expect(pool.run(never, first.run)).rejects.toBeInstanceOf(SessionPoolFull);
  first.finish();
  await Promise.all(running);
});

test('who gives up while waiting never runs and leaves the place to others', async () => {
  const pool = createSessionPool(['only'], 1);
  const first = work();
  const running = pool.run(never, first.run);
  const leaving = new AbortController();
  let ran = false;
  const left = pool.run(leaving.signal, () => Promise.resolve((ran = true)));
  leaving.abort(new Error('left'));
  await expect(left).rejects.toThrow('left');
  const next = pool.run(never, () => Promise.resolve('next'));
  first.finish();
  await running;
  expect(await next).toBe('next');
  expect(ran).toBe(false);
});

test('a session is free again after a failure', async () => {
  const pool = createSessionPool(['only'], 1);
  await expect(pool.run(never, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(await pool.run(never, (session) => Promise.resolve(session))).toBe('only');
});
