import { css } from '@emotion/css';
import type { ReactNode } from 'react';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';

/** A sentence that somebody has to read, on a card, where a banner would be too loud. */
export function Warning({ children }: { readonly children: ReactNode }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.warning}>
      <Icon name="exclamation-triangle" />
      <div>{children}</div>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  warning: css({
    display: 'flex',
    gap: theme.spacing(1),
    padding: theme.spacing(1),
    border: `1px solid ${theme.colors.warning.border}`,
    borderRadius: theme.shape.radius.default,
    background: theme.colors.warning.transparent,
    color: theme.colors.text.primary,
    overflowWrap: 'anywhere',
    '& > svg': { flexShrink: 0, marginTop: theme.spacing(0.25), color: theme.colors.warning.text },
    '& > div': { minWidth: 0 },
    '& ul': { margin: 0, paddingLeft: theme.spacing(2) },
    '& p:last-child': { marginBottom: 0 },
  }),
});
