/** Long work in the gaps between requests. */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long one piece of work may hold the event loop, in ms. */
const HOLD_MS = 2;

export interface Turns {
  /** Whether it is time to let others go on. */
  isOver(): boolean;
  /** Resolves in another round of the event loop. */
  next(): Promise<void>;
}

// One for all, so that several at a time hold the event loop no longer than one: each round is somebody's only.
let queue = Promise.resolve();

export function startTurns(): Turns {
  let until = 0;
  return {
    isOver: () => performance.now() > until,
    async next() {
      await (queue = queue.then(() => nextTurn()));
      until = performance.now() + HOLD_MS;
    },
  };
}
