import { CardTable, type CardColumn } from './CardTable.tsx';
import { Pager } from './Pager.tsx';
import { usePagination } from './usePagination.ts';

const PAGE_SIZE = 20;

interface Props<T extends { readonly id: string }> {
  /** Memoised, as the items. */
  readonly columns: Array<CardColumn<T>>;
  readonly items: readonly T[];
  readonly testId: string;
  /** What is paged, for those who cannot see where the buttons stand. */
  readonly pagesLabel: string;
}

/** A table of things that are here as a whole, of which it shows so many at a time. */
export function PagedTable<T extends { readonly id: string }>({ columns, items, testId, pagesLabel }: Props<T>) {
  const { items: rows, pager } = usePagination(items, PAGE_SIZE);
  return (
    <>
      <CardTable columns={columns} items={rows} testId={testId} />
      {pager && <Pager {...pager} label={pagesLabel} />}
    </>
  );
}
