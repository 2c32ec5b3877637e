import { useCallback, useMemo } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { formatQuery, parseQuery, type TokenQuery } from './query.ts';

/** The query that stands in the page's address, and the way to change it there without a new entry in the history. */
export function useTokenQuery() {
  const { pathname, search } = useLocation();
  const navigate = useNavigate();
  const query = useMemo(() => parseQuery(search), [search]);
  const change = useCallback(
    (part: Partial<TokenQuery>) => {
      const to = formatQuery({ ...query, ...part });
      if (to !== formatQuery(query)) navigate(pathname + to, { replace: true });
    },
    [query, navigate, pathname],
  );
  return { query, change };
}
