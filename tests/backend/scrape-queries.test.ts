import Sqlite from 'better-sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Compilable } from 'kysely';
import type { Database } from '../../backend/database/database.ts';
import { tokenCounter, tokensByHash } from '../../backend/tokens/model/store.ts';
import { bearer, testApp } from '../support/app.ts';

test('what a scrape asks the database for is found by an index, however many tokens there are', async () => {
  const { services, config } = await testApp();
  const asked: string[] = [];
  const database: Database = {
    ...services.database,
    prepare: <Row>(query: Compilable<Row>) => {
      asked.push(query.compile().sql);
      return services.database.prepare(query);
    },
  };
  tokensByHash(database);
  tokenCounter(database);

  const connection = new Sqlite(config.database.url.slice('sqlite:'.length), { readonly: true });
  const plans = asked.map((sql) =>
    connection
      .prepare<unknown[], { detail: string }>(`explain query plan ${sql}`)
      .all(...(sql.includes('?') ? [0] : []))
      .map(({ detail }) => detail),
  );
  connection.close();
  expect(plans).toEqual([
    [expect.stringMatching(/^SEARCH scrape_tokens USING .*INDEX .+ \(hash=\?\)$/)],
    ['SCAN running_totals'], // a row for each status and event
    [expect.stringMatching(/^SEARCH scrape_tokens USING .*INDEX .+ \(state=\? AND expires_at<\?\)$/)],
  ]);
});

test('a scrape reads the running totals once', async () => {
  const t = await testApp();
  const { secret } = await t.mint();
  const connection = new Sqlite(':memory:');
  const statements = Object.getPrototypeOf(connection.prepare('select 1')) as Sqlite.Statement;
  connection.close();
  const made = vi.spyOn(statements, 'all');
  onTestFinished(() => made.mockRestore());
  const answer = await t.app.inject({ url: '/api/metrics/prometheus', headers: bearer(secret) });
  expect(answer.statusCode).toBe(200);
  const asked = (made.mock.contexts as Sqlite.Statement[]).map(({ source }) => source);
  expect(asked.filter((sql) => sql.includes('running_totals'))).toHaveLength(1);
});
