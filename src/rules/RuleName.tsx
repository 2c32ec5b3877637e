import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Badge, useStyles2 } from '@grafana/ui';
import type { AlarmRule } from '../../contract/api.ts';
import { conditionLabel } from './conditionLabels.ts';

/** A rule's name and, under it, what it watches. */
export function RuleName({ rule }: { readonly rule: AlarmRule }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.rule}>
      <bdi className={styles.name}>{rule.name}</bdi>{' '}
      {rule.builtIn && <Badge color="darkgrey" text={t('rules.built-in', 'Built in')} />}
      <div className={styles.condition}>{conditionLabel(rule.condition)}</div>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  rule: css({ textAlign: 'left', minWidth: 0 }),
  name: css({ fontWeight: theme.typography.fontWeightMedium }),
  condition: css({
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
    overflowWrap: 'anywhere',
  }),
});
