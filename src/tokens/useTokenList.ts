import { useCallback, useEffect, useState } from 'react';
import type { Token, TokenList } from '../../contract/api.ts';
import { listTokens } from '../api/client.ts';
import { toFailure, type ApiFailure } from '../api/failure.ts';
import type { TokenQuery } from './query.ts';

export const PAGE_SIZE = 50;
const REFRESH_MS = 15_000;

export interface TokenListing {
  /** The last answer; stays while the next one is on its way. */
  readonly list: TokenList | undefined;
  readonly failure: ApiFailure | undefined;
  readonly isLoading: boolean;
  /** Counts from 0. */
  readonly page: number;
  readonly next: (() => void) | undefined;
  readonly previous: (() => void) | undefined;
  readonly refresh: () => void;
  /** Shows a token as it is now, without waiting for the server's next listing. */
  readonly replace: (token: Token) => void;
}

interface Answer {
  readonly of: string;
  readonly list?: TokenList;
  readonly failure?: ApiFailure;
}

/**
 * The server's listing for a query, page by page. Filters, order and pages are the server's work, so a hundred thousand
 * tokens cost what fifty cost. Asked again every quarter of a minute while the page is visible, for Last Used to move.
 */
export function useTokenList({ search, status, sort }: TokenQuery): TokenListing {
  const queryKey = JSON.stringify([search, status, sort]);
  const [paging, setPaging] = useState<{ of: string; cursors: readonly string[] }>({ of: queryKey, cursors: [] });
  const cursors = paging.of === queryKey ? paging.cursors : [];
  const cursor = cursors.at(-1);

  const [answer, setAnswer] = useState<Answer>();
  const [turn, setTurn] = useState(0);
  const pageKey = `${queryKey} ${cursor ?? ''}`;

  useEffect(() => {
    const stop = new AbortController();
    listTokens({ search: search || undefined, status, sort, limit: PAGE_SIZE, cursor }, stop.signal).then(
      (list) => !stop.signal.aborted && setAnswer({ of: pageKey, list }),
      (error: unknown) => {
        if (stop.signal.aborted) return;
        const failure = toFailure(error);
        if (failure.code === 'invalid_cursor' && cursor) setPaging({ of: queryKey, cursors: [] });
        else setAnswer((last) => ({ of: pageKey, failure, list: failure.isOutage ? last?.list : undefined }));
      },
    );
    return () => stop.abort();
  }, [search, status, sort, cursor, queryKey, pageKey, turn]);

  const refresh = useCallback(() => setTurn((count) => count + 1), []);
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && refresh(), REFRESH_MS);
    return () => clearInterval(timer);
  }, [refresh]);

  // Asked again as well, which drops an older answer that may be on its way and would turn the row back.
  const replace = useCallback(
    (token: Token) => {
      setAnswer((last) => last?.list && { ...last, list: withToken(last.list, token) });
      refresh();
    },
    [refresh],
  );

  const goTo = (to: readonly string[]) => () => setPaging({ of: queryKey, cursors: to });
  const nextCursor = answer?.of === pageKey ? answer.list?.nextCursor : undefined;
  return {
    list: answer?.list,
    failure: answer?.failure,
    isLoading: answer?.of !== pageKey,
    page: cursors.length,
    next: nextCursor ? goTo([...cursors, nextCursor]) : undefined,
    previous: cursors.length > 0 ? goTo(cursors.slice(0, -1)) : undefined,
    refresh,
    replace,
  };
}

function withToken(list: TokenList, token: Token): TokenList {
  return { ...list, items: list.items.map((item) => (item.id === token.id ? token : item)) };
}
