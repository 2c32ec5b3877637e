import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Alert, Icon, useStyles2, type IconName } from '@grafana/ui';
import { testIds } from '../testIds.ts';
import { asText } from '../ui/asText.ts';
import { links, type Connection, type Link } from './connection.ts';

type Verdict = 'holds' | 'broken' | 'untested';

const icons: Record<Verdict, IconName> = { holds: 'check-circle', broken: 'times-circle', untested: 'circle' };

/** The outcome of "Save & test": what holds, what does not, and what to do about it. */
export function ConnectionReport({ connection }: { readonly connection: Connection }) {
  const styles = useStyles2(getStyles);
  return (
    <Alert {...headline(connection)} data-testid={testIds.checks}>
      {!connection.isWhole && <p>{connection.explanation.advice}</p>}
      <ul className={styles.list}>
        {links.map((link) => {
          const verdict = verdictOn(link, connection);
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
    </Alert>
  );
}

function headline(connection: Connection) {
  if (!connection.isWhole) return { severity: 'error', title: connection.explanation.title } as const;
  const { status } = connection.health;
  const values = { version: connection.health.version, ...asText };
  if (status === 'degraded') {
    const title = t('connection.degraded', 'Saved. Connected to Vitals {{version}}, which is degraded.', values);
    return { severity: 'warning', title } as const;
  }
  return {
    severity: 'success',
    title: t('connection.whole', 'Saved. Connected to Vitals {{version}}.', values),
  } as const;
}

function verdictOn(link: Link, connection: Connection): Verdict {
  if (connection.isWhole) return 'holds';
  const order = links.indexOf(link) - links.indexOf(connection.brokenAt);
  return order === 0 ? 'broken' : order < 0 ? 'holds' : 'untested';
}

function linkText(link: Link): string {
  switch (link) {
    case 'reach':
      return t('connection.link.reach', 'The backend answers');
    case 'credential':
      return t('connection.link.credential', 'It accepts the service credential');
    case 'identity':
      return t('connection.link.identity', 'It can verify who is signed in to Grafana');
    case 'role':
      return t('connection.link.role', 'The credential acts for Grafana’s users');
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
  holds: css({ '& svg': { color: theme.colors.success.text } }),
  broken: css({ fontWeight: theme.typography.fontWeightMedium, '& svg': { color: theme.colors.error.text } }),
  untested: css({ color: theme.colors.text.secondary }),
});
