import { sql, type Kysely } from 'kysely';
import { auditEventNames, type AuditEventName } from '../../contract/audit-events.ts';
import type { ListAuditQuery } from '../../contract/api.ts';
import type { Tx } from '../database/database.ts';
import type { AuditCheckpointRow, AuditEventRow, Schema } from '../database/schema.ts';
import { addToTotal } from '../database/totals.ts';
import { decodeCursor, page, type Page } from '../lib/pagination.ts';
import { GENESIS, type ChainHead } from './chain.ts';

export function auditTotal(event: AuditEventName): string {
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

/** Appends a row. Where its time is before the last row's the place is remembered: up to there times are in order. */
export async function appendRow(tx: Tx, row: AuditEventRow): Promise<void> {
  const before = await timeAt(tx, row.seq - 1);
  if (before !== undefined && row.at < before) {
    await tx.insertInto('audit_clock_steps').values({ seq: row.seq }).execute();
  }
  await tx.insertInto('audit_events').values(row).execute();
  await addToTotal(tx, auditTotal(row.event), 1);
}

export async function timeAt(db: Kysely<Schema>, seq: number): Promise<number | undefined> {
  const row = await db.selectFrom('audit_events').select('at').where('seq', '=', seq).executeTakeFirst();
  return row?.at;
}

/** Rows before which the clock was set back, oldest first. */
export async function clockSteps(db: Kysely<Schema>): Promise<number[]> {
  const rows = await db.selectFrom('audit_clock_steps').select('seq').orderBy('seq').execute();
  return rows.map(({ seq }) => seq);
}

/** The first and the last row that are shown; nothing where there is none. */
export async function ends(db: Kysely<Schema>): Promise<{ first: number; last: number } | undefined> {
  const removed = await readCheckpoint(db);
  const end = (order: 'asc' | 'desc') =>
    db
      .selectFrom('audit_events')
      .select('seq')
      .where('seq', '>', removed?.seq ?? 0)
      .orderBy('seq', order)
      .limit(1)
      .executeTakeFirst();
  const [first, last] = [await end('asc'), await end('desc')];
  return first && last && { first: first.seq, last: last.seq };
}

export async function rowsAfter(db: Kysely<Schema>, seq: number, limit: number): Promise<AuditEventRow[]> {
  return db.selectFrom('audit_events').selectAll().where('seq', '>', seq).orderBy('seq').limit(limit).execute();
}

/** Where retention cut the log last, as stored: whether it was signed is not looked at. */
export async function readCheckpoint(db: Kysely<Schema>): Promise<AuditCheckpointRow | undefined> {
  return db.selectFrom('audit_checkpoint').selectAll().orderBy('seq', 'desc').limit(1).executeTakeFirst();
}

export async function writeCheckpoint(tx: Tx, row: AuditCheckpointRow): Promise<void> {
  await tx.deleteFrom('audit_clock_steps').where('seq', '<=', row.seq).execute();
  await tx.deleteFrom('audit_checkpoint').execute();
  await tx.insertInto('audit_checkpoint').values(row).execute();
}

/** Deletes some of the rows up to this one. @returns how many; 0 when none is left. */
export async function deleteRows(tx: Tx, upTo: number, limit: number): Promise<number> {
  const result = await tx
    .deleteFrom('audit_events')
    .where('seq', 'in', (eb) =>
      eb.selectFrom('audit_events').select('seq').where('seq', '<=', upTo).orderBy('seq').limit(limit),
    )
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** How often each event was ever recorded, from the running totals. */
export function eventCounts(total: ReadonlyMap<string, number>): Record<AuditEventName, number> {
  const counts = auditEventNames.map((event) => [event, total.get(auditTotal(event)) ?? 0] as const);
  return Object.fromEntries(counts) as Record<AuditEventName, number>;
}

/** How many events were ever counted and the last row's number, read together. */
export async function countedAndLast(db: Kysely<Schema>): Promise<{ counted: number; last: number }> {
  const row = await db
    .selectFrom('running_totals')
    .where('name', 'in', auditEventNames.map(auditTotal))
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

/** What is asked for, with its times in milliseconds since the Unix epoch. */
export type AuditFilter = { readonly [Key in 'event' | 'actor' | 'ip' | 'target']: ListAuditQuery[Key] | undefined } & {
  readonly from: number | undefined;
  readonly to: number | undefined;
};

/**
 * The rows that match, of those behind a row and up to another. What retention removed is not shown, whether it is deleted
 * yet or not. There is one lower bound: of two the database would take the first to search by, and read on to the other.
 */
async function matching(db: Kysely<Schema>, filter: AuditFilter, { after, last }: Bounds) {
  const { event, actor, ip, target, from, to } = filter;
  // Beside a target one other column is searched by, the one with the fewest rows: with a plus no index is taken for it.
  const beside = actor !== undefined ? 'actor' : ip !== undefined ? 'ip' : 'event';
  const by = (column: 'event' | 'actor' | 'ip') =>
    target === undefined || column === beside ? sql.ref(column) : sql`+${sql.ref(column)}`;
  const removed = await readCheckpoint(db);
  const query = db
    .selectFrom('audit_events')
    .selectAll()
    .$if(target !== undefined, (q) => q.where('target', '=', target ?? ''))
    .$if(event !== undefined, (q) => q.where(sql<boolean>`${by('event')} = ${event}`))
    .$if(actor !== undefined, (q) => q.where(sql<boolean>`${by('actor')} = ${actor}`))
    .$if(ip !== undefined, (q) => q.where(sql<boolean>`${by('ip')} = ${ip}`))
    .$if(from !== undefined, (q) => q.where('at', '>=', from ?? 0))
    .$if(to !== undefined, (q) => q.where('at', '<', to ?? 0))
    .where('seq', '>', Math.max(after, removed?.seq ?? 0))
    .$if(last < Infinity, (q) => q.where('seq', '<=', last));
  return { query };
}

/** Row numbers: those behind `after`, up to `last`. */
export interface Bounds {
  readonly after: number;
  readonly last: number;
}

/** Newest first. @param within rows among which all of them lie */
export async function listRows(
  db: Kysely<Schema>,
  filter: AuditFilter,
  { limit, cursor }: Pick<ListAuditQuery, 'limit' | 'cursor'>,
  within: Bounds,
): Promise<Page<AuditEventRow>> {
  const listing = 'audit -seq';
  const before = decodeCursor(cursor, listing, 'number')?.key ?? Infinity;
  const { query } = await matching(db, filter, { after: within.after, last: Math.min(within.last, before - 1) });
  const rows = await query
    .orderBy('seq', 'desc')
    .limit(limit + 1)
    .execute();
  return page(rows, limit, (last) => ({ listing, key: last.seq, id: last.id }));
}

/** Those of a range of rows that match, oldest first. */
export async function rowsWithin(db: Kysely<Schema>, filter: AuditFilter, within: Bounds): Promise<AuditEventRow[]> {
  const { query } = await matching(db, filter, within);
  return query.orderBy('seq').execute();
}

/** Row numbers, both included. */
export interface SeqRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The rows among which those of a time lie; nothing where there are none. The log is in the order of its numbers, and so
 * are its times, except where a clock was set back: between two such places they are found by halving, however long the
 * log is. A row in between may still be of another time.
 */
export async function seqRange(
  db: Kysely<Schema>,
  from: number | undefined,
  to: number | undefined,
): Promise<SeqRange | undefined> {
  const log = await ends(db);
  if (!log) return undefined;
  const steps = (await clockSteps(db)).filter((seq) => seq > log.first && seq <= log.last);
  const starts = [log.first, ...steps];
  let found: SeqRange | undefined;
  for (const [index, start] of starts.entries()) {
    const end = (starts[index + 1] ?? log.last + 1) - 1;
    const first = from === undefined ? start : await firstFrom(db, { first: start, last: end }, from);
    const last = to === undefined ? end : (await firstFrom(db, { first: start, last: end }, to)) - 1;
    if (first <= last) found = { first: found?.first ?? first, last };
  }
  return found;
}

/** The first row of a range that is of this time or later; the one behind the range where none is. */
async function firstFrom(db: Kysely<Schema>, { first, last }: SeqRange, time: number): Promise<number> {
  let [low, high] = [first, last + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const at = await timeAt(db, middle);
    if (at === undefined || at >= time) high = middle;
    else low = middle + 1;
  }
  return low;
}
