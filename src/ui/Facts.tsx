import { css } from '@emotion/css';
import type { ReactNode } from 'react';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';

/** What is known of one thing: names on the left, values on the right. */
export function Facts({ facts }: { readonly facts: readonly (readonly [name: string, value: ReactNode])[] }) {
  const styles = useStyles2(getStyles);
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  facts: css({
    margin: theme.spacing(0, 0, 2),
    '& > div': { display: 'flex', gap: theme.spacing(2), padding: theme.spacing(0.5, 0) },
    '& dt': {
      flex: `0 0 ${theme.spacing(15)}`,
      color: theme.colors.text.secondary,
      fontWeight: theme.typography.fontWeightRegular,
    },
    '& dd': { margin: 0, minWidth: 0, overflowWrap: 'anywhere' },
    '& code': { whiteSpace: 'pre-wrap' },
  }),
});
