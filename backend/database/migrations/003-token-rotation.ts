import { sql, type Kysely, type Migration } from 'kysely';

async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('scrape_tokens').addColumn('predecessor_id', 'text').execute();
  await db.schema.alterTable('scrape_tokens').addColumn('successor_id', 'text').execute();
  await db.schema.alterTable('scrape_tokens').addColumn('notice_at', 'bigint').execute();
  // 14 days before they expire; for a token with less time left that is at once.
  await sql`update scrape_tokens set notice_at = expires_at - 1209600000 where state = 'active'`.execute(db);
  await db.schema.createIndex('scrape_tokens_prefix').on('scrape_tokens').column('prefix').execute();
  await db.schema
    .createIndex('scrape_tokens_notice')
    .on('scrape_tokens')
    .column('notice_at')
    .where(sql<boolean>`notice_at is not null`)
    .execute();

  await db.schema
    .createTable('token_rotations')
    .addColumn('predecessor_id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('successor_id', 'text', (c) => c.notNull().unique())
    .addColumn('grace', 'text', (c) => c.notNull())
    .addColumn('started_at', 'bigint', (c) => c.notNull())
    .addColumn('started_by', 'text', (c) => c.notNull())
    .addColumn('latest_at', 'bigint')
    .execute();

  await db.schema
    .createTable('token_observations')
    .addColumn('token_id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('usual_ms', 'real')
    .addColumn('shared_at', 'bigint')
    .addColumn('last_duration_ms', 'real')
    .addColumn('last_format', 'text')
    .addColumn('last_user_agent', 'text')
    .addColumn('knock_at', 'bigint')
    .addColumn('knock_ip', 'text')
    .addColumn('knock_reason', 'text')
    .addColumn('knock_count', 'bigint', (c) => c.notNull())
    .execute();

  await db.schema
    .createTable('token_consumers')
    .addColumn('token_id', 'text', (c) => c.notNull())
    .addColumn('ip', 'text', (c) => c.notNull())
    .addColumn('user_agent', 'text', (c) => c.notNull())
    .addColumn('first_at', 'bigint', (c) => c.notNull())
    .addColumn('last_at', 'bigint', (c) => c.notNull())
    .addColumn('scrapes', 'bigint', (c) => c.notNull())
    .addColumn('usual_ms', 'real')
    .addPrimaryKeyConstraint('token_consumers_key', ['token_id', 'ip', 'user_agent'])
    .execute();
}

export const tokenRotation: Migration = { up };
