import { useMemo } from 'react';
import { t } from '@grafana/i18n';
import type { Catalogue } from '../../contract/api.ts';
import { testIds } from '../lib/testIds.ts';
import type { CardColumn } from '../ui/CardTable.tsx';
import { PagedTable } from '../ui/PagedTable.tsx';
import { RelativeTime } from '../ui/RelativeTime.tsx';

type Instance = NonNullable<Catalogue['reports']>['instances'][number];

/** Who reports, when it did so last, and until when that counts. */
export function InstanceTable({ instances }: { readonly instances: readonly Instance[] }) {
  const items = useMemo(() => instances.map((each) => ({ ...each, id: each.instance ?? '' })), [instances]);
  const columns = useMemo(() => instanceColumns(), []);
  if (items.length === 0) {
    return <p>{t('catalogues.instances.none', 'No reports, or all of them have expired.')}</p>;
  }
  return (
    <PagedTable
      columns={columns}
      items={items}
      testId={testIds.instances}
      pagesLabel={t('catalogues.instances.pages', 'Pages of instances')}
    />
  );
}

function instanceColumns(): Array<CardColumn<Instance & { id: string }>> {
  return [
    {
      id: 'instance',
      header: t('catalogues.instances.instance', 'Instance'),
      cell: ({ row: { original } }) =>
        original.instance === null ? (
          t('catalogues.instances.unnamed', 'Without a name')
        ) : (
          <bdi>{original.instance}</bdi>
        ),
    },
    {
      id: 'reportedAt',
      header: t('catalogues.instances.reported', 'Last report'),
      cell: ({ row: { original } }) => <RelativeTime at={original.reportedAt} />,
    },
    {
      id: 'expiresAt',
      header: t('catalogues.instances.expires', 'Expires'),
      cell: ({ row: { original } }) => <RelativeTime at={original.expiresAt} />,
    },
    {
      id: 'series',
      header: t('catalogues.instances.series', 'Series'),
      cell: ({ row: { original } }) => original.series.toLocaleString(),
    },
  ];
}
