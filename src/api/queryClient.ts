/** The cache of what the backend has answered, one for the whole session, and how it treats failures. */
import { focusManager, onlineManager, QueryClient, type QueryKey } from '@tanstack/react-query';
import { toFailure, type ApiFailure } from './failure.ts';

/** Something that is read from the backend. Changes are plain calls: their answers, and the secrets in some, are never cached. */
export interface ApiQuery<T> {
  readonly queryKey: QueryKey;
  readonly ask: (signal: AbortSignal) => Promise<T>;
  readonly enabled?: boolean;
  /** How long an answer that nobody looks at is kept, in ms. */
  readonly gcTime?: number;
}

/** What is cached of a query: the last answer and, where it could not be had again, why. */
export interface Outcome<T> {
  readonly value: T | undefined;
  /** When the value was answered, in ms. */
  readonly at: number;
  readonly failure?: ApiFailure;
}

/** Nothing is tried again by itself but what a page polls, and the browser's word on being offline counts for nothing. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: false, networkMode: 'always', refetchOnReconnect: false, refetchOnWindowFocus: false },
  },
});

focusManager.setEventListener((onChange) => {
  const listener = () => onChange();
  document.addEventListener('visibilitychange', listener);
  return () => document.removeEventListener('visibilitychange', listener);
});
onlineManager.setEventListener(() => () => {});

/** The query as the cache's library takes it. */
export function toQueryOptions<T>({ queryKey, ask, ...rest }: ApiQuery<T>) {
  return {
    ...rest,
    queryKey,
    queryFn: async ({ signal, client }: { signal: AbortSignal; client: QueryClient }): Promise<Outcome<T>> => {
      try {
        return { value: await ask(signal), at: Date.now() };
      } catch (error) {
        if (signal.aborted) throw error;
        return afterFailure(client.getQueryData<Outcome<T>>(queryKey), toFailure(error));
      }
    },
  };
}

/** An outage leaves the last answer, with the time of it; a refusal takes it away. */
function afterFailure<T>(last: Outcome<T> | undefined, failure: ApiFailure): Outcome<T> {
  return failure.isOutage && last?.value !== undefined
    ? { ...last, failure: failure.under({ asOf: last.at }) }
    : { value: undefined, at: 0, failure };
}
