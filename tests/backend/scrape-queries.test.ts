import Sqlite from 'better-sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Compilable } from 'kysely';
import type { Database } from '../../backend/database/database.ts';
import { nextExpiry, tokenCounter, tokensByHash } from '../../backend/tokens/model/store.ts';
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
  nextExpiry(database);

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
    [expect.stringMatching(/^SEARCH scrape_tokens USING .*INDEX .+ \(state=\? AND expires_at>\?\)$/)],
  ]);
});

/** Every statement that is asked from here on. */
function listen(): string[] {
  const connection = new Sqlite(':memory:');
  const statements = Object.getPrototypeOf(connection.prepare('select 1')) as Sqlite.Statement;
  connection.close();
  const asked: string[] = [];
  for (const method of ['all', 'get'] as const) {
    const original = statements[method];
    const made = vi.spyOn(statements, method).mockImplementation(function (this: Sqlite.Statement, ...params) {
      asked.push(this.source);
      return original.apply(this, params);
    });
    onTestFinished(() => made.mockRestore());
  }
  return asked;
}

test('a scrape looks its token up, and reads the running totals only where somebody has written since', async () => {
  const t = await testApp();
  const { secret } = await t.mint();
  const asked = listen();
  const scrape = async () => {
    asked.length = 0;
    const answer = await t.app.inject({ url: '/api/metrics/prometheus', headers: bearer(secret) });
    expect(answer.statusCode).toBe(200);
    return {
      tokens: asked.filter((sql) => sql.includes('"hash" =')).length,
      totals: asked.filter((sql) => sql.includes('running_totals')).length,
      all: asked.length,
    };
  };
  await scrape();
  expect(await scrape()).toEqual({ tokens: 1, totals: 0, all: 2 });
  await t.mint();
  expect(await scrape()).toMatchObject({ tokens: 1, totals: 1 });
  expect(await scrape()).toEqual({ tokens: 1, totals: 0, all: 2 });
});

test('scrapes that come together share one look at the token and one gather, which began after all of them came', async () => {
  const t = await testApp();
  const { secret } = await t.mint();
  const asked = listen();
  const answers = await Promise.all(
    [1, 2, 3].map(() => t.app.inject({ url: '/api/metrics/prometheus', headers: bearer(secret) })),
  );
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
  expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
  expect(asked.filter((sql) => sql.includes('"hash" ='))).toHaveLength(1);
  expect(asked.filter((sql) => sql.includes('data_version'))).toHaveLength(1);
});

test('a token that expires changes the counts at its time, and again where the clock steps back', async () => {
  const t = await testApp();
  const { secret } = await t.mint();
  await t.mint('Short', new Date(t.clock.now() + 60_000).toISOString());
  const expired = async () => {
    const { body } = await t.app.inject({ url: '/api/metrics/prometheus', headers: bearer(secret) });
    return Number(/scrape_tokens\{status="expired"\} (\d+)/.exec(body)?.[1]);
  };
  expect(await expired()).toBe(0);
  t.clock.advance(59_999);
  expect(await expired()).toBe(0);
  t.clock.advance(1);
  expect(await expired()).toBe(1);
  t.clock.step(-10_000);
  expect(await expired()).toBe(0);
});
