import type { Clock } from './clock.ts';

/** Less than this, in milliseconds, is no step: a clock that is kept right runs a little faster or slower. */
const STEP_MS = 1000;

/** Follows the steps of a wall clock one by one, so that what ends after a while keeps its length: it is moved along first. */
export interface ClockSteps {
  /** The wall clock without the step that was not followed yet, in whole milliseconds since the Unix epoch. */
  now(): number;
  /** By how much the clock was set, in milliseconds; 0: it was not. */
  pending(): number;
  /** What is stored has been moved by this much: from here on `now` is, too. */
  follow(by: number): void;
}

export function createClockSteps(clock: Clock): ClockSteps {
  let offset = clock.now() - clock.monotonic();
  return {
    now: () => Math.round(offset + clock.monotonic()),
    pending() {
      const by = Math.round(clock.now() - clock.monotonic() - offset);
      if (Math.abs(by) >= STEP_MS) return by;
      offset += by;
      return 0;
    },
    follow(by) {
      offset += by;
    },
  };
}
