import { sql, type Kysely, type Migration } from 'kysely';

async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('alarm_rules')
    .addColumn('id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('severity', 'text', (c) => c.notNull())
    .addColumn('enabled', 'integer', (c) => c.notNull())
    .addColumn('built_in', 'integer', (c) => c.notNull())
    .addColumn('channels', 'text', (c) => c.notNull())
    .addColumn('condition', 'text', (c) => c.notNull())
    .addColumn('since_seq', 'bigint', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('created_by', 'text')
    .addColumn('changed_at', 'bigint')
    .addColumn('changed_by', 'text')
    .execute();

  await db.schema
    .createTable('alarm_pending')
    .addColumn('rule_id', 'text', (c) => c.notNull())
    .addColumn('subject', 'text', (c) => c.notNull())
    .addColumn('since', 'bigint', (c) => c.notNull())
    .addColumn('seen_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('alarm_pending_key', ['rule_id', 'subject'])
    .execute();

  await db.schema
    .createTable('alarms')
    .addColumn('id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('rule_id', 'text', (c) => c.notNull())
    .addColumn('rule_name', 'text', (c) => c.notNull())
    .addColumn('severity', 'text', (c) => c.notNull())
    .addColumn('channels', 'text', (c) => c.notNull())
    .addColumn('subject', 'text', (c) => c.notNull())
    .addColumn('summary', 'text', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('opened_at', 'bigint', (c) => c.notNull())
    .addColumn('ends_at', 'bigint')
    .addColumn('acknowledged_at', 'bigint')
    .addColumn('acknowledged_by', 'text')
    .addColumn('resolved_at', 'bigint')
    .execute();
  const active = sql<boolean>`state <> 'resolved'`;
  await db.schema
    .createIndex('alarms_identity')
    .unique()
    .on('alarms')
    .columns(['rule_id', 'subject'])
    .where(active)
    .execute();
  await db.schema.createIndex('alarms_ends').on('alarms').column('ends_at').where(active).execute();
  await db.schema.createIndex('alarms_active').on('alarms').columns(['opened_at', 'id']).where(active).execute();
  await db.schema.createIndex('alarms_opened').on('alarms').columns(['opened_at', 'id']).execute();
  await db.schema.createIndex('alarms_severity').on('alarms').columns(['severity', 'opened_at', 'id']).execute();

  await db.schema
    .createTable('notification_outbox')
    .addColumn('seq', 'bigint', (c) => c.primaryKey().notNull())
    .addColumn('id', 'text', (c) => c.notNull().unique())
    .addColumn('channel', 'text', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('severity', 'text', (c) => c.notNull())
    .addColumn('title', 'text', (c) => c.notNull())
    .addColumn('text', 'text', (c) => c.notNull())
    .addColumn('audience', 'text', (c) => c.notNull())
    .addColumn('alarm_id', 'text')
    .addColumn('token_id', 'text')
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('reason', 'text')
    .execute();
  await db.schema
    .createIndex('notification_outbox_queue')
    .on('notification_outbox')
    .columns(['channel', 'state', 'seq'])
    .execute();

  await db.schema
    .createTable('bell_notifications')
    .addColumn('seq', 'bigint', (c) => c.primaryKey().notNull())
    .addColumn('id', 'text', (c) => c.notNull().unique())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('severity', 'text', (c) => c.notNull())
    .addColumn('title', 'text', (c) => c.notNull())
    .addColumn('text', 'text', (c) => c.notNull())
    .addColumn('audience', 'text', (c) => c.notNull())
    .addColumn('alarm_id', 'text')
    .addColumn('token_id', 'text')
    .addColumn('at', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('bell_readers')
    .addColumn('reader', 'text', (c) => c.primaryKey().notNull())
    .addColumn('up_to', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('bell_reads')
    .addColumn('reader', 'text', (c) => c.notNull())
    .addColumn('seq', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('bell_reads_key', ['reader', 'seq'])
    .execute();
}

export const alarmsNotifications: Migration = { up };
