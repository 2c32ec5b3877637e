import { expect, test } from 'vitest';
import { migrations } from '../../backend/database/migrations/index.ts';
import { openDatabase } from '../../backend/database/database.ts';
import { outside, opened, place } from '../support/database.ts';

test('a token from before there were notifications and rotation keeps all it had, and is notified of 14 days before it expires', async () => {
  const { path, url } = place();
  const later = Object.entries(migrations).filter(([name]) => name >= '003');
  for (const [name] of later) Reflect.deleteProperty(migrations, name);
  try {
    await (await openDatabase(url)).close();
  } finally {
    Object.assign(migrations, Object.fromEntries(later));
  }
  const day = 24 * 3600 * 1000;
  const insert = outside(path).prepare(
    `insert into scrape_tokens (id, name, name_folded, prefix, hash, created_at, created_by, expires_at, state)
     values (@id, 'a', 'a', 'vst_AAAAAA', @id, 0, 'tester', @expires, @state)`,
  );
  insert.run({ id: 'active', expires: 100 * day, state: 'active' });
  insert.run({ id: 'for ever', expires: null, state: 'active' });
  insert.run({ id: 'revoked', expires: 100 * day, state: 'revoked' });
  const { read } = await opened(url);
  const rows = await read.selectFrom('scrape_tokens').selectAll().orderBy('id').execute();
  expect(rows.map(({ id, notice_at }) => [id, notice_at])).toEqual([
    ['active', 86 * day],
    ['for ever', null],
    ['revoked', null],
  ]);
  expect(rows[0]).toMatchObject({ name: 'a', predecessor_id: null, successor_id: null });
});
