import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t, Trans } from '@grafana/i18n';
import { Button, useStyles2 } from '@grafana/ui';
import type { Listing, Paged } from './useListing.ts';

interface Props {
  readonly listing: Pick<Listing<Paged>, 'next' | 'previous' | 'page' | 'isLoading'>;
  /** What is paged, for those who cannot see where the buttons stand. */
  readonly label: string;
}

/** The way to the pages before and behind, of a listing that nobody counts. Nothing where there is one page only. */
export function Pager({ listing, label }: Props) {
  const styles = useStyles2(getStyles);
  const { next, previous, page, isLoading } = listing;
  if (!next && !previous) return null;
  return (
    <nav className={styles.pager} aria-label={label}>
      <span role="status" className={styles.page}>
        {t('pager.page', 'Page {{page}}', { page: page + 1 })}
      </span>
      <Button size="sm" variant="secondary" icon="angle-left" disabled={!previous || isLoading} onClick={previous}>
        <Trans i18nKey="pager.newer">Newer</Trans>
      </Button>
      <Button
        size="sm"
        variant="secondary"
        icon="angle-right"
        iconPlacement="right"
        disabled={!next || isLoading}
        onClick={next}
      >
        <Trans i18nKey="pager.older">Older</Trans>
      </Button>
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
  page: css({ color: theme.colors.text.secondary, marginRight: theme.spacing(1) }),
});
