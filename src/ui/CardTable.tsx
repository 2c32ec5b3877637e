import { css, cx } from '@emotion/css';
import { useCallback } from 'react';
import type { GrafanaTheme2 } from '@grafana/data';
import { InteractiveTable, useStyles2, type Column } from '@grafana/ui';

/** A column whose header is a word. One with the id `actions` holds a row's buttons and comes last. */
export interface CardColumn<T extends object> extends Column<T> {
  readonly header: string;
}

interface Props<T extends { readonly id: string }> {
  /** Memoised, as the items. */
  readonly columns: Array<CardColumn<T>>;
  readonly items: T[];
  /** Something newer is on its way. */
  readonly isStale?: boolean;
  readonly testId: string;
}

/** A table where there is room; where there is none, each row is a card whose lines have labels. */
export function CardTable<T extends { readonly id: string }>({ columns, items, isStale = false, testId }: Props<T>) {
  const headers = columns.map(({ header }) => header);
  const hasActions = columns.at(-1)?.id === 'actions';
  const styles = useStyles2(getStyles, JSON.stringify(headers.slice(0, hasActions ? -1 : undefined)), hasActions);
  return (
    <div className={cx(styles.table, isStale && styles.stale)} aria-busy={isStale} data-testid={testId}>
      <InteractiveTable columns={columns} data={items} getRowId={useCallback((item: T) => item.id, [])} />
    </div>
  );
}

const NARROW = '@container (max-width: 640px)';

/** @param headers as JSON, because styles are kept by their arguments' text */
const getStyles = (theme: GrafanaTheme2, headers: string, hasActions: boolean) => {
  const label = (text: string, index: number) => [
    `& tbody td:nth-of-type(${index + 1})::before`,
    { content: JSON.stringify(text), color: theme.colors.text.secondary, flexShrink: 0 },
  ];
  return {
    table: css({
      containerType: 'inline-size',
      '& td, & td > button': { verticalAlign: 'middle' },
      '& time': { whiteSpace: 'nowrap' },
      '& td': { overflowWrap: 'anywhere' },
      '& td code': { whiteSpace: 'pre-wrap' },
      [NARROW]: {
        '& table, & tbody': { display: 'block' },
        '& thead': { display: 'none' },
        '& tbody tr': { display: 'block', position: 'relative', padding: theme.spacing(1, 0) },
        '& tbody td': {
          display: 'flex',
          justifyContent: 'space-between',
          gap: theme.spacing(2),
          padding: theme.spacing(0.25, 1),
          textAlign: 'right',
        },
        '& tbody td:first-of-type': { textAlign: 'left', ...(hasActions && { paddingRight: theme.spacing(10) }) },
        ...(hasActions && {
          '& tbody td:last-of-type': { position: 'absolute', top: theme.spacing(1), right: 0, width: 'auto' },
        }),
        ...Object.fromEntries((JSON.parse(headers) as string[]).map(label).slice(1)),
      },
    }),
    stale: css({ opacity: 0.6 }),
  };
};
