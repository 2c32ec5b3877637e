import { useMemo } from 'react';
import { t } from '@grafana/i18n';
import type { Catalogue } from '../../contract/api.ts';
import { testIds } from '../lib/testIds.ts';
import type { CardColumn } from '../ui/CardTable.tsx';
import { PagedTable } from '../ui/PagedTable.tsx';

type Family = Catalogue['families'][number];

/** Every family that can come out. */
export function FamilyTable({ families }: { readonly families: readonly Family[] }) {
  const items = useMemo(() => families.map((each) => ({ ...each, id: each.name })), [families]);
  const columns = useMemo(() => familyColumns(), []);
  return (
    <PagedTable
      columns={columns}
      items={items}
      testId={testIds.families}
      pagesLabel={t('catalogues.families.pages', 'Pages of families')}
    />
  );
}

function familyColumns(): Array<CardColumn<Family & { id: string }>> {
  return [
    {
      id: 'name',
      header: t('catalogues.families.name', 'Name'),
      cell: ({ row: { original } }) => <code>{original.name}</code>,
    },
    {
      id: 'type',
      header: t('catalogues.families.type', 'Type'),
      cell: ({ row: { original } }) => original.type,
    },
    {
      id: 'help',
      header: t('catalogues.families.help', 'Help'),
      cell: ({ row: { original } }) => original.help,
    },
  ];
}
