import { css } from '@emotion/css';
import type { ReactNode } from 'react';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';

interface Props {
  /** Of a group of equals; left out where one of them is the field's own input. */
  readonly label?: string;
  readonly children: ReactNode;
}

/** Several controls in one Field, which tells its child about errors by properties that are not for an element. */
export function FieldGroup({ label, children }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.group} role={label && 'group'} aria-label={label}>
      {children}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  group: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1, 2) }),
});
