import type { ApiFailure } from '../api/failure.ts';
import { useAnswer, type Ask } from './useRequest.ts';
import { useWhileVisible } from './useWhileVisible.ts';

interface Polled<T> {
  /** The last answer; an outage leaves it, a refusal takes it away. */
  readonly answer: T | undefined;
  readonly failure: ApiFailure | undefined;
  /** Asks again at once. */
  readonly ask: () => void;
}

/**
 * Asks at once and then again at this interval while the page is visible. The question has to stay the same function from
 * render to render; a new one is asked at once, and what was answered to the old one is forgotten.
 */
export function usePolled<T>(question: Ask<T>, everyMs: number): Polled<T> {
  const { value: answer, failure, refresh: ask, poll } = useAnswer(question);
  useWhileVisible(poll, everyMs);
  return { answer, failure, ask };
}
