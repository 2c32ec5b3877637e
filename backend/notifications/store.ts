import { sql, type Kysely } from 'kysely';
import { UNREAD_COUNTED_MAX, type ListNotificationsQuery } from '../../contract/notifications.ts';
import type { Channel } from '../../contract/metrics.ts';
import type { Database, PreparedRead, Tx } from '../database/database.ts';
import type { BellRow, OutboxRow, Schema } from '../database/schema.ts';
import { addToTotal, readTotal } from '../database/totals.ts';
import { decodeCursor, page, type Page } from '../lib/pagination.ts';

const ENQUEUED = 'notifications.enqueued';
const QUEUED = 'notifications.queued';

/** Appends to the queue. The running total of all that ever was enqueued is the order. */
export async function enqueue(tx: Tx, row: Omit<OutboxRow, 'seq' | 'state' | 'reason'>): Promise<void> {
  await addToTotal(tx, ENQUEUED, 1);
  const seq = await readTotal(tx, ENQUEUED);
  await tx
    .insertInto('notification_outbox')
    .values({ ...row, seq, state: 'queued', reason: null })
    .execute();
  await addToTotal(tx, QUEUED, 1);
}

/** Reads the oldest of a channel's queue without waiting for anybody. */
export function queueReader(database: Database, limit: number): PreparedRead<OutboxRow> {
  return database.prepare(
    database.read
      .selectFrom('notification_outbox')
      .selectAll()
      .where('channel', '=', '' as Channel)
      .where('state', '=', sql.lit('queued'))
      .orderBy('seq')
      .limit(sql.lit(limit)),
  );
}

/** How many notifications wait, from the running totals. */
export function queueDepth(total: ReadonlyMap<string, number>): number {
  return total.get(QUEUED) ?? 0;
}

/** Takes delivered notifications out of the queue. */
export async function removeDelivered(tx: Tx, rows: readonly OutboxRow[]): Promise<void> {
  const ids = rows.map(({ id }) => id);
  const result = await tx
    .deleteFrom('notification_outbox')
    .where('id', 'in', ids)
    .where('state', '=', 'queued')
    .executeTakeFirst();
  await addToTotal(tx, QUEUED, -Number(result.numDeletedRows));
}

/** Sets a notification aside for good. @returns whether it was still in the queue. */
export async function setQuarantined(tx: Tx, id: string, reason: string): Promise<boolean> {
  const result = await tx
    .updateTable('notification_outbox')
    .set({ state: 'quarantined', reason })
    .where('id', '=', id)
    .where('state', '=', 'queued')
    .executeTakeFirst();
  const changed = Number(result.numUpdatedRows);
  await addToTotal(tx, QUEUED, -changed);
  return changed > 0;
}

export async function isQueueEmpty(db: Kysely<Schema>, channel: Channel): Promise<boolean> {
  const query = db.selectFrom('notification_outbox').select('id').where('channel', '=', channel);
  return (await query.where('state', '=', 'queued').limit(1).executeTakeFirst()) === undefined;
}

/** Takes everything that waits for a channel out of the queue. @returns how many that were. */
export async function dropQueue(tx: Tx, channel: Channel): Promise<number> {
  const result = await tx
    .deleteFrom('notification_outbox')
    .where('channel', '=', channel)
    .where('state', '=', 'queued')
    .executeTakeFirst();
  const dropped = Number(result.numDeletedRows);
  await addToTotal(tx, QUEUED, -dropped);
  return dropped;
}

const BREAKER = 'vector_breaker_open';

/** The destination whose circuit breaker is open, kept so that a restart neither closes nor forgets it. */
export async function readOpenBreaker(db: Kysely<Schema>): Promise<string | undefined> {
  const row = await db.selectFrom('meta').select('value').where('name', '=', BREAKER).executeTakeFirst();
  return row?.value;
}

export async function writeOpenBreaker(tx: Tx, url: string | undefined): Promise<void> {
  await tx.deleteFrom('meta').where('name', '=', BREAKER).execute();
  if (url !== undefined) await tx.insertInto('meta').values({ name: BREAKER, value: url }).execute();
}

