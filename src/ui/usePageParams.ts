import { useCallback, useMemo } from 'react';
import { useLocation, useNavigate } from 'react-router';

/** How a page's query is read from its address and written into it. Both have to be the same from render to render. */
export interface ParamsFormat<Q> {
  /** What does not belong there counts as not asked for. */
  readonly parse: (params: URLSearchParams) => Q;
  /** Defaults are left out, as undefined or empty. */
  readonly format: (query: Q) => Readonly<Record<string, string | undefined>>;
}

/** The query that stands in the page's address, so that it survives a reload and can be sent on. */
export function usePageParams<Q>(address: ParamsFormat<Q>) {
  const { pathname, search } = useLocation();
  const navigate = useNavigate();
  const query = useMemo(() => address.parse(new URLSearchParams(search)), [address, search]);
  const change = useCallback(
    (part: Partial<Q>) => {
      const to = searchOf(address.format({ ...query, ...part }));
      if (to !== searchOf(address.format(query))) navigate(pathname + to, { replace: true });
    },
    [address, query, navigate, pathname],
  );
  return { query, change };
}

/** A query as the end of an address; empty where nothing is asked for. */
export function searchOf(params: Readonly<Record<string, string | undefined>>): string {
  const asked = Object.entries(params).flatMap(([name, value]) => (value ? [[name, value]] : []));
  const text = new URLSearchParams(asked).toString();
  return text && `?${text}`;
}
