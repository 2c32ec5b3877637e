import { t } from '@grafana/i18n';
import { Pager } from '../ui/Pager.tsx';
import { PAGE_SIZE } from '../api/queries.ts';
import type { TokenListing } from './useTokenList.ts';

/** "51–100 of 10,000", and the way to the pages beside it. Announced, so that a search tells how much it found. */
export function TokenPager({ listing }: { readonly listing: TokenListing }) {
  const { list, page } = listing;
  if (!list || list.total === 0) return null;
  const from = page * PAGE_SIZE + 1;
  const values = { from, to: from + list.items.length - 1, total: list.total.toLocaleString() };
  return (
    <Pager
      listing={listing}
      label={t('tokens.pager.label', 'Pages of tokens')}
      labels={{
        place: t('tokens.pager.range', '{{from}}–{{to}} of {{total}}', values),
        previous: t('tokens.pager.previous', 'Previous'),
        next: t('tokens.pager.next', 'Next'),
      }}
    />
  );
}
