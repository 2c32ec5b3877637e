import { sql, type Kysely, type Migration } from 'kysely';

async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('scrape_tokens')
    .addColumn('id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('name_folded', 'text', (c) => c.notNull())
    .addColumn('prefix', 'text', (c) => c.notNull())
    .addColumn('hash', 'text', (c) => c.notNull().unique())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('created_by', 'text', (c) => c.notNull())
    .addColumn('expires_at', 'bigint')
    .addColumn('revoked_at', 'bigint')
    .addColumn('revoked_by', 'text')
    .addColumn('last_used_at', 'bigint')
    .addColumn('last_ip', 'text')
    .addColumn('state', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('scrape_tokens_created').on('scrape_tokens').columns(['created_at', 'id']).execute();
  await db.schema.createIndex('scrape_tokens_name').on('scrape_tokens').columns(['name_folded', 'id']).execute();
  await db.schema
    .createIndex('scrape_tokens_state')
    .on('scrape_tokens')
    .columns(['state', 'created_at', 'id'])
    .execute();
  await db.schema
    .createIndex('scrape_tokens_expires')
    .on('scrape_tokens')
    .expression(sql`coalesce(expires_at, 9007199254740991), id`)
    .execute();
  await db.schema
    .createIndex('scrape_tokens_used')
    .on('scrape_tokens')
    .expression(sql`coalesce(last_used_at, 0), id`)
    .execute();
  // What is due is asked for at every scrape. Both columns, or SQLite reads every active token by scrape_tokens_state.
  await db.schema.createIndex('scrape_tokens_due').on('scrape_tokens').columns(['state', 'expires_at']).execute();

  await db.schema
    .createTable('credentials')
    .addColumn('id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('created_by', 'text', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('revoked_at', 'bigint')
    .addColumn('revoked_by', 'text')
    .addColumn('last_used_at', 'bigint')
    .addColumn('last_ip', 'text')
    .execute();
  await db.schema.createIndex('credentials_created').on('credentials').columns(['created_at', 'id']).execute();

  await db.schema
    .createTable('audit_events')
    .addColumn('seq', 'bigint', (c) => c.primaryKey().notNull())
    .addColumn('id', 'text', (c) => c.notNull().unique())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('event', 'text', (c) => c.notNull())
    .addColumn('actor', 'text')
    .addColumn('via', 'text', (c) => c.notNull())
    .addColumn('ip', 'text')
    .addColumn('target', 'text')
    .addColumn('body', 'text', (c) => c.notNull())
    .addColumn('hash', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('audit_events_event').on('audit_events').columns(['event', 'seq']).execute();
  await db.schema.createIndex('audit_events_actor').on('audit_events').columns(['actor', 'seq']).execute();
  await db.schema.createIndex('audit_events_at').on('audit_events').columns(['at', 'seq']).execute();

  await db.schema
    .createTable('running_totals')
    .addColumn('name', 'text', (c) => c.primaryKey().notNull())
    .addColumn('value', 'bigint', (c) => c.notNull())
    .execute();

  await db.schema
    .createTable('meta')
    .addColumn('name', 'text', (c) => c.primaryKey().notNull())
    .addColumn('value', 'text', (c) => c.notNull())
    .execute();
}

export const tokensCredentialsAudit: Migration = { up };