export async function insertBell(tx: Tx, rows: readonly OutboxRow[]): Promise<void> {
  const bell = rows.map(({ channel: _channel, state: _state, reason: _reason, ...row }): BellRow => row);
  await tx
    .insertInto('bell_notifications')
    .values(bell)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Who reads: whose marks count, and whether what is for administrators is shown. */
export interface Reader {
  readonly id: string;
  readonly isAdmin: boolean;
}

export type BellItem = BellRow & { readonly is_read: number };

export async function listBell(
  db: Kysely<Schema>,
  query: ListNotificationsQuery,
  reader: Reader,
): Promise<Page<BellItem>> {
  const listing = 'notifications -seq';
  const after = decodeCursor(query.cursor, listing, 'number');
  const upTo = await readUpTo(db, reader.id);
  let select = db
    .selectFrom('bell_notifications as b')
    .leftJoin('bell_reads as r', (join) => join.onRef('r.seq', '=', 'b.seq').on('r.reader', '=', reader.id))
    .selectAll('b')
    .select(sql<number>`case when b.seq <= ${upTo} or r.seq is not null then 1 else 0 end`.as('is_read'));
  if (!reader.isAdmin) select = select.where('b.audience', '=', 'all');
  if (after) select = select.where('b.seq', '<', after.key);
  const rows = await select
    .orderBy('b.seq', 'desc')
    .limit(query.limit + 1)
    .execute();
  return page(rows, query.limit, (last) => ({ listing, key: last.seq, id: last.id }));
}

/** How many a reader has not read; more than the maximum are not counted. */
export async function countUnread(db: Kysely<Schema>, reader: Reader): Promise<number> {
  const upTo = await readUpTo(db, reader.id);
  let unread = db
    .selectFrom('bell_notifications as b')
    .leftJoin('bell_reads as r', (join) => join.onRef('r.seq', '=', 'b.seq').on('r.reader', '=', reader.id))
    .select('b.seq')
    .where('b.seq', '>', upTo)
    .where('r.seq', 'is', null);
  if (!reader.isAdmin) unread = unread.where('b.audience', '=', 'all');
  const row = await db
    .selectFrom(unread.limit(UNREAD_COUNTED_MAX).as('unread'))
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return row.count;
}

/** The places of these notifications, of those the reader may see. */
export async function findBell(db: Kysely<Schema>, ids: readonly string[], reader: Reader): Promise<number[]> {
  let select = db.selectFrom('bell_notifications').select('seq').where('id', 'in', ids);
  if (!reader.isAdmin) select = select.where('audience', '=', 'all');
  return (await select.execute()).map(({ seq }) => seq);
}

export async function markRead(tx: Tx, reader: string, seqs: readonly number[]): Promise<void> {
  const upTo = await readUpTo(tx, reader);
  const rows = seqs.filter((seq) => seq > upTo).map((seq) => ({ reader, seq }));
  if (rows.length === 0) return;
  await tx
    .insertInto('bell_reads')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function markReadUpTo(tx: Tx, reader: string, seq: number): Promise<void> {
  if (seq <= (await readUpTo(tx, reader))) return;
  await tx
    .insertInto('bell_readers')
    .values({ reader, up_to: seq })
    .onConflict((conflict) => conflict.column('reader').doUpdateSet({ up_to: seq }))
    .execute();
  await tx.deleteFrom('bell_reads').where('reader', '=', reader).where('seq', '<=', seq).execute();
}

/** Gives the bell's notifications from before a time that cannot be another one. */
export async function dateBell(tx: Tx, earliest: number, at: number): Promise<void> {
  await tx.updateTable('bell_notifications').set({ at }).where('at', '<', earliest).execute();
}

/** Gives notifications that were set aside for good before a time that cannot be another one. */
export async function dateQuarantined(tx: Tx, earliest: number, at: number): Promise<void> {
  await tx
    .updateTable('notification_outbox')
    .set({ at })
    .where('state', '=', sql.lit('quarantined'))
    .where('at', '<', earliest)
    .execute();
}

/** Deletes some of the bell's notifications from before this time, with everybody's marks. @returns how many. */
export async function deleteOldBell(tx: Tx, before: number, limit: number): Promise<number> {
  const old = tx.selectFrom('bell_notifications').select('seq').where('at', '<', before).orderBy('at').limit(limit);
  const seqs = (await old.execute()).map(({ seq }) => seq);
  if (seqs.length === 0) return 0;
  await tx.deleteFrom('bell_reads').where('seq', 'in', seqs).execute();
  await tx.deleteFrom('bell_notifications').where('seq', 'in', seqs).execute();
  return seqs.length;
}

/** Deletes some of the notifications from before this time that were set aside for good. @returns how many. */
export async function deleteOldQuarantined(tx: Tx, before: number, limit: number): Promise<number> {
  const result = await tx
    .deleteFrom('notification_outbox')
    .where('seq', 'in', (eb) =>
      eb
        .selectFrom('notification_outbox')
        .select('seq')
        .where('state', '=', sql.lit('quarantined'))
        .where('at', '<', before)
        .orderBy('at')
        .limit(limit),
    )
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

async function readUpTo(db: Kysely<Schema>, reader: string): Promise<number> {
  const row = await db.selectFrom('bell_readers').select('up_to').where('reader', '=', reader).executeTakeFirst();
  return row?.up_to ?? 0;
}
