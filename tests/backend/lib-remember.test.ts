import { expect, test } from 'vitest';
import { remember } from '../../backend/lib/remember.ts';

function counting() {
  const asked: string[] = [];
  const length = remember((text) => {
    asked.push(text);
    return text.length;
  });
  return { length, asked };
}

test('the same text is worked out once', () => {
  const { length, asked } = counting();
  expect(['one', 'three', 'one', 'three'].map(length)).toEqual([3, 5, 3, 5]);
  expect(asked).toEqual(['one', 'three']);
});

test('a long text is never kept, a short one of up to 1,000 characters is', () => {
  const { length, asked } = counting();
  for (const text of ['x'.repeat(1000), 'y'.repeat(1001)])
    expect([length(text), length(text)]).toEqual([text.length, text.length]);
  expect(asked.map((text) => text.length)).toEqual([1000, 1001, 1001]);
});

test('more than a hundred texts are not kept: the ones that still come are remembered again', () => {
  const { length, asked } = counting();
  length('often');
  for (let i = 0; i < 100; i++) length(`other ${i}`);
  asked.length = 0;
  expect([length('often'), length('often')]).toEqual([5, 5]);
  expect(asked).toEqual(['often']);
});
