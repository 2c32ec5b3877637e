import { sql, type Kysely } from 'kysely';
import { auditEventNames, type AuditEventName } from '../../contract/audit-events.ts';
import type { ListAuditQuery } from '../../contract/api.ts';
import type { Database, Tx } from '../database/database.ts';
import type { AuditEventRow, Schema } from '../database/schema.ts';
import { addToTotal, preparedTotals } from '../database/totals.ts';
import { decodeCursor, page, type Page } from '../keyset.ts';
import { GENESIS, type ChainHead } from './chain.ts';

export function totalName(event: AuditEventName): string {
  return `audit.${event}`;
}

export async function readHead(db: Kysely<Schema>): Promise<ChainHead> {
  const last = await db
    .selectFrom('audit_events')
    .select(['seq', 'hash'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last ?? { seq: 0, hash: GENESIS };
}

export async function appendRow(tx: Tx, row: AuditEventRow): Promise<void> {
  await tx.insertInto('audit_events').values(row).execute();
  await addToTotal(tx, totalName(row.event), 1);
}

export async function rowsAfter(db: Kysely<Schema>, seq: number, limit: number): Promise<AuditEventRow[]> {
  return db.selectFrom('audit_events').selectAll().where('seq', '>', seq).orderBy('seq').limit(limit).execute();
}

/** Reads how often each event was ever recorded, without waiting for anybody. */
export function eventCounter(database: Database): () => Promise<Record<AuditEventName, number>> {
  const totals = preparedTotals(database);
  return async () => {
    const total = await totals();
    const counts = auditEventNames.map((event) => [event, total.get(totalName(event)) ?? 0] as const);
    return Object.fromEntries(counts) as Record<AuditEventName, number>;
  };
}

/** How many events were ever counted and the last row's number, read together. */
export async function countedAndLast(db: Kysely<Schema>): Promise<{ counted: number; last: number }> {
  const row = await db
    .selectFrom('running_totals')
    .where('name', 'in', auditEventNames.map(totalName))
    .select((eb) => [
      eb.fn.coalesce(eb.fn.sum<number>('value'), sql<number>`0`).as('counted'),
      eb
        .selectFrom('audit_events')
        .select((q) => q.fn.max('seq').as('last'))
        .as('last'),
    ])
    .executeTakeFirstOrThrow();
  return { counted: row.counted, last: row.last ?? 0 };
}

/** A listing's query with its times as milliseconds since the Unix epoch. */
export interface AuditFilter extends Omit<ListAuditQuery, 'from' | 'to'> {
  readonly from: number | undefined;
  readonly to: number | undefined;
}

export async function listRows(db: Kysely<Schema>, query: AuditFilter): Promise<Page<AuditEventRow>> {
  const listing = 'audit -seq';
  const after = decodeCursor(query.cursor, listing, 'number');
  let select = db.selectFrom('audit_events').selectAll();
  if (query.event !== undefined) select = select.where('event', '=', query.event);
  if (query.actor !== undefined) select = select.where('actor', '=', query.actor);
  if (query.from !== undefined) select = select.where('at', '>=', query.from);
  if (query.to !== undefined) select = select.where('at', '<', query.to);
  if (after) select = select.where('seq', '<', after.key);
  const rows = await select
    .orderBy('seq', 'desc')
    .limit(query.limit + 1)
    .execute();
  return page(rows, query.limit, (last) => ({ listing, key: last.seq, id: last.id }));
}
