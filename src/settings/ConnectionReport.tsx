import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t, Trans } from '@grafana/i18n';
import { Alert, Button, Icon, useStyles2, type IconName } from '@grafana/ui';
import { testIds } from '../lib/testIds.ts';
import { asText } from '../lib/asText.ts';
import { links, type Connection, type Link, type Verdict } from './connection.ts';

/** What became of the settings: kept, kept although the test refused them, or not. */
export type Keeping = 'saved' | 'forced' | 'refused';

interface Props {
  readonly connection: Connection;
  readonly keeping: Keeping;
  /** Saves all the same what the test refused. */
  readonly onForce: () => void;
  readonly isSending: boolean;
}

const icons: Record<Verdict, IconName> = { holds: 'check-circle', broken: 'times-circle', untested: 'circle' };

/** The outcome of "Save & test": what holds, what does not, what to do about it, and whether anything was saved. */
export function ConnectionReport({ connection, keeping, onForce, isSending }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <Alert {...headline(connection, keeping)} data-testid={testIds.checks}>
      {!connection.isWhole && <p>{connection.explanation.advice}</p>}
      {keeping === 'refused' && (
        <p>
          <Trans i18nKey="connection.kept-old">Nothing was changed: the previous settings are still in use.</Trans>
        </p>
      )}
      <ul className={styles.list}>
        {links.map((link) => {
          const verdict = connection.verdicts[link];
          return (
            <li key={link} className={styles[verdict]}>
              <Icon name={icons[verdict]} />
              <span>
                {linkText(link)} <span className="sr-only">{verdictText(verdict)}</span>
              </span>
            </li>
          );
        })}
      </ul>
      {keeping === 'refused' && (
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
      case 'refused':
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

function linkText(link: Link): string {
  switch (link) {
    case 'reach':
      return t('connection.link.reach', 'A Vitals backend answers');
    case 'credential':
      return t('connection.link.credential', 'It accepts the service credential');
    case 'role':
      return t('connection.link.role', 'The credential acts for Grafana’s users');
    case 'identity':
      return t('connection.link.identity', 'It can verify who is signed in to Grafana');
    case 'version':
      return t('connection.link.version', 'Plugin and backend are of the same release');
  }
}

function verdictText(verdict: Verdict): string {
  switch (verdict) {
    case 'holds':
      return t('connection.verdict.holds', '(yes)');
    case 'broken':
      return t('connection.verdict.broken', '(no)');
    case 'untested':
      return t('connection.verdict.untested', '(not tested)');
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
  holds: css({ '& svg': { color: theme.colors.success.text } }),
  broken: css({ fontWeight: theme.typography.fontWeightMedium, '& svg': { color: theme.colors.error.text } }),
  untested: css({ color: theme.colors.text.secondary }),
});
