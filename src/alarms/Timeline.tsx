import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { useStyles2 } from '@grafana/ui';
import type { Alarm } from '../../contract/api.ts';
import { AbsoluteTime } from '../ui/AbsoluteTime.tsx';
import { asText } from '../lib/asText.ts';
import { StateBadge } from './StateBadge.tsx';

/** What happened to an alarm, in the order in which it did. */
export function Timeline({ entries }: { readonly entries: Alarm['timeline'] }) {
  const styles = useStyles2(getStyles);
  return (
    <ol className={styles.line}>
      {entries.map(({ state, at, by }) => (
        <li key={`${state} ${at}`} className={styles.entry}>
          <StateBadge state={state} />
          <AbsoluteTime at={at} />
          {by !== null && <bdi>{t('alarms.by', 'by {{name}}', { name: by, ...asText })}</bdi>}
        </li>
      ))}
    </ol>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  line: css({
    listStyle: 'none',
    margin: theme.spacing(1, 0, 3, 1),
    padding: 0,
    borderLeft: `2px solid ${theme.colors.border.medium}`,
  }),
  entry: css({
    position: 'relative',
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(1),
    padding: theme.spacing(0.75, 0, 0.75, 2),
    '&::before': {
      content: '""',
      position: 'absolute',
      left: -6,
      width: 10,
      height: 10,
      borderRadius: theme.shape.radius.circle,
      background: theme.colors.text.secondary,
    },
  }),
});
