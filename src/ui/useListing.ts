import { useCallback, useEffect, useState } from 'react';
import { toFailure, type ApiFailure } from '../api/failure.ts';

/** One page of a listing, as the API answers. */
export interface Paged {
  readonly nextCursor: string | null;
}

/** Asks for the page behind a cursor, or for the first one. Another function is another question: memoise it. */
export type AskPage<L extends Paged> = (cursor: string | undefined, signal: AbortSignal) => Promise<L>;

export interface Listing<L extends Paged> {
  /** The last answer; stays while the next one is on its way. */
  readonly list: L | undefined;
  readonly failure: ApiFailure | undefined;
  readonly isLoading: boolean;
  /** Counts from 0. */
  readonly page: number;
  readonly next: (() => void) | undefined;
  readonly previous: (() => void) | undefined;
  readonly refresh: () => void;
  /** Shows a change at once. The server is asked again as well, which drops an older answer that may be on its way. */
  readonly amend: (change: (list: L) => L) => void;
}

interface Answer<L extends Paged> {
  readonly of: AskPage<L>;
  readonly cursor: string | undefined;
  readonly list?: L;
  readonly failure?: ApiFailure;
}

/** A listing whose filters and pages are the server's work. A new question starts at its first page. */
export function useListing<L extends Paged>(ask: AskPage<L>): Listing<L> {
  const [paging, setPaging] = useState<{ of: AskPage<L>; cursors: readonly string[] }>({ of: ask, cursors: [] });
  const cursors = paging.of === ask ? paging.cursors : [];
  const cursor = cursors.at(-1);
  const [answer, setAnswer] = useState<Answer<L>>();
  const [turn, setTurn] = useState(0);

  useEffect(() => {
    const stop = new AbortController();
    ask(cursor, stop.signal).then(
      (list) => !stop.signal.aborted && setAnswer({ of: ask, cursor, list }),
      (error: unknown) => {
        if (stop.signal.aborted) return;
        const failure = toFailure(error);
        if (failure.code === 'invalid_cursor' && cursor) setPaging({ of: ask, cursors: [] });
        else setAnswer((last) => ({ of: ask, cursor, failure, list: failure.isOutage ? last?.list : undefined }));
      },
    );
    return () => stop.abort();
  }, [ask, cursor, turn]);

  const refresh = useCallback(() => setTurn((count) => count + 1), []);
  const amend = useCallback(
    (change: (list: L) => L) => {
      setAnswer((last) => last?.list && { ...last, list: change(last.list) });
      refresh();
    },
    [refresh],
  );

  const isLoading = answer?.of !== ask || answer.cursor !== cursor;
  const nextCursor = isLoading ? undefined : answer.list?.nextCursor;
  const goTo = (to: readonly string[]) => () => setPaging({ of: ask, cursors: to });
  return {
    list: answer?.list,
    failure: answer?.failure,
    isLoading,
    page: cursors.length,
    next: nextCursor ? goTo([...cursors, nextCursor]) : undefined,
    previous: cursors.length > 0 ? goTo(cursors.slice(0, -1)) : undefined,
    refresh,
    amend,
  };
}
