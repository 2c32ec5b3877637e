import { t } from '@grafana/i18n';
import { IconButton, Stack, type Column } from '@grafana/ui';
import type { Token } from '../../contract/api.ts';
import { asText } from '../lib/asText.ts';
import { RelativeTime } from '../ui/RelativeTime.tsx';
import { WarningBadges } from './fields/TokenWarnings.tsx';
import { canBeRotated } from './rotation/canBeRotated.ts';
import type { Catalogues } from './fields/scope.ts';
import { StatusBadge } from '../ui/StatusBadge.tsx';
import { TokenName } from './TokenName.tsx';

export interface RowActions {
  readonly onRenamed: (token: Token) => void;
  readonly onOpen: (token: Token) => void;
  readonly onRotate: (token: Token) => void;
  readonly onRevoke: (token: Token) => void;
}

/** The seven columns of seeds/000, with what each shows where there is nothing to show. */
export function tokenColumns(catalogues: Catalogues, actions: RowActions): Array<Column<Token>> {
  const { onRenamed, onOpen, onRotate, onRevoke } = actions;
  return [
    {
      id: 'name',
      header: t('tokens.column.name', 'Name'),
      sortType: 'string',
      cell: ({ row: { original } }) => (
        <TokenName token={original} catalogues={catalogues} onRenamed={onRenamed} onOpen={onOpen} />
      ),
    },
    {
      id: 'createdAt',
      header: t('tokens.column.created', 'Created'),
      sortType: 'string',
      sortDescFirst: true,
      cell: ({ row: { original } }) => (
        <RelativeTime
          at={original.createdAt}
          note={t('tokens.created-by', 'by {{name}}', { name: original.createdBy, ...asText })}
        />
      ),
    },
    {
      id: 'lastUsedAt',
      header: t('tokens.column.last-used', 'Last Used'),
      sortType: 'string',
      sortDescFirst: true,
      cell: ({ row: { original } }) => (original.lastUsedAt ? <RelativeTime at={original.lastUsedAt} /> : <Never />),
    },
    {
      id: 'lastIp',
      header: t('tokens.column.last-ip', 'Last IP'),
      cell: ({ row: { original } }) => original.lastIp ?? <Never />,
    },
    {
      id: 'expiresAt',
      header: t('tokens.column.expires', 'Expires'),
      sortType: 'string',
      cell: ({ row: { original } }) =>
        original.expiresAt ? <RelativeTime at={original.expiresAt} /> : t('tokens.never-expires', 'Never'),
    },
    {
      id: 'status',
      header: t('tokens.column.status', 'Status'),
      cell: ({ row: { original } }) => (
        <Stack gap={0.5} wrap="wrap">
          <StatusBadge token={original} />
          <WarningBadges token={original} />
        </Stack>
      ),
    },
    {
      id: 'actions',
      header: t('tokens.column.actions', 'Actions'),
      disableGrow: true,
      cell: ({ row: { original } }) => (
        <Stack gap={1} justifyContent="flex-end" wrap="nowrap">
          {canBeRotated(original) && (
            <IconButton
              name="sync"
              size="md"
              tooltip={t('tokens.rotate.label', 'Rotate {{name}} ({{prefix}}…)', {
                name: original.name,
                prefix: original.prefix,
                ...asText,
              })}
              onClick={() => onRotate(original)}
            />
          )}
          {original.status !== 'revoked' && (
            <IconButton
              name="trash-alt"
              size="md"
              tooltip={t('tokens.revoke.label', 'Revoke {{name}} ({{prefix}}…)', {
                name: original.name,
                prefix: original.prefix,
                ...asText,
              })}
              onClick={() => onRevoke(original)}
            />
          )}
        </Stack>
      ),
    },
  ];
}

/** An em dash to look at, a word to listen to. */
function Never() {
  return (
    <>
      <span aria-hidden="true">—</span>
      <span className="sr-only">{t('tokens.never-used', 'Never used')}</span>
    </>
  );
}
