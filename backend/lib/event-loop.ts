import { setTimeout as delay } from 'node:timers/promises';

/** A rest is so many times as long as the piece of work before it, so that requests get the rest of the thread's time. */
const REST_FACTOR = 2;
const SHORTEST_MS = 1;
const LONGEST_MS = 100;

/** Rests between two pieces of work in bulk on the thread that answers requests. */
export type Rest = () => Promise<void>;

/** Begins the first piece of work. */
export function startPacing(): Rest {
  let startedAt = performance.now();
  return async () => {
    const took = performance.now() - startedAt;
    await delay(Math.min(Math.max(took * REST_FACTOR, SHORTEST_MS), LONGEST_MS), undefined, { ref: false });
    startedAt = performance.now();
  };
}
