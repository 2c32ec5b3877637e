import { useSyncExternalStore } from 'react';

const STEP_MS = 15_000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => listeners.forEach((each) => each()), STEP_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

const steps = () => Math.floor(Date.now() / STEP_MS);

/**
 * Renders again every quarter of a minute, so that relative times stay true. One timer serves the whole page.
 * @returns the time of that step, in milliseconds: at most a step behind the clock
 */
export function useNow(): number {
  return useSyncExternalStore(subscribe, steps) * STEP_MS;
}
