import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t, Trans } from '@grafana/i18n';
import { Alert, Button, Icon, useStyles2, type IconName } from '@grafana/ui';
import { testIds } from '../lib/testIds.ts';
import { asText } from '../lib/asText.ts';
import { checks, type Connection, type Check, type CheckResult } from './connection.ts';

/** What became of the settings: kept, kept although the test refused them, or not. */
export type Keeping = 'saved' | 'forced' | 'rejected';

interface Props {
  readonly connection: Connection;
  readonly keeping: Keeping;
  /** Saves all the same what the test refused. */
  readonly onForce: () => void;
  readonly isSending: boolean;
}

const icons: Record<CheckResult, IconName> = { passed: 'check-circle', failed: 'times-circle', skipped: 'circle' };

/** The outcome of "Save & test": what holds, what does not, what to do about it, and whether anything was saved. */
export function ConnectionReport({ connection, keeping, onForce, isSending }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <Alert {...headline(connection, keeping)} data-testid={testIds.checks}>
      {!connection.isWhole && <p>{connection.explanation.advice}</p>}
      {keeping === 'rejected' && (
        <p>
          <Trans i18nKey="connection.kept-old">Nothing was changed: the previous settings are still in use.</Trans>
        </p>
      )}
      <ul className={styles.list}>
        {checks.map((check) => {
          const result = connection.results[check];
          return (
            <li key={check} className={styles[result]}>
              <Icon name={icons[result]} />
              <span>
                {checkLabel(check)} <span className="sr-only">{resultLabel(result)}</span>
              </span>
            </li>
          );
        })}
      </ul>
      {keeping === 'rejected' && (
        <Button
          className={styles.force}
          type="button"
          size="sm"
          variant="secondary"
          disabled={isSending}
          onClick={onForce}
        >
          <Trans i18nKey="connection.force">Save anyway</Trans>
        </Button>
      )}
    </Alert>
  );
}

function headline(connection: Connection, keeping: Keeping) {
  if (!connection.isWhole) {
    const values = { what: connection.explanation.title, ...asText };
    switch (keeping) {
      case 'saved':
        return {
          severity: 'warning',
          title: t('connection.saved', 'Saved, but not connected. {{what}}', values),
        } as const;
      case 'forced':
        return { severity: 'warning', title: t('connection.forced', 'Saved anyway. {{what}}', values) } as const;
      case 'rejected':
        return { severity: 'error', title: t('connection.refused', 'Not saved. {{what}}', values) } as const;
    }
  }
  const { status, version } = connection.health;
  const values = { version, ...asText };
  if (status === 'degraded') {
    const title = t('connection.degraded', 'Saved. Connected to Vitals {{version}}, which is degraded.', values);
    return { severity: 'warning', title } as const;
  }
  return {
    severity: 'success',
    title: t('connection.whole', 'Saved. Connected to Vitals {{version}}.', values),
  } as const;
}

function checkLabel(check: Check): string {
  switch (check) {
    case 'reach':
      return t('connection.check.reach', 'A Vitals backend answers');
    case 'credential':
      return t('connection.check.credential', 'It accepts the service credential');
    case 'role':
      return t('connection.check.role', 'The credential acts for Grafana’s users');
    case 'identity':
      return t('connection.check.identity', 'It can verify who is signed in to Grafana');
    case 'version':
      return t('connection.check.version', 'Plugin and backend are of the same release');
  }
}

function resultLabel(result: CheckResult): string {
  switch (result) {
    case 'passed':
      return t('connection.result.holds', '(yes)');
    case 'failed':
      return t('connection.result.broken', '(no)');
    case 'skipped':
      return t('connection.result.untested', '(not tested)');
  }
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({
    listStyle: 'none',
    margin: theme.spacing(1, 0, 0),
    padding: 0,
    '& li': { display: 'flex', gap: theme.spacing(0.5) },
    '& svg': { flexShrink: 0, marginTop: theme.spacing(0.5) },
  }),
  force: css({ marginTop: theme.spacing(2) }),
  passed: css({ '& svg': { color: theme.colors.success.text } }),
  failed: css({ fontWeight: theme.typography.fontWeightMedium, '& svg': { color: theme.colors.error.text } }),
  skipped: css({ color: theme.colors.text.secondary }),
});
