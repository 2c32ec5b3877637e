import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Button, useStyles2 } from '@grafana/ui';
import type { Listing, Paged } from './useListing.ts';

interface Props {
  readonly listing: Pick<Listing<Paged>, 'next' | 'previous' | 'page' | 'isLoading'>;
  /** What is paged, for those who cannot see where the buttons stand. */
  readonly label: string;
  /** Of a listing that is counted, or that is not one of things in the order of their age. */
  readonly labels?: { readonly place: string; readonly previous: string; readonly next: string };
}

/** The way to the pages before and behind. Where nobody counts, and there is one page only, there is nothing to say. */
export function Pager({ listing, label, labels }: Props) {
  const styles = useStyles2(getStyles);
  const { next, previous, page, isLoading } = listing;
  const isAlone = !next && !previous;
  if (isAlone && !labels) return null;
  return (
    <nav className={styles.pager} aria-label={label}>
      <span role="status" className={styles.place}>
        {labels?.place ?? t('pager.page', 'Page {{page}}', { page: page + 1 })}
      </span>
      {!isAlone && (
        <>
          <Button size="sm" variant="secondary" icon="angle-left" disabled={!previous || isLoading} onClick={previous}>
            {labels?.previous ?? t('pager.newer', 'Newer')}
          </Button>
          <Button
            size="sm"
            variant="secondary"
            icon="angle-right"
            iconPlacement="right"
            disabled={!next || isLoading}
            onClick={next}
          >
            {labels?.next ?? t('pager.older', 'Older')}
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
  place: css({ color: theme.colors.text.secondary, marginRight: theme.spacing(1) }),
});
