import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { shareWork } from '../../backend/lib/share-work.ts';

test('all who ask for the same in one turn of the event loop share what begins at its end', async () => {
  const state = { value: 0, asked: 0 };
  const read = shareWork(setImmediate, (name: string) => {
    state.asked += 1;
    return Promise.resolve(`${name} ${state.value}`);
  });
  const first = read('a');
  state.value = 1;
  await Promise.resolve();
  const others = [read('b'), read('a')];
  state.value = 2;
  expect(await Promise.all([first, ...others])).toEqual(['a 2', 'b 2', 'a 2']);
  expect(state.asked).toBe(2);
});

test('who asks while the work is under way gets work of their own', async () => {
  const answers: ((value: string) => void)[] = [];
  const read = shareWork(setImmediate, (_key: number) => new Promise<string>((resolve) => answers.push(resolve)));
  const first = read(0);
  await nextTurn();
  const second = read(0);
  await nextTurn();
  answers[1]?.('second');
  answers[0]?.('first');
  expect(await Promise.all([first, second])).toEqual(['first', 'second']);
});

test('work that fails, fails for all who shared it, and not for the next', async () => {
  let fails = true;
  const read = shareWork(setImmediate, (_key: number) =>
    fails ? Promise.reject(new Error('no')) : Promise.resolve('yes'),
  );
  const together = await Promise.allSettled([read(0), read(0)]);
  expect(together.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  fails = false;
  expect(await read(0)).toBe('yes');
});
