import type { Kysely, Migration } from 'kysely';

async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('scrape_tokens')
    .addColumn('catalogues', 'text', (c) => c.notNull().defaultTo('["platform"]'))
    .execute();
  await db.schema
    .alterTable('scrape_tokens')
    .addColumn('origin', 'text', (c) => c.notNull().defaultTo('minted'))
    .execute();
  await db.schema.alterTable('credentials').addColumn('catalogue', 'text').execute();

  await db.schema
    .createTable('operational_settings')
    .addColumn('name', 'text', (c) => c.primaryKey().notNull())
    .addColumn('value', 'text', (c) => c.notNull())
    .addColumn('changed_at', 'bigint', (c) => c.notNull())
    .addColumn('changed_by', 'text', (c) => c.notNull())
    .execute();

  await db.schema
    .createTable('push_groups')
    .addColumn('url', 'text', (c) => c.notNull())
    .addColumn('job', 'text', (c) => c.notNull())
    .addColumn('instance', 'text', (c) => c.notNull())
    .addColumn('username', 'text')
    .addColumn('password', 'text')
    .addColumn('stale_since', 'bigint')
    .addColumn('failure', 'text')
    .addPrimaryKeyConstraint('push_groups_key', ['url', 'job', 'instance'])
    .execute();
}

export const cataloguesPush: Migration = { up };
