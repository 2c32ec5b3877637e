import { sql, type Kysely } from 'kysely';
import type { TokenStatus } from '../../../contract/api.ts';
import type { Database, PreparedRead, Tx } from '../../database/database.ts';
import type { ScrapeTokenRow, Schema } from '../../database/schema.ts';
import { addToTotal, preparedTotals } from '../../database/totals.ts';
import type { Use } from '../../database/write-behind.ts';
import { Refusal } from '../../http/refusal.ts';
import { nextExpiryNotification } from './expiry.ts';
import { foldName } from './token.ts';

/** A token that nobody used is expired for good when it has been due for this long, in milliseconds: a day. */
const SETTLED_AFTER_MS = 24 * 3600 * 1000;

export type VerificationRow = Pick<ScrapeTokenRow, 'id' | 'name' | 'expires_at' | 'state' | 'catalogues'>;
export type TokenCounts = Record<TokenStatus, number>;

/** The scrape route's lookup: one prepared statement over the unique index on the hash. */
export function tokensByHash(database: Database): PreparedRead<VerificationRow> {
  return database.prepare(
    database.read
      .selectFrom('scrape_tokens')
      .select(['id', 'name', 'expires_at', 'state', 'catalogues'])
      .where('hash', '=', ''),
  );
}

export async function findToken(db: Kysely<Schema>, id: string): Promise<ScrapeTokenRow | undefined> {
  return db.selectFrom('scrape_tokens').selectAll().where('id', '=', id).executeTakeFirst();
}

/** @throws Refusal `token_not_found` */
export async function requireToken(db: Kysely<Schema>, id: string): Promise<ScrapeTokenRow> {
  const row = await findToken(db, id);
  if (!row) throw new Refusal('token_not_found');
  return row;
}

/** At most two tokens of this public prefix: more than one is as good as none. */
export async function findByPrefix(db: Kysely<Schema>, prefix: string): Promise<ScrapeTokenRow[]> {
  return db.selectFrom('scrape_tokens').selectAll().where('prefix', '=', prefix).limit(2).execute();
}

export async function findByHash(db: Kysely<Schema>, hash: string): Promise<ScrapeTokenRow | undefined> {
  return db.selectFrom('scrape_tokens').selectAll().where('hash', '=', hash).executeTakeFirst();
}

export async function insertToken(tx: Tx, row: ScrapeTokenRow): Promise<void> {
  await tx.insertInto('scrape_tokens').values(row).execute();
  await addToTotal(tx, tokenTotal(row.state), 1);
}

export async function setName(tx: Tx, id: string, name: string): Promise<void> {
  await tx
    .updateTable('scrape_tokens')
    .set({ name, name_folded: foldName(name) })
    .where('id', '=', id)
    .execute();
}

/** Tokens of the configuration that were in force when it was last accounted for. */
export async function provisionedInForce(tx: Tx): Promise<ScrapeTokenRow[]> {
  return tx
    .selectFrom('scrape_tokens')
    .selectAll()
    .where('state', '=', 'active')
    .where('origin', '=', 'provisioned')
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}

/** Gives a token what the configuration says of it; an expiry that is past ends it. */
export async function setProvisioned(
  tx: Tx,
  { id, expires_at }: ScrapeTokenRow,
  fields: Pick<ScrapeTokenRow, 'name' | 'expires_at' | 'catalogues'>,
  now: number,
): Promise<void> {
  const isMoved = fields.expires_at !== expires_at;
  await tx
    .updateTable('scrape_tokens')
    .set({ ...fields, name_folded: foldName(fields.name) })
    .$if(isMoved, (query) => query.set({ notice_at: nextExpiryNotification(fields.expires_at, now) }))
    .where('id', '=', id)
    .execute();
  if (fields.expires_at !== null && fields.expires_at <= now) await setExpired(tx, [id], now);
}

