import { css } from '@emotion/css';
import type { ReactNode } from 'react';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';

export interface Detail {
  readonly label: string;
  readonly value: ReactNode;
}

/** What is known of something, term by term. */
export function DetailList({ details }: { readonly details: readonly Detail[] }) {
  const styles = useStyles2(getStyles);
  return (
    <dl className={styles.list}>
      {details.map(({ label, value }) => (
        <div key={label} className={styles.row}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(0.5),
    margin: 0,
    '& + h4': { marginTop: theme.spacing(2) },
  }),
  row: css({
    display: 'grid',
    gridTemplateColumns: 'minmax(112px, 1fr) 3fr',
    columnGap: theme.spacing(2),
    '& dt': { color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightRegular },
    '& dd': { margin: 0, overflowWrap: 'anywhere' },
    '& code': { margin: 0, whiteSpace: 'pre-wrap' },
  }),
});
