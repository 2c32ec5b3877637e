import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t, Trans } from '@grafana/i18n';
import { Button, useStyles2 } from '@grafana/ui';
import { PAGE_SIZE, type TokenListing } from './useTokenList.ts';

/** "51–100 of 10,000", and the way to the pages beside it. Announced, so that a search tells how much it found. */
export function TokenPager({ listing }: { readonly listing: TokenListing }) {
  const styles = useStyles2(getStyles);
  const { list, page, next, previous, isLoading } = listing;
  if (!list || list.total === 0) return null;
  const from = page * PAGE_SIZE + 1;
  const values = { from, to: from + list.items.length - 1, total: list.total.toLocaleString() };
  return (
    <nav className={styles.pager} aria-label={t('tokens.pager.label', 'Pages of tokens')}>
      <span role="status" className={styles.range}>
        {t('tokens.pager.range', '{{from}}–{{to}} of {{total}}', values)}
      </span>
      {(next ?? previous) && (
        <>
          <Button size="sm" variant="secondary" icon="angle-left" disabled={!previous || isLoading} onClick={previous}>
            <Trans i18nKey="tokens.pager.previous">Previous</Trans>
          </Button>
          <Button
            size="sm"
            variant="secondary"
            icon="angle-right"
            iconPlacement="right"
            disabled={!next || isLoading}
            onClick={next}
          >
            <Trans i18nKey="tokens.pager.next">Next</Trans>
          </Button>
        </>
      )}
    </nav>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  pager: css({
    display: 'flex',
    justifyContent: 'flex-end',
    alignItems: 'center',
    flexWrap: 'wrap',
    gap: theme.spacing(1),
    marginTop: theme.spacing(2),
  }),
  range: css({ color: theme.colors.text.secondary, marginRight: theme.spacing(1) }),
});
