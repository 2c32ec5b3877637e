/** Long work on the thread that answers requests, in slices with gaps for everybody else. */
import { setImmediate as nextRound, setTimeout as delay } from 'node:timers/promises';

/** How long one slice may hold the event loop, in milliseconds. */
const SLICE_MS = 2;
const REST_FACTOR = 2;
const SHORTEST_REST_MS = 1;
const LONGEST_REST_MS = 100;

// One for all, so that several at a time hold the event loop no longer than one: each round is somebody's only.
let queue = Promise.resolve();

/** Resolves in another round of the event loop, after whatever waits for this one. */
export function yieldToEventLoop(): Promise<void> {
  return (queue = queue.then(() => nextRound()));
}

export interface TimeSlices {
  /** Whether the slice has had its time. */
  isOver(): boolean;
  /** Yields, and begins the next slice. */
  next(): Promise<void>;
}

export interface TimeSlicesOptions {
  /** For work in bulk that nobody waits for: after each slice it rests twice as long as that took, 1 to 100 ms. */
  readonly isBackground?: boolean;
}

/** Begins the first slice. */
export function startTimeSlices({ isBackground = false }: TimeSlicesOptions = {}): TimeSlices {
  let startedAt = performance.now();

  async function rest(): Promise<void> {
    const ms = (performance.now() - startedAt) * REST_FACTOR;
    await delay(Math.min(Math.max(ms, SHORTEST_REST_MS), LONGEST_REST_MS), undefined, { ref: false });
  }

  return {
    isOver: () => performance.now() - startedAt > SLICE_MS,
    async next() {
      await (isBackground ? rest() : yieldToEventLoop());
      startedAt = performance.now();
    },
  };
}
