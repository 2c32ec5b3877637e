import { useCallback, useState } from 'react';
import { toFailure, type ApiFailure } from '../api/failure.ts';
import { useAsking } from './useAsking.ts';

/** One page of a listing, as the API answers. */
export interface Paged {
  readonly nextCursor: string | null;
}

/** Asks for the page behind a cursor, or for the first one. Another function is another question: memoise it. */
export type AskPage<L extends Paged> = (cursor: string | undefined, signal: AbortSignal) => Promise<L>;

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
  /** Asks again unless that is under way already. */
  readonly poll: () => void;
  /** Shows a change at once. The server is asked again as well, which drops an older answer that may be on its way. */
  readonly amend: (change: (list: L) => L) => void;
}

/** A listing whose filters and pages are the server's work. A new question starts at its first page. */
export function useListing<L extends Paged>(ask: AskPage<L>): Listing<L> {
  const [paging, setPaging] = useState<{ of: AskPage<L>; cursors: readonly string[] }>({ of: ask, cursors: [] });
  const cursors = paging.of === ask ? paging.cursors : [];
  const cursor = cursors.at(-1);
  const askHere = useCallback(
    async (signal: AbortSignal) => {
      try {
        return await ask(cursor, signal);
      } catch (error) {
        const isLostPlace = cursor && !signal.aborted && toFailure(error).code === 'invalid_cursor';
        if (!isLostPlace) throw error;
        setPaging({ of: ask, cursors: [] });
        return new Promise<never>(() => {}); // the first page is another question, which takes this one's place
      }
    },
    [ask, cursor],
  );
  const { seen, failure, refresh, poll, put } = useAsking(askHere);
  const amend = useCallback(
    (change: (list: L) => L) => put((last) => last && { ...last, value: change(last.value) }),
    [put],
  );

  const isLoading = seen?.of !== askHere && !(failure && !seen);
  const nextCursor = isLoading ? undefined : seen?.value.nextCursor;
  const goTo = (to: readonly string[]) => () => setPaging({ of: ask, cursors: to });
  return {
    list: seen?.value,
    failure,
    isLoading,
    page: cursors.length,
    next: nextCursor ? goTo([...cursors, nextCursor]) : undefined,
    previous: cursors.length > 0 ? goTo(cursors.slice(0, -1)) : undefined,
    refresh,
    poll,
    amend,
  };
}
