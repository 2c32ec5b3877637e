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

/** ISO 8601 in UTC, as every time in the API. */
export function iso(epochMs: number): string;
export function iso(epochMs: number | null): string | null;
export function iso(epochMs: number | null): string | null {
  return epochMs === null ? null : new Date(epochMs).toISOString();
}
