import { useCallback, useEffect, useRef, useState } from 'react';
import { toFailure, type ApiFailure } from '../api/failure.ts';

/** Another function is another question: memoise it. */
export type Ask<T> = (signal: AbortSignal) => Promise<T>;

export interface Seen<T> {
  readonly of: Ask<T>;
  readonly value: T;
  /** When it was answered, in ms. */
  readonly at: number;
}

interface Outcome<T> {
  readonly of: Ask<T>;
  readonly seen: Seen<T> | undefined;
  readonly failure?: ApiFailure;
}

export interface Asking<T> {
  /** The last answer, perhaps to a question before this one. An outage leaves it, a refusal takes it away. */
  readonly seen: Seen<T> | undefined;
  /** Of this very question. Where `seen` stays, it tells since when nothing newer is known. */
  readonly failure: ApiFailure | undefined;
  /** Whether this question has neither been answered nor failed yet. */
  readonly isOpen: boolean;
  /** Asks again at once, whatever is under way: for a person who wants to know now. */
  readonly refresh: () => void;
  /** Asks again, unless that is under way already: for a clock. */
  readonly poll: () => void;
  /** Shows what is known already, and asks again: an older answer that may be on its way is dropped. */
  readonly put: (change: (last: Seen<T> | undefined) => Seen<T> | undefined) => void;
}

/** Asks the server a question, at once and whenever told to; only a new question, a person or the page's end aborts it. */
export function useAsking<T>(ask: Ask<T>): Asking<T> {
  const [outcome, setOutcome] = useState<Outcome<T>>();
  const [turn, setTurn] = useState(0);
  const underWay = useRef<AbortController>(undefined);

  useEffect(() => {
    const stop = new AbortController();
    underWay.current = stop;
    const settle = (next: (last: Outcome<T> | undefined) => Outcome<T>) => {
      if (stop.signal.aborted) return;
      underWay.current = undefined;
      setOutcome(next);
    };
    ask(stop.signal).then(
      (value) => settle(() => ({ of: ask, seen: { of: ask, value, at: Date.now() } })),
      (error: unknown) => settle((last) => failed(ask, last?.seen, toFailure(error))),
    );
    return () => stop.abort();
  }, [ask, turn]);

  const refresh = useCallback(() => setTurn((count) => count + 1), []);
  const poll = useCallback(() => {
    if (!underWay.current || underWay.current.signal.aborted) refresh();
  }, [refresh]);
  const put = useCallback(
    (change: (last: Seen<T> | undefined) => Seen<T> | undefined) => {
      setOutcome((last) => {
        const seen = change(last?.seen);
        return seen && { of: seen.of, seen };
      });
      refresh();
    },
    [refresh],
  );
  const isOpen = outcome?.of !== ask;
  return { seen: outcome?.seen, failure: isOpen ? undefined : outcome.failure, isOpen, refresh, poll, put };
}

function failed<T>(of: Ask<T>, seen: Seen<T> | undefined, failure: ApiFailure): Outcome<T> {
  return failure.isOutage && seen
    ? { of, seen, failure: failure.under({ asOf: seen.at }) }
    : { of, seen: undefined, failure };
}