export async function setRevoked(tx: Tx, token: ScrapeTokenRow, at: number, by: string): Promise<void> {
  await tx
    .updateTable('scrape_tokens')
    .set({ revoked_at: at, revoked_by: by, state: 'revoked', notice_at: null })
    .where('id', '=', token.id)
    .execute();
  await addToTotal(tx, tokenTotal(token.state), -1);
  await addToTotal(tx, tokenTotal('revoked'), 1);
}

/**
 * Makes expiry stick: for tokens that were refused as expired, and for those that have been due for so long that no
 * clock stepping back is to be expected. The latter keeps few of them to be counted at a scrape.
 */
export async function setExpired(tx: Tx, rejected: readonly string[], now: number): Promise<void> {
  const expire = tx
    .updateTable('scrape_tokens')
    .set({ state: 'expired', notice_at: null })
    .where('state', '=', 'active');
  const due = await expire.where('expires_at', '<=', now - SETTLED_AFTER_MS).executeTakeFirst();
  let changed = Number(due.numUpdatedRows);
  // One by one, by their key: together they could not use an index.
  for (const id of rejected) {
    const one = await expire.where('id', '=', id).executeTakeFirst();
    changed += Number(one.numUpdatedRows);
  }
  await addToTotal(tx, tokenTotal('active'), -changed);
  await addToTotal(tx, tokenTotal('expired'), changed);
}

/** An older use than the one that is known changes nothing, unless that one lies in the future: then the clock was wrong. */
export async function setLastUse(tx: Tx, id: string, { at, ip }: Use, now: number): Promise<void> {
  await tx
    .updateTable('scrape_tokens')
    .set({ last_used_at: at, last_ip: ip })
    .where('id', '=', id)
    .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<=', at), eb('last_used_at', '>', now)]))
    .execute();
}

/** Tokens whose expiry has to be notified, the most urgent first. */
export async function dueExpiryNotifications(
  db: Kysely<Schema>,
  now: number,
  limit: number,
): Promise<ScrapeTokenRow[]> {
  return db
    .selectFrom('scrape_tokens')
    .selectAll()
    .where('notice_at', '<=', now)
    .orderBy('notice_at')
    .limit(limit)
    .execute();
}

export async function setExpiryNotification(tx: Tx, id: string, at: number | null): Promise<void> {
  await tx.updateTable('scrape_tokens').set({ notice_at: at }).where('id', '=', id).execute();
}

/** When any token was last used, or null. */
export async function lastUse(db: Kysely<Schema>): Promise<number | null> {
  const latest = await db
    .selectFrom('scrape_tokens')
    .select('last_used_at')
    .orderBy(sql`coalesce(last_used_at, 0)`, 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return latest?.last_used_at ?? null;
}

/**
 * Counts by status from the running totals, plus the few that expired since they were last accounted for. Whoever has read
 * the totals already hands them on.
 */
export function tokenCounter(
  database: Database,
): (now: number, known?: ReadonlyMap<string, number>) => Promise<TokenCounts> {
  const totals = preparedTotals(database);
  const due = database.prepare<{ due: number }>(
    database.read
      .selectFrom('scrape_tokens')
      .select((eb) => eb.fn.countAll<number>().as('due'))
      .where('state', '=', sql.lit('active'))
      .where('expires_at', '<=', 0),
  );
  return async (now, known) => {
    const total = known ?? (await totals());
    const overdue = (await due(now))[0]?.due ?? 0;
    const of = (status: TokenStatus) => total.get(tokenTotal(status)) ?? 0;
    return { active: of('active') - overdue, expired: of('expired') + overdue, revoked: of('revoked') };
  };
}

/** When the next active token expires after a moment, both in milliseconds since the Unix epoch; Infinity: none does. */
export function nextExpiry(database: Database): (now: number) => Promise<number> {
  const next = database.prepare<{ at: number | null }>(
    database.read
      .selectFrom('scrape_tokens')
      .select((eb) => eb.fn.min('expires_at').as('at'))
      .where('state', '=', sql.lit('active'))
      .where('expires_at', '>', 0),
  );
  return async (now) => (await next(now))[0]?.at ?? Infinity;
}

export function tokenTotal(status: TokenStatus): string {
  return `tokens.${status}`;
}
