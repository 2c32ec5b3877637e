/** Rotations from one token to the next, and the links between tokens that they leave. SQL only. */
import type { Kysely } from 'kysely';
import type { Tx } from '../../database/database.ts';
import type { ScrapeTokenRow, Schema, TokenRotationRow } from '../../database/schema.ts';
import { findToken } from '../model/store.ts';

/** More tokens before or after one than this are not looked for. */
const CHAIN_MAX = 50;

/** Every rotation that is under way, the oldest first. */
export async function rotationsUnderWay(db: Kysely<Schema>): Promise<TokenRotationRow[]> {
  return db.selectFrom('token_rotations').selectAll().orderBy('started_at').orderBy('predecessor_id').execute();
}

/** The rotation that ends this token, where one is under way. */
export async function rotationFrom(db: Kysely<Schema>, id: string): Promise<TokenRotationRow | undefined> {
  return db.selectFrom('token_rotations').selectAll().where('predecessor_id', '=', id).executeTakeFirst();
}

/** The rotation to this token, where one is under way. */
export async function rotationTo(db: Kysely<Schema>, id: string): Promise<TokenRotationRow | undefined> {
  return db.selectFrom('token_rotations').selectAll().where('successor_id', '=', id).executeTakeFirst();
}

export async function insertRotation(tx: Tx, row: TokenRotationRow): Promise<void> {
  await tx.insertInto('token_rotations').values(row).execute();
}

/**
 * Moves along, as the wall clock was set, rotations that end after a time; one that ends at a date stays.
 * @param before the time by the clock as it was: what began behind it was written by another one, and stays
 */
export async function moveTimed(tx: Tx, by: number, before: number): Promise<void> {
  await tx
    .updateTable('token_rotations')
    .set((eb) => ({ started_at: eb('started_at', '+', by), latest_at: eb('latest_at', '+', by) }))
    .where('grace', '=', 'timed')
    .where('started_at', '<=', before)
    .execute();
}

export async function endRotation(tx: Tx, predecessorId: string): Promise<void> {
  await tx.deleteFrom('token_rotations').where('predecessor_id', '=', predecessorId).execute();
}

export async function setSuccessor(tx: Tx, id: string, successorId: string | null): Promise<void> {
  await tx.updateTable('scrape_tokens').set({ successor_id: successorId }).where('id', '=', id).execute();
}

export async function forgetPredecessor(tx: Tx, id: string): Promise<void> {
  await tx.updateTable('scrape_tokens').set({ predecessor_id: null }).where('id', '=', id).execute();
}

/** The tokens that came after this one, the next one first. */
export async function successorsOf(db: Kysely<Schema>, token: ScrapeTokenRow): Promise<ScrapeTokenRow[]> {
  return follow(db, token, 'successor_id');
}

/** The tokens that came before this one, the one just before it first. */
export async function predecessorsOf(db: Kysely<Schema>, token: ScrapeTokenRow): Promise<ScrapeTokenRow[]> {
  return follow(db, token, 'predecessor_id');
}

async function follow(
  db: Kysely<Schema>,
  token: ScrapeTokenRow,
  link: 'predecessor_id' | 'successor_id',
): Promise<ScrapeTokenRow[]> {
  const chain: ScrapeTokenRow[] = [];
  let next = token[link];
  while (next !== null && chain.length < CHAIN_MAX) {
    const row = await findToken(db, next);
    if (!row) break;
    chain.push(row);
    next = row[link];
  }
  return chain;
}
