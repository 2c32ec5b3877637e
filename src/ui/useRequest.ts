import { useCallback } from 'react';
import type { ApiFailure } from '../api/failure.ts';
import { useAsking, type Ask } from './useAsking.ts';

export type { Ask };

export interface Answered<T> {
  /** Of this very question; in an outage the last one that was seen. */
  readonly value: T | undefined;
  readonly failure: ApiFailure | undefined;
  readonly isLoading: boolean;
  /** Asks again at once. */
  readonly refresh: () => void;
  /** Asks again unless that is under way already. */
  readonly poll: () => void;
  /** Shows what is known already, and drops an older answer that may be on its way. */
  readonly put: (value: T) => void;
}

/** One answer of the server. */
export function useAnswer<T>(ask: Ask<T>): Answered<T> {
  const { seen, failure, isOpen, refresh, poll, put } = useAsking(ask);
  const value = seen?.of === ask ? seen.value : undefined;
  return {
    value,
    failure: value === undefined ? failure?.under({ asOf: undefined }) : failure,
    isLoading: isOpen,
    refresh,
    poll,
    put: useCallback((value: T) => put(() => ({ of: ask, value, at: Date.now() })), [ask, put]),
  };
}
