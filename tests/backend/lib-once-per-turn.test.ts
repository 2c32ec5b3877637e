import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { oncePerTurn } from '../../backend/lib/once-per-turn.ts';

test('all who ask in one turn share what begins at its end', async () => {
  const state = { value: 0, asked: 0 };
  const read = oncePerTurn(() => {
    state.asked += 1;
    return Promise.resolve(state.value);
  });
  const first = read();
  state.value = 1;
  await Promise.resolve();
  const second = read();
  state.value = 2;
  expect(await Promise.all([first, second])).toEqual([2, 2]);
  expect(state.asked).toBe(1);
});

test('who asks while the work is under way gets work of their own', async () => {
  const answers: ((value: string) => void)[] = [];
  const read = oncePerTurn(() => new Promise<string>((resolve) => answers.push(resolve)));
  const first = read();
  await nextTurn();
  const second = read();
  await nextTurn();
  answers[1]?.('second');
  answers[0]?.('first');
  expect(await Promise.all([first, second])).toEqual(['first', 'second']);
});

test('work that fails, fails for all who shared it, and not for the next', async () => {
  let fails = true;
  const read = oncePerTurn(() => (fails ? Promise.reject(new Error('no')) : Promise.resolve('yes')));
  const together = await Promise.allSettled([read(), read()]);
  expect(together.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  fails = false;
  expect(await read()).toBe('yes');
});
