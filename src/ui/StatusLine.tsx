import { css } from '@emotion/css';
import type { ReactNode } from 'react';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, Spinner, Text, useStyles2 } from '@grafana/ui';

interface Props {
  readonly look: 'waiting' | 'done' | 'idle';
  readonly testId: string;
  readonly children: NonNullable<ReactNode>;
}

/** A line that tells how something stands, and is announced when it changes. */
export function StatusLine({ look, testId, children }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <div role="status" className={styles.line} data-testid={testId}>
      {look === 'waiting' ? <Spinner inline /> : <Icon name={look === 'done' ? 'check-circle' : 'info-circle'} />}
      <Text color={look === 'done' ? 'success' : 'secondary'}>{children}</Text>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  line: css({
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(1),
    minHeight: theme.spacing(4),
    '& > :first-child': { flexShrink: 0 },
  }),
});
