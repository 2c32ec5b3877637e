import { useCallback, useEffect, useState } from 'react';
import { toFailure, type ApiFailure } from '../api/failure.ts';

/** Another function is another question: memoise it. */
export type Ask<T> = (signal: AbortSignal) => Promise<T>;

interface Answer<T> {
  readonly of: Ask<T>;
  readonly value?: T;
  readonly failure?: ApiFailure;
}

export interface Answered<T> {
  /** Of this very question; in an outage the last one that was seen. */
  readonly value: T | undefined;
  readonly failure: ApiFailure | undefined;
  readonly isLoading: boolean;
  readonly refresh: () => void;
  /** Shows what is known already, and drops an older answer that may be on its way. */
  readonly put: (value: T) => void;
}

/** One answer of the server. */
export function useAnswer<T>(ask: Ask<T>): Answered<T> {
  const [answer, setAnswer] = useState<Answer<T>>();
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    ask(stop.signal).then(
      (value) => !stop.signal.aborted && setAnswer({ of: ask, value }),
      (error: unknown) => {
        if (stop.signal.aborted) return;
        const failure = toFailure(error);
        setAnswer((last) => ({
          of: ask,
          failure,
          value: failure.isOutage && last?.of === ask ? last.value : undefined,
        }));
      },
    );
    return () => stop.abort();
  }, [ask, turn]);

  const refresh = useCallback(() => setTurn((count) => count + 1), []);
  const put = useCallback(
    (value: T) => {
      setAnswer({ of: ask, value });
      refresh();
    },
    [ask, refresh],
  );
  const isCurrent = answer?.of === ask;
  return {
    value: isCurrent ? answer.value : undefined,
    failure: isCurrent ? answer.failure : undefined,
    isLoading: !isCurrent,
    refresh,
    put,
  };
}
