/** Time as an argument, so that tests can move it. */
export interface Clock {
  /** Wall clock in milliseconds since the Unix epoch. It may step. */
  now(): number;
  /** Monotonic clock in milliseconds from an arbitrary start. It never steps. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/** Before this software: only a clock that was not set yet says so. In milliseconds since the Unix epoch. */
export const EARLIEST_TIME = Date.UTC(2025, 0, 1);

/** Whether something can have happened at a time, as far as the clock now is right. */
export function isPossible(at: number, now: number): boolean {
  return at >= EARLIEST_TIME && at <= now;
}

/** ISO 8601 in UTC, as every time in the API. */
export function iso(epochMs: number): string;
export function iso(epochMs: number | null): string | null;
export function iso(epochMs: number | null): string | null {
  return epochMs === null ? null : new Date(epochMs).toISOString();
}
