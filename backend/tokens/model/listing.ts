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

/** Of so few that a search finds, all are sorted. Of more, the index of the order soon leads to a page of them. */
const FEW = 10_000;

/**
 * One page, by keyset: the cost does not grow with the page's distance from the start.
 * @param among all that are listed, by their rowids, where these are known
 */
export async function listTokens(
  db: Kysely<Schema>,
  query: ListTokensQuery,
  now: number,
  among: readonly number[] | undefined,
): Promise<Page<ScrapeTokenRow>> {
  const descending = query.sort.startsWith('-');
  const field = (descending ? query.sort.slice(1) : query.sort) as TokenSortField;
  const key = sortKeys[field];
  const listing = `tokens ${query.sort}`;
  const after = decodeCursor(query.cursor, listing, field === 'name' ? 'string' : 'number');

  // With a plus, the index of the order is not walked in search of the few.
  const order = among ? sql<string | number>`+${key.sql}` : key.sql;
  const rows = await db
    .selectFrom('scrape_tokens')
    .$if(among !== undefined, (q) =>
      q.where(sql<boolean>`rowid in (select value from json_each(${JSON.stringify(among)}))`),
    )
    .$if(among === undefined, (q) => q.where((eb) => eb.and(conditions(query, now))))
    .selectAll()
    .$if(after !== undefined, (q) => q.where(isAfter(order, after?.key ?? 0, after?.id ?? '', descending)))
    .orderBy(order, descending ? 'desc' : 'asc')
    .orderBy('id', descending ? 'desc' : 'asc')
    .limit(query.limit + 1)
    .execute();

  return page(rows, query.limit, (last) => ({ listing, key: key.of(last), id: last.id }));
}

/** What a search finds, over all its pages. */
export interface Found {
  readonly total: number;
  /** Which these are, by their rowids; absent where they are not few. */
  readonly rowids: readonly number[] | undefined;
}

/** Looks at each name once, in an index that has all that is looked at: no token is read that is not found. */
export async function searchTokens(db: Kysely<Schema>, query: ListTokensQuery, now: number): Promise<Found> {
  const those = sql`from scrape_tokens indexed by scrape_tokens_search
                    where ${sql.join(conditions(query, now), sql` and `)}`;
  const { rows } = await sql<{ rowid: number; name: string }>`
    select rowid, name_folded as name ${those} order by name_folded limit ${FEW + 1}`.execute(db);
  const last = rows.at(-1)?.name ?? '';
  if (rows.length <= FEW) return { total: rows.length, rowids: rows.map(({ rowid }) => rowid) };
  const before = rows.filter(({ name }) => name !== last).length;
  const rest = await sql<{ total: number }>`select count(*) as total ${those} and name_folded >= ${last}`.execute(db);
  return { total: before + (rest.rows[0]?.total ?? 0), rowids: undefined };
}

function conditions(query: ListTokensQuery, now: number) {
  const all: RawBuilder<boolean>[] = [];
  if (!isBlank(query.search)) {
    // Not `like`, which takes far longer for a long text.
    all.push(sql`instr(name_folded, ${foldName(query.search ?? '').trim()}) > 0`);
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
