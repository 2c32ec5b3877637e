/** Scrape tokens that nobody ever minted, written straight into a database. */
import type Database from 'better-sqlite3';

/** Every fourth is revoked and every third expires; the running totals follow. */
export function fillTokens(database: Database.Database, count: number): void {
  const n = 'with recursive n(i) as (select 1 union all select i + 1 from n where i < :count)';
  const numbers = { count, now: Date.now(), later: Date.now() + 365 * 86_400_000 };
  database
    .prepare(
      `${n} insert into scrape_tokens
         (id, name, name_folded, prefix, hash, created_at, created_by, expires_at, revoked_at, revoked_by, state)
       select 'tok_' || hex(randomblob(8)), 'Token ' || i, 'token ' || i, 'vst_000000', lower(hex(randomblob(32))),
              :now - i, 'bench', iif(i % 3 = 0, :later + i, null), iif(i % 4 = 0, :now, null),
              iif(i % 4 = 0, 'bench', null), iif(i % 4 = 0, 'revoked', 'active')
       from n`,
    )
    .run(numbers);
  database
    .prepare(
      `insert into running_totals (name, value) select 'tokens.' || state, count(*) from scrape_tokens group by state
       on conflict (name) do update set value = excluded.value`,
    )
    .run();
}
