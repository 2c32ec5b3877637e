import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { IconButton, useStyles2 } from '@grafana/ui';
import type { Credential } from '../../contract/api.ts';
import { StatusBadge } from '../ui/StatusBadge.tsx';
import { asText } from '../lib/asText.ts';
import type { CardColumn } from '../ui/CardTable.tsx';
import { EmptyValue } from '../ui/EmptyValue.tsx';
import { RelativeTime } from '../ui/RelativeTime.tsx';
import { roleName } from './roleName.ts';

/** Who holds a credential, what it is good for, and whether it is used. */
export function sessionColumns(onRevoke: (credential: Credential) => void): Array<CardColumn<Credential>> {
  return [
    {
      id: 'name',
      header: t('sessions.column.who', 'Name'),
      cell: ({ row: { original } }) => <bdi>{original.name}</bdi>,
    },
    {
      id: 'role',
      header: t('sessions.column.role', 'Role'),
      cell: ({ row: { original } }) => <RoleOf credential={original} />,
    },
    {
      id: 'createdAt',
      header: t('sessions.column.created', 'Created'),
      cell: ({ row: { original } }) => (
        <RelativeTime
          at={original.createdAt}
          note={t('sessions.created-by', 'by {{name}}', { name: original.createdBy, ...asText })}
        />
      ),
    },
    {
      id: 'lastUsedAt',
      header: t('sessions.column.last-used', 'Last used'),
      cell: ({ row: { original } }) => <LastUse credential={original} />,
    },
    {
      id: 'expiresAt',
      header: t('sessions.column.expires', 'Expires'),
      cell: ({ row: { original } }) => <RelativeTime at={original.expiresAt} />,
    },
    {
      id: 'status',
      header: t('sessions.column.status', 'Status'),
      cell: ({ row: { original } }) => <StatusBadge token={original} />,
    },
    {
      id: 'actions',
      header: t('sessions.column.actions', 'Actions'),
      disableGrow: true,
      cell: ({ row: { original } }) =>
        original.status !== 'revoked' && (
          <IconButton
            name="trash-alt"
            size="md"
            tooltip={t('sessions.revoke.label', 'Revoke {{name}} ({{id}})', {
              name: original.name,
              id: original.id,
              ...asText,
            })}
            onClick={() => onRevoke(original)}
          />
        ),
    },
  ];
}

/** The role, and of a reporter the catalogue that it reports for. */
function RoleOf({ credential: { role, catalogue } }: { readonly credential: Credential }) {
  const styles = useStyles2(getStyles);
  return (
    <div>
      {roleName(role)}
      {catalogue !== null && (
        <div className={styles.small}>{t('sessions.catalogue', 'for {{catalogue}}', { catalogue, ...asText })}</div>
      )}
    </div>
  );
}

function LastUse({ credential: { lastUsedAt, lastIp } }: { readonly credential: Credential }) {
  const styles = useStyles2(getStyles);
  if (!lastUsedAt) return <EmptyValue label={t('sessions.never-used', 'Never used')} />;
  return (
    <div>
      <RelativeTime at={lastUsedAt} />
      {lastIp && <div className={styles.small}>{lastIp}</div>}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  small: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
});
