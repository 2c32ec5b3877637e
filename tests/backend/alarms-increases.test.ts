import { describe, expect, test } from 'vitest';
import { createIncreases } from '../../backend/alarms/increases.ts';

const START = 5_000;
const WINDOW = 120_000;

/** Counters that were zero at START, and a clock that is set by hand. */
function watched() {
  let now = START;
  const increases = createIncreases(() => now, START);
  return {
    /** What a counter rose by, so long after the start. */
    at(ms: number, value: number, key = 'a') {
      now = START + ms;
      return increases.observe(key, value, WINDOW);
    },
    forgetUnobserved: () => increases.forgetUnobserved(),
  };
}

describe('over a window', () => {
  test('a counter rose from zero at the start, and the window is whole in the millisecond in which it has passed', () => {
    const { at } = watched();
    expect(at(0, 2)).toEqual({ by: 2, complete: false });
    expect(at(WINDOW - 1, 3)).toEqual({ by: 3, complete: false });
    expect(at(WINDOW, 4)).toMatchObject({ complete: true });
  });

  test('what rose before it no longer counts, what rose with its first millisecond still does', () => {
    const { at } = watched();
    at(0, 0);
    at(10_000, 5);
    expect(at(10_000 + WINDOW - 1, 7)).toEqual({ by: 7, complete: true });
    expect(at(10_000 + WINDOW, 7)).toEqual({ by: 2, complete: true });
  });

  test('it is known to the 120th part of itself: samples closer than that are not kept', () => {
    const { at } = watched();
    at(0, 0);
    at(999, 1);
    at(1_000, 2);
    at(1_500, 3);
    expect(at(999 + WINDOW, 10)).toMatchObject({ by: 10 });
    expect(at(1_000 + WINDOW, 10)).toMatchObject({ by: 8 });
    expect(at(1_500 + WINDOW, 10)).toMatchObject({ by: 8 });
  });
});

describe('a series that appears after the first round', () => {
  test('starts from what it is, because nobody knows what it was', () => {
    const it = watched();
    it.at(0, 1);
    it.forgetUnobserved();
    expect(it.at(1_000, 40, 'late')).toEqual({ by: 0, complete: false });
    expect(it.at(2_000, 43, 'late')).toEqual({ by: 3, complete: false });
    expect(it.at(1_000 + WINDOW, 43, 'late')).toMatchObject({ complete: true });
  });
});

test('what was not observed in a round is forgotten, the rest goes on', () => {
  const it = watched();
  it.at(0, 1);
  it.at(0, 1, 'b');
  it.forgetUnobserved();
  it.at(1_000, 2);
  it.forgetUnobserved();
  expect(it.at(2_000, 9)).toMatchObject({ by: 9 });
  expect(it.at(2_000, 9, 'b')).toEqual({ by: 0, complete: false });
});

test('two that watch the same do not share their windows', () => {
  const { at } = watched();
  at(0, 5);
  expect(at(0, 1, 'b')).toEqual({ by: 1, complete: false });
});
