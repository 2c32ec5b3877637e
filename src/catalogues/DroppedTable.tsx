import { useMemo } from 'react';
import { t } from '@grafana/i18n';
import type { Catalogue } from '../../contract/api.ts';
import { testIds } from '../lib/testIds.ts';
import type { CardColumn } from '../ui/CardTable.tsx';
import { EmptyValue } from '../ui/EmptyValue.tsx';
import { PagedTable } from '../ui/PagedTable.tsx';
import { RelativeTime } from '../ui/RelativeTime.tsx';
import { dropReasonLabel } from './catalogueLabels.ts';

/** Under this name the backend adds up what it does not tell apart any more. */
const REST = '…';

type Dropped = NonNullable<Catalogue['source']>['dropped'][number];

/** What a local exporter sent and the catalogue does not let out, and why. */
export function DroppedTable({ dropped }: { readonly dropped: readonly Dropped[] }) {
  const items = useMemo(
    () => dropped.map((each) => ({ ...each, id: JSON.stringify([each.reason, each.name, each.label]) })),
    [dropped],
  );
  const columns = useMemo(() => droppedColumns(), []);
  if (items.length === 0) {
    return <p>{t('catalogues.dropped.none', 'None: all samples of the exporter are exposed.')}</p>;
  }
  return (
    <>
      <p>
        {t(
          'catalogues.dropped.help',
          'Counted since the backend started. To expose a metric, add it to the catalogue’s file.',
        )}
      </p>
      <PagedTable
        columns={columns}
        items={items}
        testId={testIds.dropped}
        pagesLabel={t('catalogues.dropped.pages', 'Pages of what was dropped')}
      />
    </>
  );
}

function droppedColumns(): Array<CardColumn<Dropped & { id: string }>> {
  return [
    {
      id: 'name',
      header: t('catalogues.dropped.name', 'Family'),
      cell: ({ row: { original } }) =>
        original.name === REST ? t('catalogues.dropped.rest', 'Many others') : <code>{original.name}</code>,
    },
    {
      id: 'label',
      header: t('catalogues.dropped.label', 'Label'),
      cell: ({ row: { original } }) =>
        original.label === null ? (
          <EmptyValue label={t('catalogues.dropped.no-label', 'Not because of a label')} />
        ) : (
          <code>{original.label}</code>
        ),
    },
    {
      id: 'reason',
      header: t('catalogues.dropped.reason', 'Reason'),
      cell: ({ row: { original } }) => dropReasonLabel(original.reason),
    },
    {
      id: 'samples',
      header: t('catalogues.dropped.samples', 'Samples'),
      cell: ({ row: { original } }) => original.samples.toLocaleString(),
    },
    {
      id: 'lastAt',
      header: t('catalogues.dropped.last', 'Last'),
      cell: ({ row: { original } }) => <RelativeTime at={original.lastAt} />,
    },
  ];
}
