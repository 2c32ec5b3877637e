/**
 * Failures that an address may have at once. A person who mistypes, or a batch of jobs that start together with the same
 * stale token, stays below; whoever tries tokens does not.
 */
export const BURST = 20;
/**
 * Failures that it may have in the long run. Prometheus with a wrong token fails four times a minute at 15 s, and two of
 * them behind one address eight times: they go on to be told 401, which says what is wrong.
 */
export const PER_MINUTE = 10;
/** Addresses that are kept apart, about 2 MB of them. */
export const MAX_NETWORKS = 10_000;

const REFILL_MS = 60_000 / PER_MINUTE;
/** An address that was quiet for so long has everything back, so nothing is lost where it is forgotten. */
const FULL_AFTER_MS = BURST * REFILL_MS;
/** What an address counts as that finds no place. */
const OTHERS = 'others';

interface Bucket {
  /** Failures that it may still have. */
  left: number;
  at: number;
}

/** Counts failures by source network, on a monotonic clock, in bounded memory. */
export interface Throttle {
  /** Counts a failure. @returns in how many seconds the next may come, where this one was too many. */
  failed(network: string): number | undefined;
  readonly size: number;
}

/**
 * A token bucket for each network. None is forgotten before it is full again: whoever has many addresses at hand cannot
 * push one of them out. Where there is no place the newcomers share a bucket, so that in such a flood they are told to
 * wait sooner; a valid credential does not come here.
 */
export function createThrottle(monotonic: () => number): Throttle {
  /** In the order of their last failure. */
  const buckets = new Map<string, Bucket>();

  function forgetFull(now: number): void {
    for (const [network, { at }] of buckets) {
      if (now - at < FULL_AFTER_MS) return;
      buckets.delete(network);
    }
  }

  return {
    failed(network) {
      const now = monotonic();
      forgetFull(now);
      const key = buckets.has(network) || buckets.size < MAX_NETWORKS ? network : OTHERS;
      const { left, at } = buckets.get(key) ?? { left: BURST, at: now };
      const refilled = Math.min(BURST, left + (now - at) / REFILL_MS);
      const isTooMany = refilled < 1;
      buckets.delete(key);
      buckets.set(key, { left: isTooMany ? refilled : refilled - 1, at: now });
      return isTooMany ? Math.ceil(((1 - refilled) * REFILL_MS) / 1000) : undefined;
    },
    get size() {
      return buckets.size;
    },
  };
}
