import { useMemo, useState } from 'react';
import { t } from '@grafana/i18n';

/** Pages of a list that is here as a whole; memoise it. `pager` is for a Pager; there is none where everything fits on one page. */
export function usePagination<T>(all: readonly T[], size: number) {
  const [wanted, setPage] = useState(0);
  const last = Math.max(Math.ceil(all.length / size) - 1, 0);
  const page = Math.min(wanted, last);
  const from = page * size;
  const items = useMemo(() => all.slice(from, from + size), [all, from, size]);
  const range = { from: from + 1, to: from + items.length, total: all.length.toLocaleString() };
  const pager = {
    listing: {
      page,
      isLoading: false,
      next: page < last ? () => setPage(page + 1) : undefined,
      previous: page > 0 ? () => setPage(page - 1) : undefined,
    },
    labels: {
      place: t('tokens.pager.range', '{{from}}–{{to}} of {{total}}', range),
      previous: t('tokens.pager.previous', 'Previous'),
      next: t('tokens.pager.next', 'Next'),
    },
  };
  return { items, pager: last > 0 ? pager : undefined };
}
