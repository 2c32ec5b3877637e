/** What rules look up in the database: audit events and expiring tokens. SQL only. */
import type { Kysely } from 'kysely';
import type { AuditEventName } from '../../contract/audit-events.ts';
import type { Tx } from '../database/database.ts';
import type { AuditEventRow, Schema } from '../database/schema.ts';

export type SeenEvent = Pick<AuditEventRow, 'seq' | 'event'>;

const CURSOR = 'alarms_audit_cursor';

/** The number of the last audit event, 0 where there is none. */
export async function lastSeq(db: Kysely<Schema>): Promise<number> {
  const row = await db.selectFrom('audit_events').select('seq').orderBy('seq', 'desc').limit(1).executeTakeFirst();
  return row?.seq ?? 0;
}

/** The last audit event that the engine has dealt with; undefined before it ever ran. */
export async function readCursor(db: Kysely<Schema>): Promise<number | undefined> {
  const row = await db.selectFrom('meta').select('value').where('name', '=', CURSOR).executeTakeFirst();
  return row && Number(row.value);
}

export async function writeCursor(tx: Tx, seq: number): Promise<void> {
  const value = String(seq);
  await tx
    .insertInto('meta')
    .values({ name: CURSOR, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}

export async function eventsAfter(db: Kysely<Schema>, seq: number, limit: number): Promise<SeenEvent[]> {
  return db
    .selectFrom('audit_events')
    .select(['seq', 'event'])
    .where('seq', '>', seq)
    .orderBy('seq')
    .limit(limit)
    .execute();
}

/** The latest events of a name, newest first. */
export async function latestEvents(
  db: Kysely<Schema>,
  event: AuditEventName,
  sinceSeq: number,
  limit: number,
): Promise<Pick<AuditEventRow, 'seq' | 'at' | 'body'>[]> {
  return db
    .selectFrom('audit_events')
    .select(['seq', 'at', 'body'])
    .where('event', '=', event)
    .where('seq', '>', sinceSeq)
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute();
}

export interface ExpiryQuery {
  /** Times in milliseconds since the Unix epoch. */
  readonly after: number;
  readonly until: number;
  /** Used at or after this time. */
  readonly usedSince: number;
  readonly limit: number;
}

/** Active tokens in use that expire between two times, the soonest first. */
export async function expiringTokens(db: Kysely<Schema>, query: ExpiryQuery): Promise<string[]> {
  const rows = await db
    .selectFrom('scrape_tokens')
    .select('id')
    .where('state', '=', 'active')
    .where('expires_at', '>', query.after)
    .where('expires_at', '<=', query.until)
    .where('last_used_at', '>=', query.usedSince)
    .orderBy('expires_at')
    .orderBy('id')
    .limit(query.limit)
    .execute();
  return rows.map(({ id }) => id);
}
