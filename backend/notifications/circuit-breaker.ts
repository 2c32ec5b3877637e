import { circuitBreaker, CircuitState, handleAll, type CircuitBreakerPolicy, type IBreaker } from 'cockatiel';

export interface CircuitBreakerOptions {
  /** How long the destination has to be unreachable, in milliseconds. */
  readonly openAfterMs: number;
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
  /** Whether it was open when the process before this one ended. */
  readonly initiallyOpen: boolean;
}

/**
 * A circuit breaker that opens when no call succeeded for a while, beginning with a failure. While it is open the
 * next call is the probe that closes it again. When to probe is the caller's decision: cockatiel's own wait goes by the
 * wall clock, which may step, so it is none.
 */
export function createCircuitBreaker({ openAfterMs, now, initiallyOpen }: CircuitBreakerOptions): CircuitBreakerPolicy {
  const open = { ownState: { value: CircuitState.Open, openedAt: 0, attemptNo: 1 }, breakerState: null };
  return circuitBreaker(handleAll, {
    halfOpenAfter: -Infinity,
    breaker: unreachableFor(openAfterMs, now),
    ...(initiallyOpen && { initialState: open }),
  });
}

function unreachableFor(openAfterMs: number, now: () => number): IBreaker {
  let since: number | undefined;
  return {
    state: null,
    success() {
      since = undefined;
    },
    failure() {
      since ??= now();
      return now() - since >= openAfterMs;
    },
  };
}
