import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Badge, Stack, useStyles2, type BadgeColor, type IconName } from '@grafana/ui';
import type { Token, TokenWarning } from '../../../contract/api.ts';

interface WarningLabel {
  readonly color: BadgeColor;
  readonly icon: IconName;
  readonly text: string;
  readonly meaning: string;
}

/** What a warning is called and what it means. */
function warningLabel(warning: TokenWarning): WarningLabel {
  switch (warning) {
    case 'expires_soon':
      return {
        color: 'orange',
        icon: 'clock-nine',
        text: t('warning.expires-soon.text', 'Expires soon'),
        meaning: t('warning.expires-soon.meaning', 'It expires within 14 days. Rotate it before its scrapes fail.'),
      };
    case 'shared':
      return {
        color: 'orange',
        icon: 'users-alt',
        text: t('warning.shared.text', 'Shared'),
        meaning: t(
          'warning.shared.meaning',
          'Several consumers use it at once: revoking it cuts all of them off. Create a token for each.',
        ),
      };
    case 'silent':
      return {
        color: 'blue',
        icon: 'bell-slash',
        text: t('warning.idle.text', 'No recent scrapes'),
        meaning: t('warning.idle.meaning', 'Scrapes with it have stopped.'),
      };
    case 'knocking':
      return {
        color: 'red',
        icon: 'exclamation-triangle',
        text: t('warning.rejected-use.text', 'Still in use'),
        meaning: t('warning.rejected-use.meaning', 'It is no longer valid, but a client still scrapes with it.'),
      };
  }
}

/** What an administrator should look at, beside the status: each with its word and icon, never by colour alone. */
export function WarningBadges({ token }: { readonly token: Token }) {
  return (
    <Stack gap={0.5} wrap="wrap">
      {token.successorId && (
        <Badge
          color="purple"
          icon="sync"
          text={t('warning.replaced.text', 'Replaced')}
          tooltip={t(
            'warning.replaced.meaning',
            'A newer token replaces it. Its details show how far the rotation is.',
          )}
        />
      )}
      {token.concerns.map((warning) => {
        const { meaning, ...badge } = warningLabel(warning);
        return <Badge key={warning} {...badge} tooltip={meaning} />;
      })}
    </Stack>
  );
}

/** The same with what each means. */
export function WarningList({ warnings }: { readonly warnings: readonly TokenWarning[] }) {
  const styles = useStyles2(getStyles);
  if (warnings.length === 0) return null;
  return (
    <ul className={styles.list}>
      {warnings.map((warning) => {
        const { meaning, ...badge } = warningLabel(warning);
        return (
          <li key={warning}>
            <Badge {...badge} /> {meaning}
          </li>
        );
      })}
    </ul>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ listStyle: 'none', margin: 0, padding: 0, '& li + li': { marginTop: theme.spacing(1) } }),
});
