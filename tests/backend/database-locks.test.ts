import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { isDatabaseUnavailable } from '../../backend/database/database.ts';
import { opened, outside, place } from '../support/database.ts';

const setMeta = (name: string, value: string) => ({ name, value });

describe('while another process holds the write lock', () => {
  test('a write waits without holding up the event loop, and then happens', async () => {
    const { path, url } = place();
    const database = await opened(url);
    const other = outside(path);
    other.exec('begin immediate');
    let written = false;
    const writing = database
      .transaction((tx) => tx.insertInto('meta').values(setMeta('a', '1')).execute())
      .then(() => {
        written = true;
      });
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(written).toBe(false);
    expect(await database.read.selectFrom('meta').selectAll().execute()).toEqual([]);
    other.exec('commit');
    await writing;
    expect(await database.read.selectFrom('meta').selectAll().execute()).toHaveLength(1);
  });

  test('a write sees what that process wrote: the lock is taken before anything is read', async () => {
    const { path, url } = place();
    const database = await opened(url);
    const other = outside(path);
    other.exec(`begin immediate; insert into running_totals values ('n', 1)`);
    const adding = database.transaction(async (tx) => {
      const { value } = await tx.selectFrom('running_totals').select('value').executeTakeFirstOrThrow();
      await tx
        .updateTable('running_totals')
        .set({ value: value + 1 })
        .execute();
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    other.exec('commit');
    await adding;
    expect(other.prepare('select value from running_totals').get()).toEqual({ value: 2 });
  });

  test('a write gives up in the end, as a database that cannot be asked', async () => {
    const { path, url } = place();
    const database = await opened(url);
    outside(path).exec('begin immediate');
    const realNow = performance.now.bind(performance);
    const later = vi
      .spyOn(performance, 'now')
      .mockImplementation(() => realNow() + (later.mock.calls.length > 3 ? 60_000 : 0));
    onTestFinished(() => later.mockRestore());
    const error: unknown = await database.transaction(() => Promise.resolve()).catch((thrown: unknown) => thrown);
    expect(isDatabaseUnavailable(error)).toBe(true);
  });

  test('the tables are still brought up to date', async () => {
    const { path, url } = place();
    mkdirSync(join(path, '..'));
    const other = outside(path);
    other.exec('pragma journal_mode = wal; begin immediate');
    setTimeout(() => other.exec('commit'), 150);
    const { read } = await opened(url);
    expect(await read.selectFrom('scrape_tokens').selectAll().execute()).toEqual([]);
  });
});

test('of several that start at once on a new database, all open it', async () => {
  const { url } = place();
  const all = await Promise.all(Array.from({ length: 4 }, () => opened(url)));
  await Promise.all(
    all.map(({ transaction }, index) =>
      transaction((tx) =>
        tx
          .insertInto('meta')
          .values(setMeta(`start ${index}`, ''))
          .execute(),
      ),
    ),
  );
  expect(await all[0]?.read.selectFrom('meta').selectAll().execute()).toHaveLength(4);
});

test('many writers through two connections lose no write', async () => {
  const { url } = place();
  const [one, two] = [await opened(url), await opened(url)];
  await one.transaction((tx) => tx.insertInto('running_totals').values({ name: 'n', value: 0 }).execute());
  const add = ({ transaction }: typeof one) =>
    transaction(async (tx) => {
      const { value } = await tx.selectFrom('running_totals').select('value').executeTakeFirstOrThrow();
      await tx
        .updateTable('running_totals')
        .set({ value: value + 1 })
        .execute();
    });
  await Promise.all(Array.from({ length: 20 }, () => [add(one), add(two)]).flat());
  expect(await two.read.selectFrom('running_totals').select('value').execute()).toEqual([{ value: 40 }]);
});
