import { expect, test } from 'vitest';
import { testApp } from '../support/app.ts';
import { delivery, tell } from '../support/notifications.ts';
import { eventually } from '../support/server.ts';
import { rawConnection } from '../support/services.ts';

const nowhere = { url: 'http://127.0.0.1:9/' };

test('what rings is written in the transaction that takes it out of the queue: both, or neither', async () => {
  const it = await testApp();
  const raw = rawConnection(it.config);
  raw.exec(`create trigger kept before delete on notification_outbox begin select raise(abort, 'killed here'); end`);
  await tell(it, 'notice', 2, { channels: ['bell'] });
  const { state, depth } = delivery(it, nowhere);
  await eventually('it was tried', () => state.delivered.bell.error >= 2);
  const shown = () =>
    it.services.database.read.selectFrom('bell_notifications').select('title').orderBy('seq').execute();
  expect(await shown()).toEqual([]);
  expect(await depth()).toMatchObject({ total: 2, waiting: 2 });
  raw.exec('drop trigger kept');
  await eventually('it rang', () => state.delivered.bell.ok === 2);
  expect(await shown()).toEqual([{ title: 'notice 1' }, { title: 'notice 2' }]);
  expect(await depth()).toMatchObject({ total: 0, waiting: 0 });
});
