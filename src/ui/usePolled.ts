import { useCallback, useEffect, useState } from 'react';
import { toFailure, type ApiFailure } from '../api/failure.ts';

interface Polled<T> {
  /** The last answer; an outage leaves it, a refusal takes it away. */
  readonly answer: T | undefined;
  readonly failure: ApiFailure | undefined;
  readonly ask: () => void;
}

type Question<T> = (signal: AbortSignal) => Promise<T>;

/**
 * Asks at once and then again at this interval while the page is visible. The question has to stay the same function from
 * render to render; a new one is asked at once, and what was answered to the old one is forgotten.
 */
export function usePolled<T>(question: Question<T>, everyMs: number): Polled<T> {
  const [last, setLast] = useState<{ to: Question<T>; answer?: T; failure?: ApiFailure }>();
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    question(stop.signal).then(
      (answer) => !stop.signal.aborted && setLast({ to: question, answer }),
      (error: unknown) => {
        if (stop.signal.aborted) return;
        const failure = toFailure(error);
        setLast((before) => ({
          to: question,
          failure,
          ...(before?.to === question && failure.isOutage && { answer: before.answer }),
        }));
      },
    );
    return () => stop.abort();
  }, [question, turn]);

  const ask = useCallback(() => setTurn((count) => count + 1), []);
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && ask(), everyMs);
    return () => clearInterval(timer);
  }, [ask, everyMs]);

  const isCurrent = last?.to === question;
  return { answer: isCurrent ? last.answer : undefined, failure: isCurrent ? last.failure : undefined, ask };
}
