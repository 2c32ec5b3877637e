import type { Clock } from '../../backend/lib/clock.ts';

/** A clock that stands still until it is told to move. */
export interface FakeClock extends Clock {
  /** Moves both clocks on. */
  advance(ms: number): void;
  /** Steps the wall clock alone, as NTP or a person would. */
  step(ms: number): void;
}

export function fakeClock(start = Date.parse('2027-01-01T00:00:00Z')): FakeClock {
  let now = start;
  let monotonic = 0;
  return {
    now: () => now,
    monotonic: () => monotonic,
    advance(ms) {
      now += ms;
      monotonic += ms;
    },
    step(ms) {
      now += ms;
    },
  };
}
