import { expect, test } from 'vitest';
import type { NotificationList } from '../../contract/api.ts';
import { delivery, tell } from '../support/notifications.ts';
import { actor, bearer, testApp, type TestApp } from '../support/app.ts';
import { eventually } from '../support/server.ts';
import { vectorReceiver } from '../support/vector.ts';

/** Rings what waits for the bell. */
async function ring(it: TestApp): Promise<void> {
  const { depth, dispatcher } = delivery(it, await vectorReceiver());
  await eventually('the bell rang', async () => (await depth()).waiting === 0);
  await dispatcher.stop();
}

async function reader(it: TestApp, role: 'admin' | 'viewer' | 'collector', name = 'reader') {
  const { jwt } = await it.services.credentials.issue({ role, name, ttlSeconds: 3600 }, actor);
  return {
    async list(query = '') {
      const answer = await it.app.inject({ url: `/api/notifications${query}`, headers: bearer(jwt) });
      return { status: answer.statusCode, ...answer.json<NotificationList>() };
    },
    async read(payload: object) {
      const answer = await it.app.inject({
        method: 'POST',
        url: '/api/notifications/read',
        headers: bearer(jwt),
        payload,
      });
      return { status: answer.statusCode, ...answer.json() };
    },
  };
}

test('a token that is created and revoked rings the bell, by its name, for administrators only', async () => {
  const it = await testApp();
  const { id } = await it.mint('Production Prometheus');
  await it.services.tokens.rename(id, 'Renamed', actor);
  await it.services.tokens.revoke(id, actor);
  await ring(it);
  const admin = await reader(it, 'admin');
  expect(await admin.list()).toMatchObject({
    status: 200,
    unreadCount: 2,
    nextCursor: null,
    items: [
      {
        kind: 'token.revoked',
        severity: 'info',
        text: 'The scrape token “Renamed” was revoked.',
        tokenId: id,
        read: false,
      },
      {
        kind: 'token.created',
        text: 'The scrape token “Production Prometheus” was created.',
        tokenId: id,
        alarmId: null,
      },
    ],
  });
  expect(await (await reader(it, 'viewer')).list()).toMatchObject({ status: 200, unreadCount: 0, items: [] });
  expect(await (await reader(it, 'collector')).list()).toMatchObject({ status: 403 });
});

test('everybody has read marks of their own: by ids, and up to one with all before it', async () => {
  const it = await testApp();
  await tell(it, 'notice', 6, { channels: ['bell'] });
  await ring(it);
  const [ada, bob] = [await reader(it, 'admin', 'ada'), await reader(it, 'viewer', 'bob')];
  const { items } = await ada.list();
  expect(items.map((one) => one.title)).toEqual([6, 5, 4, 3, 2, 1].map((n) => `notice ${n}`));
  const read = async (who: typeof ada) => (await who.list()).items.filter((one) => one.read).map((one) => one.title);

  expect(await ada.read({ ids: [items[0]!.id, items[5]!.id] })).toEqual({ status: 200, unreadCount: 4 });
  expect(await read(ada)).toEqual(['notice 6', 'notice 1']);
  expect(await read(bob)).toEqual([]);
  expect(await ada.read({ upTo: items[3]!.id })).toEqual({ status: 200, unreadCount: 2 });
  expect(await read(ada)).toEqual(['notice 6', 'notice 3', 'notice 2', 'notice 1']);
  expect(await ada.read({ upTo: items[4]!.id })).toEqual({ status: 200, unreadCount: 2 });
  expect(await ada.read({ upTo: items[0]!.id })).toEqual({ status: 200, unreadCount: 0 });
  expect(await bob.list()).toMatchObject({ unreadCount: 6 });
  expect(await read(bob)).toEqual([]);
});

test('pages from the newest to the oldest', async () => {
  const it = await testApp();
  await tell(it, 'notice', 5, { channels: ['bell'] });
  await ring(it);
  const admin = await reader(it, 'admin');
  const first = await admin.list('?limit=3');
  const second = await admin.list(`?limit=3&cursor=${first.nextCursor}`);
  expect([...first.items, ...second.items].map((one) => one.title)).toEqual([5, 4, 3, 2, 1].map((n) => `notice ${n}`));
  expect(second).toMatchObject({ nextCursor: null, unreadCount: 5 });
  expect(await admin.list('?cursor=nonsense')).toMatchObject({ status: 400, code: 'invalid_cursor' });
});

test('marking asks for either ids or upTo, of notifications the caller may see', async () => {
  const it = await testApp();
  await it.mint();
  await ring(it);
  const admin = await reader(it, 'admin');
  const viewer = await reader(it, 'viewer');
  const { id } = (await admin.list()).items[0]!;
  for (const body of [{}, { ids: [id], upTo: id }, { ids: [] }, { upTo: '' }, { all: true }]) {
    expect(await admin.read(body)).toMatchObject({ status: 400, code: 'invalid_request' });
  }
  expect(await admin.read({ ids: [id, 'ntf_none'] })).toMatchObject({ status: 404, code: 'notification_not_found' });
  expect(await viewer.read({ upTo: id })).toMatchObject({ status: 404, code: 'notification_not_found' });
  expect(await admin.list()).toMatchObject({ unreadCount: 1 });
  expect(await admin.read({ ids: [id, id] })).toEqual({ status: 200, unreadCount: 0 });
});

test('the command line’s tokens ring the bell of the server that runs beside it', async () => {
  const it = await testApp();
  const { state } = delivery(it, await vectorReceiver());
  const cli = await testApp({ folder: it.folder });
  await cli.mint('By command line');
  await eventually('the bell rang', () => state.delivered.bell.ok === 1);
  expect(await (await reader(it, 'admin')).list()).toMatchObject({ unreadCount: 1 });
});

test('what the bell is told of tokens never reaches a log line', async () => {
  const it = await testApp();
  await it.mint('00:11:22:33:44:55');
  await ring(it);
  expect(it.logged()).not.toContain('00:11:22:33:44:55');
});
