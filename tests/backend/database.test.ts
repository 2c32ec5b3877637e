import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ConfigError } from '../../backend/config/error.ts';
import { isDatabaseUnavailable, openDatabase } from '../../backend/database/database.ts';
import { openSqlite } from '../../backend/database/sqlite.ts';
import { migrations } from '../../backend/database/migrations/index.ts';
import { opened, outside, place } from '../support/database.ts';

async function problemOf(url: string): Promise<string> {
  const error: unknown = await openDatabase(url).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConfigError);
  const { message } = error as ConfigError;
  expect(message).not.toContain('\n');
  return message;
}

const setMeta = (name: string, value: string) => ({ name, value });

test('a new database is made with its folder, in the mode that keeps what was acknowledged', async () => {
  const { path, url } = place();
  const { read } = await opened(url);
  expect(outside(path).pragma('journal_mode', { simple: true })).toBe('wal');
  const { rows } = await read.executeQuery<{ synchronous: number }>({
    sql: 'pragma synchronous',
    parameters: [],
    query: { kind: 'RawNode', sqlFragments: ['pragma synchronous'], parameters: [] },
    queryId: { queryId: 'test' },
  });
  expect(rows).toEqual([{ synchronous: 2 }]);
});

test('a connection keeps at most 4 MiB of pages in memory', () => {
  const connection = openSqlite(place().path, { readonly: false });
  onTestFinished(() => void connection.close());
  expect(connection.pragma('cache_size', { simple: true })).toBe(-4096);
});

test('opening a second time keeps the data and migrates nothing again', async () => {
  const { path, url } = place();
  const first = await openDatabase(url);
  await first.transaction((tx) => tx.insertInto('meta').values(setMeta('a', '1')).execute());
  await first.close();
  const { read } = await opened(url);
  expect(await read.selectFrom('meta').selectAll().execute()).toEqual([{ name: 'a', value: '1' }]);
  expect(outside(path).prepare('select name from kysely_migration').all()).toEqual(
    Object.keys(migrations).map((name) => ({ name })),
  );
});

describe('what cannot be opened is one line that names the setting', () => {
  test('a database of a newer release, which is left as it is', async () => {
    const { path, url } = place();
    await (await openDatabase(url)).close();
    const raw = outside(path);
    raw.prepare(`insert into kysely_migration values ('999-of-the-future', '2030-01-01T00:00:00Z')`).run();
    expect(await problemOf(url)).toMatch(/^database\.url: .*newer release/);
    expect(raw.prepare('select count(*) as n from kysely_migration').get()).toEqual({
      n: Object.keys(migrations).length + 1,
    });
  });

  test('a file that is no database', async () => {
    const { path, url } = place();
    mkdirSync(join(path, '..'));
    writeFileSync(path, 'no database '.repeat(1000));
    expect(await problemOf(url)).toMatch(/^database\.url: .*vitals\.db cannot be opened: file is not a database\.$/);
  });

  test('a folder, and a path below a file', async () => {
    const { path, url } = place();
    mkdirSync(path, { recursive: true });
    expect(await problemOf(url)).toMatch(/^database\.url: .+ cannot be opened: .+\.$/);
    writeFileSync(join(path, 'file'), '');
    expect(await problemOf(`${url}/file/vitals.db`)).toMatch(/^database\.url: .+ cannot be opened: .+\.$/);
  });
});

test('migrations are all or nothing: one that fails half way leaves no table, and the next start succeeds', async () => {
  const { path, url } = place();
  const failing = {
    up: async (db: Parameters<(typeof migrations)[string]['up']>[0]) => {
      await db.schema.createTable('half').addColumn('a', 'text').execute();
      throw new Error('half way');
    },
  };
  migrations['002-fails'] = failing;
  try {
    expect(await problemOf(url)).toMatch(/^database\.url: .*could not be brought up to date/);
  } finally {
    delete migrations['002-fails'];
  }
  const tables = () =>
    outside(path)
      .prepare(`select name from sqlite_master where type = 'table' and name not like '%migration%'`)
      .pluck()
      .all();
  expect(tables()).toEqual([]);
  await opened(url);
  expect(tables()).toContain('scrape_tokens');
});

test('a closed database counts as one that cannot be asked, a mistake in a statement does not', async () => {
  const { url } = place();
  const database = await openDatabase(url);
  const lookup = database.prepare(database.read.selectFrom('meta').selectAll());
  const mistake: unknown = await database.read
    .selectFrom('nonsense' as 'meta')
    .selectAll()
    .execute()
    .catch((thrown: unknown) => thrown);
  expect(isDatabaseUnavailable(mistake)).toBe(false);
  await database.close();
  const closed: unknown = await lookup().catch((thrown: unknown) => thrown);
  expect(isDatabaseUnavailable(closed)).toBe(true);
});
