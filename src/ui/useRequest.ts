import { useCallback, useSyncExternalStore } from 'react';
import { hashKey, useQuery, useQueryClient, type Query } from '@tanstack/react-query';
import { credentialRefusal, subscribeToRefusal } from '../api/credentialRefusal.ts';
import type { ApiFailure } from '../api/failure.ts';
import { toQueryOptions, type ApiQuery, type Outcome } from '../api/queryClient.ts';

export interface Requested<T> {
  /** The last answer; an outage leaves it, a refusal takes it away. */
  readonly value: T | undefined;
  /** When that was answered, in ms. */
  readonly at: number | undefined;
  /** Where `value` stays, it tells since when nothing newer is known. */
  readonly failure: ApiFailure | undefined;
  /** Whether there is neither an answer nor a failure yet. */
  readonly isLoading: boolean;
  /** Asks again at once, whatever is under way: for a person who wants to know now. */
  readonly refresh: () => void;
  /** Shows what is known already, and asks again: an older answer that may be on its way is dropped. */
  readonly update: (change: (last: T | undefined) => T | undefined) => void;
}

/** In ms; false: not by itself. It can depend on the last answer. */
export type Interval<T> = number | false | ((last: T | undefined) => number | false);

/** One answer of the server, asked for when the component appears. */
export function useRequest<T>(query: ApiQuery<T>): Requested<T> {
  return usePolling(query, false);
}

/**
 * The same, asked for again and again while the page can be seen, and at once when it comes into sight again. It rests while
 * the backend refuses Grafana's credential: until a person tries again, or the settings are changed.
 */
export function usePolling<T>(query: ApiQuery<T>, every: Interval<T>): Requested<T> {
  const client = useQueryClient();
  const isResting = useSyncExternalStore(subscribeToRefusal, isCredentialRefused);
  const interval = ({ state: { data } }: Query<Outcome<T>>) => {
    if (isResting) return false;
    return typeof every === 'function' ? every(data?.value) : every;
  };
  const { data, isFetchedAfterMount, refetch } = useQuery({
    ...toQueryOptions(query),
    refetchInterval: interval,
    refetchOnWindowFocus: (cached: Query<Outcome<T>>) => interval(cached) !== false,
  });

  const hash = hashKey(query.queryKey);
  const refresh = useCallback(() => {
    void client.getQueryCache().get(hash)?.cancel({ silent: true });
    void refetch();
  }, [client, hash, refetch]);
  const update = useCallback(
    (change: (last: T | undefined) => T | undefined) => {
      const cached = client.getQueryCache().get<Outcome<T>>(hash);
      const value = change(cached?.state.data?.value);
      void cached?.cancel({ silent: true });
      if (value !== undefined) cached?.setData({ value, at: Date.now() }, { manual: true });
      void refetch();
    },
    [client, hash, refetch],
  );

  const value = data?.value;
  // How it went for somebody else before says nothing of now.
  const failure = isFetchedAfterMount ? data?.failure : undefined;
  return {
    value,
    at: value === undefined ? undefined : data?.at,
    failure,
    isLoading: value === undefined && failure === undefined,
    refresh,
    update,
  };
}

const isCredentialRefused = () => credentialRefusal() !== undefined;
