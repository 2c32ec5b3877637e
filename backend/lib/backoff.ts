/** The wait before the n-th attempt (from 1) after a failure, in milliseconds. */
export type Backoff = (attempt: number) => number;

export interface BackoffOptions {
  readonly firstMs: number;
  /** No wait is longer. */
  readonly longestMs: number;
  /** The share of each wait, from 0 to 1, that chance may take off, so that many do not come at once. Half unless given. */
  readonly jitter?: number;
}

/** Exponential: each wait is twice as long as the one before, up to the longest. */
export function createBackoff({ firstMs, longestMs, jitter = 0.5 }: BackoffOptions): Backoff {
  return (attempt) => {
    const whole = Math.min(firstMs * 2 ** (attempt - 1), longestMs);
    return whole * (1 - jitter * Math.random());
  };
}
