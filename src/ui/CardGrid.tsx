import { css } from '@emotion/css';
import type { ReactNode } from 'react';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';

/** Cards side by side, as many as there is room for. */
export function CardGrid({ children }: { readonly children: ReactNode }) {
  const styles = useStyles2(getStyles);
  return <div className={styles.cards}>{children}</div>;
}

const getStyles = (theme: GrafanaTheme2) => ({
  cards: css({
    display: 'grid',
    gap: theme.spacing(2),
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 420px), 1fr))',
    maxWidth: 1200,
  }),
});
