/** Listing tokens, filtered and sorted. SQL only. */
import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { ListTokensQuery, TokenSortField } from '../../../contract/api.ts';
import type { ScrapeTokenRow, Schema } from '../../database/schema.ts';
import { decodeCursor, page, type Page } from '../../lib/pagination.ts';
import { foldName } from './token.ts';

/** What a listing sorts by; a token that never expires comes after all that do, one never used before all that were. */
const sortKeys: Record<
  TokenSortField,
  { sql: RawBuilder<string | number>; of: (row: ScrapeTokenRow) => string | number }
> = {
  createdAt: { sql: sql`created_at`, of: (row) => row.created_at },
  name: { sql: sql`name_folded`, of: (row) => row.name_folded },
  expiresAt: {
    sql: sql`coalesce(expires_at, 9007199254740991)`,
    of: (row) => row.expires_at ?? Number.MAX_SAFE_INTEGER,
  },
  lastUsedAt: { sql: sql`coalesce(last_used_at, 0)`, of: (row) => row.last_used_at ?? 0 },
};

/** One page, by keyset: the cost does not grow with the page's distance from the start. */
export async function listTokens(
  db: Kysely<Schema>,
  query: ListTokensQuery,
  now: number,
): Promise<Page<ScrapeTokenRow>> {
  const descending = query.sort.startsWith('-');
  const field = (descending ? query.sort.slice(1) : query.sort) as TokenSortField;
  const key = sortKeys[field];
  const listing = `tokens ${query.sort}`;
  const after = decodeCursor(query.cursor, listing, field === 'name' ? 'string' : 'number');

  const filtered = db.selectFrom('scrape_tokens').where((eb) => eb.and(conditions(query, now)));
  const rows = await filtered
    .selectAll()
    .$if(after !== undefined, (q) => q.where(isAfter(key.sql, after?.key ?? 0, after?.id ?? '', descending)))
    .orderBy(key.sql, descending ? 'desc' : 'asc')
    .orderBy('id', descending ? 'desc' : 'asc')
    .limit(query.limit + 1)
    .execute();

  return page(rows, query.limit, (last) => ({ listing, key: key.of(last), id: last.id }));
}

/** How many tokens a search finds, over all its pages. */
export async function countFound(db: Kysely<Schema>, query: ListTokensQuery, now: number): Promise<number> {
  const row = await db
    .selectFrom('scrape_tokens')
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .where((eb) => eb.and(conditions(query, now)))
    .executeTakeFirstOrThrow();
  return row.total;
}

function conditions(query: ListTokensQuery, now: number) {
  const all: RawBuilder<boolean>[] = [];
  if (!isBlank(query.search)) {
    const pattern = `%${foldName(query.search ?? '')
      .trim()
      .replaceAll('\0', '')
      .replace(/[\\%_]/g, '\\$&')}%`;
    all.push(sql`name_folded like ${pattern} escape '\\'`);
  }
  if (query.status === 'revoked') all.push(sql`state = 'revoked'`);
  if (query.status === 'active') all.push(sql`state = 'active' and (expires_at is null or expires_at > ${now})`);
  if (query.status === 'expired') all.push(sql`(state = 'expired' or (state = 'active' and expires_at <= ${now}))`);
  return all;
}

/** True where a search asks for nothing in particular. */
export function isBlank(search: string | undefined): boolean {
  return search === undefined || search.trim() === '';
}

/** Behind the last row of the page before. Written so that the index on the key bounds the search. */
function isAfter(key: RawBuilder<string | number>, value: string | number, id: string, descending: boolean) {
  return descending
    ? sql<boolean>`${key} <= ${value} and (${key} < ${value} or id < ${id})`
    : sql<boolean>`${key} >= ${value} and (${key} > ${value} or id > ${id})`;
}
