import { useCallback, useState } from 'react';
import { hashKey } from '@tanstack/react-query';
import type { ApiFailure } from '../api/failure.ts';
import type { ApiListing } from '../api/queries.ts';
import { usePolling, type Interval } from './useRequest.ts';

/** One page of a listing, as the API answers. */
export interface Paged {
  readonly nextCursor: string | null;
}

export interface Listing<L extends Paged> {
  /** The last answer; stays while the next one is on its way, and in an outage. */
  readonly list: L | undefined;
  readonly failure: ApiFailure | undefined;
  /** Whether `list` is not what was asked for last. */
  readonly isLoading: boolean;
  /** Counts from 0. */
  readonly page: number;
  readonly next: (() => void) | undefined;
  readonly previous: (() => void) | undefined;
  /** Asks again at once. */
  readonly refresh: () => void;
  /** Shows a change at once. The server is asked again as well, which drops an older answer that may be on its way. */
  readonly amend: (change: (list: L) => L) => void;
}

/** A listing, page by page. Other filters start at their first page. */
export function useListing<L extends Paged>(
  { queryKey, askPage }: ApiListing<L>,
  every: Interval<L> = false,
): Listing<L> {
  const listing = hashKey(queryKey);
  const [paging, setPaging] = useState<{ of: string; cursors: readonly string[] }>({ of: listing, cursors: [] });
  const cursors = paging.of === listing ? paging.cursors : [];
  const cursor = cursors.at(-1);
  const goTo = (to: readonly string[]) => setPaging({ of: listing, cursors: to });
  const { value, at, failure, refresh, update } = usePolling(
    { queryKey: [...queryKey, cursor ?? null], ask: (signal) => askPage(cursor, signal) },
    every,
  );
  const isPlaceLost = cursor !== undefined && failure?.code === 'invalid_cursor';
  if (isPlaceLost) goTo([]);

  const [seen, setSeen] = useState<{ list: L; at: number | undefined }>();
  const isRefused = failure !== undefined && !failure.isOutage && !isPlaceLost;
  if (value && (seen?.list !== value || seen.at !== at)) setSeen({ list: value, at });
  if (isRefused && seen) setSeen(undefined);
  const list = value ?? (isRefused ? undefined : seen?.list);

  const amend = useCallback(
    (change: (list: L) => L) => {
      // What is shown may be of the filters before, while nobody has answered to these yet.
      setSeen((last) => last && { ...last, list: change(last.list) });
      update((last) => last && change(last));
    },
    [update],
  );
  return {
    list,
    failure: value || !list ? failure : failure?.under({ asOf: seen?.at }),
    isLoading: !value && !(failure && !list),
    page: cursors.length,
    next: value?.nextCursor ? () => goTo([...cursors, value.nextCursor as string]) : undefined,
    previous: cursors.length > 0 ? () => goTo(cursors.slice(0, -1)) : undefined,
    refresh,
    amend,
  };
}
