import { expect, test, vi } from 'vitest';
import { createTokenKeeper, KEEPER_TICK_MS } from '../../backend/tokens/maintenance.ts';
import { fakeClock } from '../support/clock.ts';

/** A keeper whose rounds are looked at from outside. */
function keeperOf(serves: boolean, round: (servedMs: number) => Promise<void> = () => Promise.resolve()) {
  const clock = fakeClock();
  const lookAfter = vi.fn(round);
  const logged = vi.fn();
  const logger = { info: logged, warn: logged, error: logged };
  return { clock, lookAfter, logged, keeper: createTokenKeeper({ tokens: { lookAfter }, serves, clock, logger }) };
}

test('a round is told how long scrapes were answered: not while it stood still, nor with the endpoint off', async () => {
  const on = keeperOf(true);
  const off = keeperOf(false);
  for (const ms of [KEEPER_TICK_MS, 3 * KEEPER_TICK_MS, 3600_000]) {
    for (const { clock, keeper } of [on, off]) {
      clock.advance(ms);
      clock.step(24 * 3600_000);
      await keeper.tick();
    }
  }
  expect(on.lookAfter.mock.calls).toEqual([[5000], [15_000], [15_000]]);
  expect(off.lookAfter.mock.calls).toEqual([[0], [0], [0]]);
});

test('that rounds fail is logged once, and their end; the time is is forgotten, and the next one comes', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    let fails = 2;
    const { clock, lookAfter, logged, keeper } = keeperOf(true, () =>
      fails-- > 0 ? Promise.reject(new Error('the disk is full')) : Promise.resolve(),
    );
    keeper.start();
    for (let i = 0; i < 3; i++) {
      clock.advance(KEEPER_TICK_MS);
      await vi.advanceTimersByTimeAsync(KEEPER_TICK_MS);
    }
    expect(lookAfter.mock.calls).toEqual([[5000], [5000], [5000]]);
    expect(logged.mock.calls.map(([, message]) => String(message))).toEqual([
      'scrape tokens could not be looked after',
      'scrape tokens are looked after again',
    ]);
    await keeper.close();
    await vi.advanceTimersByTimeAsync(10 * KEEPER_TICK_MS);
    expect(lookAfter).toHaveBeenCalledTimes(3);
  } finally {
    vi.useRealTimers();
  }
});

test('closing waits for the round that is under way, and none comes after it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    let end: () => void = () => undefined;
    const under = new Promise<void>((resolve) => (end = resolve));
    const { lookAfter, keeper } = keeperOf(true, () => under);
    keeper.start();
    await vi.advanceTimersByTimeAsync(KEEPER_TICK_MS);
    let closed = false;
    const closing = keeper.close().then(() => (closed = true));
    await vi.advanceTimersByTimeAsync(KEEPER_TICK_MS);
    expect(closed).toBe(false);
    end();
    await closing;
    await vi.advanceTimersByTimeAsync(10 * KEEPER_TICK_MS);
    expect(lookAfter).toHaveBeenCalledTimes(1);
  } finally {
    vi.useRealTimers();
  }
});
