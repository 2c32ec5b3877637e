import type { Database, Tx } from './database.ts';
import type { RunningTotalRow } from './schema.ts';

/** Adds to a running total, in the transaction of the write that it counts. */
export async function addToTotal(tx: Tx, name: string, by: number): Promise<void> {
  if (by === 0) return;
  await tx
    .insertInto('running_totals')
    .values({ name, value: by })
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet((eb) => ({ value: eb('running_totals.value', '+', eb.ref('excluded.value')) })),
    )
    .execute();
}

/** A running total as the transaction sees it, its own additions included. */
export async function readTotal(tx: Tx, name: string): Promise<number> {
  const row = await tx.selectFrom('running_totals').select('value').where('name', '=', name).executeTakeFirst();
  return row?.value ?? 0;
}

/** Reads every running total without waiting for anybody. A total that was never added to is absent. */
export function preparedTotals(database: Database): () => Promise<ReadonlyMap<string, number>> {
  const read = database.prepare<RunningTotalRow>(database.read.selectFrom('running_totals').selectAll());
  return async () => new Map((await read()).map((row) => [row.name, row.value]));
}
