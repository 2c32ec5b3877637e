import { sql, type Kysely, type Migration } from 'kysely';

async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('audit_checkpoint')
    .addColumn('seq', 'bigint', (c) => c.primaryKey().notNull())
    .addColumn('hash', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('mac', 'text', (c) => c.notNull())
    .execute();

  await db.schema
    .createTable('audit_clock_steps')
    .addColumn('seq', 'bigint', (c) => c.primaryKey().notNull())
    .execute();
  await sql`
    insert into audit_clock_steps (seq)
    select seq from (select seq, at, lag(at) over (order by seq) as before from audit_events) as log
    where at < before
  `.execute(db);

  // One for each set of filters, each in the order of the listing: a page is read where it stands, however rare its rows.
  // Where two would do SQLite takes the one that was made first, so the longest comes first.
  const filters: [name: string, columns: string[]][] = [
    ['event_actor_ip', ['event', 'actor', 'ip']],
    ['actor_ip', ['actor', 'ip']],
    ['event_ip', ['event', 'ip']],
    ['event_actor', ['event', 'actor']],
    ['ip', ['ip']],
  ];
  for (const [name, columns] of filters) {
    const isNamed = columns.filter((column) => column !== 'event').map((column) => sql`${sql.ref(column)} is not null`);
    await db.schema
      .createIndex(`audit_events_${name}`)
      .on('audit_events')
      .columns([...columns, 'seq'])
      .where(sql<boolean>`${sql.join(isNamed, sql` and `)}`)
      .execute();
  }

  const isResolved = sql<boolean>`state = 'resolved'`;
  await db.schema.createIndex('alarms_resolved').on('alarms').column('resolved_at').where(isResolved).execute();
  await db.schema.createIndex('bell_notifications_at').on('bell_notifications').column('at').execute();
  await db.schema.createIndex('bell_reads_seq').on('bell_reads').column('seq').execute();
  await db.schema
    .createIndex('notification_outbox_quarantined')
    .on('notification_outbox')
    .column('at')
    .where(sql<boolean>`state = 'quarantined'`)
    .execute();

  // Filtered while the index is read: of many sessions most have expired.
  const isStanding = sql<boolean>`revoked_at is null`;
  const isRevoked = sql<boolean>`revoked_at is not null`;
  const newest = ['created_at', 'id'];
  for (const [name, columns, condition] of [
    ['role_revoked', ['role', ...newest], isRevoked],
    ['revoked', newest, isRevoked],
    ['role_standing', ['role', ...newest, 'expires_at'], isStanding],
    ['standing', [...newest, 'expires_at'], isStanding],
    ['role', ['role', ...newest], undefined],
  ] as const) {
    const index = db.schema
      .createIndex(`credentials_${name}`)
      .on('credentials')
      .columns([...columns]);
    await (condition ? index.where(condition) : index).execute();
  }
}

export const auditRetention: Migration = { up };
