import { css } from '@emotion/css';
import type { ReactNode } from 'react';
import type { GrafanaTheme2 } from '@grafana/data';
import { Card, Stack, useStyles2 } from '@grafana/ui';
import { DetailList, type Detail } from './DetailList.tsx';

interface Props {
  readonly title: ReactNode;
  readonly badge: ReactNode;
  /** What it is, and what has to be said of it now. */
  readonly children: ReactNode;
  readonly details: readonly Detail[];
  /** Buttons, where there are any. */
  readonly actions?: ReactNode;
  readonly testId?: string;
}

/** A card of something that the appliance is connected to: how it stands and what is known of it. */
export function DetailCard({ title, badge, children, details, actions, testId }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <Card noMargin className={styles.card} data-testid={testId}>
      <Card.Heading>
        <Stack gap={1} alignItems="center" wrap="wrap">
          {title}
          {badge}
        </Stack>
      </Card.Heading>
      <Card.Description className={styles.description}>
        {children}
        <div className={styles.details}>
          <DetailList details={details} />
        </div>
      </Card.Description>
      {actions && <Card.Actions>{actions}</Card.Actions>}
    </Card>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  card: css({ height: '100%' }),
  // A card's text is faint; what is on it has to be read.
  description: css({ overflow: 'visible', display: 'block', '& > * + *': { marginTop: theme.spacing(1) } }),
  details: css({ marginTop: theme.spacing(1.5), color: theme.colors.text.primary, '& dl': { marginBottom: 0 } }),
});
