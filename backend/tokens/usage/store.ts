/** What is seen of tokens' users. SQL only. */
import { sql, type Kysely } from 'kysely';
import type { Tx } from '../../database/database.ts';
import type { Schema, TokenConsumerRow, TokenObservationRow } from '../../database/schema.ts';
import type { Use } from '../../database/write-behind.ts';
import { CONSUMERS_MAX, type Rhythm } from './consumers.ts';

/** A consumer that did not scrape for so long is forgotten, in milliseconds: thirty days. */
const FORGOTTEN_AFTER_MS = 30 * 24 * 3600 * 1000;

/** Scrapes since the last writing. Times are milliseconds since the Unix epoch. */
export interface TokenUse extends Use {
  readonly userAgent: string;
  readonly format: string;
  readonly durationMs: number;
  readonly rhythm: Pick<Rhythm, 'usualMs'>;
  readonly sharedAt: number | null;
  readonly consumers: Map<string, ConsumerUse>;
}

export interface ConsumerUse {
  readonly ip: string;
  readonly userAgent: string;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly scrapes: number;
  readonly rhythm: Pick<Rhythm, 'ownUsualMs'>;
}

/** Refused scrapes since the last writing. */
export interface RejectedUse extends Use {
  readonly reason: 'expired' | 'revoked';
  readonly count: number;
}

const nothingSeen = {
  usual_ms: null,
  shared_at: null,
  last_duration_ms: null,
  last_format: null,
  last_user_agent: null,
  knock_at: null,
  knock_ip: null,
  knock_reason: null,
  knock_count: 0,
};

export async function addUse(tx: Tx, id: string, use: TokenUse): Promise<void> {
  const last = { last_duration_ms: use.durationMs, last_format: use.format, last_user_agent: use.userAgent };
  await tx
    .insertInto('token_observations')
    .values({ ...nothingSeen, token_id: id, usual_ms: use.rhythm.usualMs, shared_at: use.sharedAt, ...last })
    .onConflict((conflict) =>
      conflict.column('token_id').doUpdateSet((eb) => ({
        usual_ms: eb.fn.coalesce('excluded.usual_ms', 'token_observations.usual_ms'),
        shared_at: eb.fn.coalesce('excluded.shared_at', earlierOf('token_observations.shared_at', use.at)),
        ...last,
      })),
    )
    .execute();
  for (const consumer of use.consumers.values()) await addConsumerUse(tx, id, consumer);
  await forgetConsumers(tx, id, use.at);
}

async function addConsumerUse(tx: Tx, id: string, use: ConsumerUse): Promise<void> {
  await tx
    .insertInto('token_consumers')
    .values({
      token_id: id,
      ip: use.ip,
      user_agent: use.userAgent,
      first_at: use.firstAt,
      last_at: use.lastAt,
      scrapes: use.scrapes,
      usual_ms: use.rhythm.ownUsualMs,
    })
    .onConflict((conflict) =>
      conflict.columns(['token_id', 'ip', 'user_agent']).doUpdateSet((eb) => ({
        last_at: eb.ref('excluded.last_at'),
        scrapes: eb('token_consumers.scrapes', '+', eb.ref('excluded.scrapes')),
        usual_ms: eb.fn.coalesce('excluded.usual_ms', 'token_consumers.usual_ms'),
      })),
    )
    .execute();
}

/** A time that is known, or another one that is earlier: so what a wrong clock put into the future is mended by the next use. */
function earlierOf(column: 'token_observations.shared_at' | `token_consumers.${'first' | 'last'}_at`, at: number) {
  return sql<number>`min(${sql.ref(column)}, ${at})`;
}

/** Keeps those that were seen of late, and of these only so many. Nobody can have been seen later than now. */
async function forgetConsumers(tx: Tx, id: string, now: number): Promise<void> {
  await tx
    .updateTable('token_consumers')
    .set({ first_at: earlierOf('token_consumers.first_at', now), last_at: earlierOf('token_consumers.last_at', now) })
    .where('token_id', '=', id)
    .where((eb) => eb.or([eb('first_at', '>', now), eb('last_at', '>', now)]))
    .execute();
  const kept = await consumersOf(tx, id);
  for (const [index, { ip, user_agent, last_at }] of kept.entries()) {
    if (index < CONSUMERS_MAX && last_at >= now - FORGOTTEN_AFTER_MS) continue;
    await tx
      .deleteFrom('token_consumers')
      .where('token_id', '=', id)
      .where('ip', '=', ip)
      .where('user_agent', '=', user_agent)
      .execute();
  }
}

export async function addRejectedUse(tx: Tx, id: string, { at, ip, reason, count }: RejectedUse): Promise<void> {
  const last = { knock_at: at, knock_ip: ip, knock_reason: reason };
  await tx
    .insertInto('token_observations')
    .values({ ...nothingSeen, token_id: id, ...last, knock_count: count })
    .onConflict((conflict) =>
      conflict.column('token_id').doUpdateSet((eb) => ({
        ...last,
        knock_count: eb('token_observations.knock_count', '+', eb.ref('excluded.knock_count')),
      })),
    )
    .execute();
}

/** What was seen of these tokens, by their ids; a token that nobody used is absent. */
export async function observationsOf(
  db: Kysely<Schema>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, TokenObservationRow>> {
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom('token_observations').selectAll().where('token_id', 'in', ids).execute();
  return new Map(rows.map((row) => [row.token_id, row]));
}

/** The consumers of a token, the one seen last comes first. */
export async function consumersOf(db: Kysely<Schema>, id: string): Promise<TokenConsumerRow[]> {
  return db
    .selectFrom('token_consumers')
    .selectAll()
    .where('token_id', '=', id)
    .orderBy('last_at', 'desc')
    .orderBy('ip')
    .orderBy('user_agent')
    .execute();
}

/** The longest usual interval of those who use a token, in milliseconds; 0 where none is known. */
export async function longestUsualInterval(db: Kysely<Schema>, id: string): Promise<number> {
  const { own } = await db
    .selectFrom('token_consumers')
    .select((eb) => eb.fn.max('usual_ms').as('own'))
    .where('token_id', '=', id)
    .executeTakeFirstOrThrow();
  const observation = (await observationsOf(db, [id])).get(id);
  return Math.max(own ?? 0, observation?.usual_ms ?? 0);
}
