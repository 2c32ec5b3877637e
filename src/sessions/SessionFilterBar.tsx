import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Combobox, RadioButtonGroup, useStyles2 } from '@grafana/ui';
import type { TokenStatus } from '../../contract/api.ts';
import { roles } from '../../contract/roles.ts';
import { roleName } from './roleName.ts';
import type { SessionQuery } from './sessionParams.ts';

interface Props {
  readonly query: SessionQuery;
  readonly onChange: (change: Partial<SessionQuery>) => void;
}

/** Status and role. Both are the server's work. */
export function SessionFilterBar({ query, onChange }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.bar} role="search">
      <RadioButtonGroup<TokenStatus | 'all'>
        aria-label={t('sessions.filter.status', 'Show credentials by status')}
        value={query.status ?? 'all'}
        onChange={(status) => onChange({ status: status === 'all' ? undefined : status })}
        options={[
          { value: 'all', label: t('sessions.filter.all', 'All') },
          { value: 'active', label: t('tokens.status.active', 'Active') },
          { value: 'expired', label: t('tokens.status.expired', 'Expired') },
          { value: 'revoked', label: t('tokens.status.revoked', 'Revoked') },
        ]}
      />
      <div className={styles.role}>
        <Combobox
          isClearable
          aria-label={t('sessions.filter.role', 'Role')}
          placeholder={t('sessions.filter.any-role', 'Any role')}
          options={roles.map((value) => ({ value, label: roleName(value) }))}
          value={query.role ?? null}
          onChange={(option) => onChange({ role: option?.value })}
        />
      </div>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  bar: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(2), marginBottom: theme.spacing(2) }),
  role: css({ flex: '0 1 220px' }),
});
