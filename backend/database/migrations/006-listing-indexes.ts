import { sql, type Kysely, type Migration } from 'kysely';

async function up(db: Kysely<unknown>): Promise<void> {
  // A revoked token that is still used has very many rows. What else is asked for of a target leads to its few.
  const filters: [name: string, columns: string[]][] = [
    ['target_actor', ['target', 'actor']],
    ['target_ip', ['target', 'ip']],
    ['target_event', ['target', 'event']],
    ['target', ['target']],
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
  // All that a search looks at, so that it reads no token that it does not find.
  await db.schema
    .createIndex('scrape_tokens_search')
    .on('scrape_tokens')
    .columns(['name_folded', 'state', 'expires_at'])
    .execute();
}

export const listingIndexes: Migration = { up };
