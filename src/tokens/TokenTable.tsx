import { css, cx } from '@emotion/css';
import { useMemo } from 'react';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { InteractiveTable, useStyles2, type FetchDataFunc } from '@grafana/ui';
import type { Token, TokenSort } from '../../contract/api.ts';
import { testIds } from '../lib/testIds.ts';
import type { Catalogues } from './fields/scope.ts';
import { tokenColumns, type RowActions } from './tokenColumns.tsx';

interface Props extends RowActions {
  readonly tokens: Token[];
  readonly catalogues: Catalogues;
  readonly sort: TokenSort;
  readonly isStale: boolean;
  /** Has to stay the same function from render to render: the table calls it whenever it changes. */
  readonly onSort: (sort: TokenSort) => void;
}

/** The listing as a table. Order is the server's: clicking a header asks it again. */
export function TokenTable({ tokens, catalogues, sort, isStale, onSort, ...actions }: Props) {
  const { onRenamed, onOpen, onRotate, onRevoke } = actions;
  const styles = useStyles2(getStyles);
  const columns = useMemo(
    () => tokenColumns(catalogues, { onRenamed, onOpen, onRotate, onRevoke }),
    [catalogues, onRenamed, onOpen, onRotate, onRevoke],
  );
  const fetchData = useMemo<FetchDataFunc<Token>>(
    () =>
      ({ sortBy: [by] }) =>
        onSort(by ? (`${by.desc ? '-' : ''}${by.id}` as TokenSort) : '-createdAt'),
    [onSort],
  );
  return (
    <div className={cx(styles.table, isStale && styles.stale)} aria-busy={isStale} data-testid={testIds.tokens}>
      <InteractiveTable
        columns={columns}
        data={tokens}
        getRowId={(token) => token.id}
        fetchData={fetchData}
        initialSortBy={[{ id: sort.replace(/^-/, ''), desc: sort.startsWith('-') }]}
        disableSortRemove
      />
    </div>
  );
}

/** Below this width a row becomes a card: seven columns do not fit, and nobody likes to scroll a table sideways. */
const NARROW = '@container (max-width: 640px)';

const getStyles = (theme: GrafanaTheme2) => {
  const labels = [
    '',
    t('tokens.column.created', 'Created'),
    t('tokens.column.last-used', 'Last Used'),
    t('tokens.column.last-ip', 'Last IP'),
    t('tokens.column.expires', 'Expires'),
    t('tokens.column.status', 'Status'),
  ];
  const label = (text: string, index: number) => [
    `& tbody td:nth-of-type(${index + 1})::before`,
    { content: JSON.stringify(text), color: theme.colors.text.secondary, flexShrink: 0 },
  ];
  return {
    table: css({
      containerType: 'inline-size',
      '& td, & td > button': { verticalAlign: 'middle' },
      '& time': { whiteSpace: 'nowrap' },
      [NARROW]: {
        '& table, & thead, & tbody': { display: 'block' },
        '& thead tr': { display: 'flex', flexWrap: 'wrap', borderBottom: `1px solid ${theme.colors.border.weak}` },
        '& thead th': { borderBottom: 0 },
        // What cannot be sorted by needs no header: every line of a card has its own label.
        '& thead th:not(:has(button))': { display: 'none' },
        '& tbody tr': { display: 'block', position: 'relative', padding: theme.spacing(1, 0) },
        '& tbody td': {
          display: 'flex',
          justifyContent: 'space-between',
          gap: theme.spacing(2),
          padding: theme.spacing(0.25, 1),
        },
        '& tbody td:first-of-type': { paddingRight: theme.spacing(8) },
        '& tbody td:last-of-type': { position: 'absolute', top: theme.spacing(1), right: 0 },
        ...Object.fromEntries(labels.map(label).slice(1)),
      },
    }),
    stale: css({ opacity: 0.6 }),
  };
};
