import { expect, test } from 'vitest';
import type { Push, PushSettingsBody, PushTest } from '../../contract/api.ts';
import { bearer, testApp } from '../support/app.ts';
import { fakePushgateway, type FakePushgateway } from '../support/fake-pushgateway.ts';
import { freePort } from '../support/server.ts';

async function stage() {
  const t = await testApp();
  const gateway = await fakePushgateway();
  const headers = bearer(await t.jwt('admin'));
  const body = (change: Partial<PushSettingsBody> = {}): PushSettingsBody => ({
    enabled: true,
    url: gateway.url,
    job: 'vitals',
    instance: 'here',
    intervalSeconds: 15,
    username: null,
    ...change,
  });
  return {
    t,
    gateway,
    body,
    test: async (payload: PushSettingsBody) =>
      (await t.app.inject({ method: 'POST', url: '/api/push/test', headers, payload })).json<PushTest>(),
    put: (payload: PushSettingsBody) => t.app.inject({ method: 'PUT', url: '/api/push', headers, payload }),
    read: async () => (await t.app.inject({ url: '/api/push', headers })).json<Push>(),
  };
}

const instanceOf = (gateway: FakePushgateway) => gateway.requests[0]?.path.split('/').at(-1);

test('a test pushes the platform to a group of its own, removes it, and saves nothing', async () => {
  const { gateway, body, test, read } = await stage();
  const before = await read();
  expect(await test(body())).toEqual({
    ok: true,
    reason: null,
    message: expect.stringMatching(/took a push/),
    durationSeconds: expect.any(Number),
  });
  expect(gateway.requests.map(({ method }) => method)).toEqual(['PUT', 'DELETE']);
  expect(new Set(gateway.requests.map(({ path }) => path)).size).toBe(1);
  expect(instanceOf(gateway)).toMatch(/^vitals-test-[0-9a-f]{12}$/);
  expect(gateway.requests[0]?.text).toContain('dhcp_dpi_build_info');
  expect(gateway.groups.size).toBe(0);
  expect(await read()).toEqual(before);
});

test('a test with the password that is kept sends it to where it was given for, and elsewhere nothing', async () => {
  const { gateway, body, test, put } = await stage();
  const username = 'pusher';
  await put(body({ enabled: false, username, password: 'secret' }));
  expect(await test(body({ username }))).toMatchObject({ ok: true });
  const sent = `Basic ${Buffer.from('pusher:secret').toString('base64')}`;
  expect(gateway.requests.map(({ headers }) => headers.authorization)).toEqual([sent, sent]);
  const elsewhere = await fakePushgateway();
  expect(await test(body({ username, url: elsewhere.url }))).toMatchObject({ errors: [{ field: 'password' }] });
  expect(elsewhere.requests).toEqual([]);
});

test('each failure is its reason and a sentence, and counts nowhere', async () => {
  const { gateway, body, test, read } = await stage();
  gateway.answer(401);
  expect(await test(body())).toMatchObject({ ok: false, reason: 'unauthorized' });
  gateway.answer(307);
  expect(await test(body())).toMatchObject({ ok: false, reason: 'refused' });
  gateway.answer(500);
  expect(await test(body())).toMatchObject({ ok: false, reason: 'server_error' });
  const nobody = `http://127.0.0.1:${await freePort()}`;
  expect(await test(body({ url: nobody }))).toMatchObject({ ok: false, reason: 'unreachable' });
  expect(gateway.groups.size).toBe(0);
  expect((await read()).health).toMatchObject({ lastFailure: null, failures: { unauthorized: 0 }, staleGroups: [] });
});

test('what a test could not remove again is written down, so that it is removed later', async () => {
  const { gateway, body, test, read } = await stage();
  gateway.answerTo('DELETE', 503);
  expect(await test(body())).toMatchObject({
    ok: false,
    reason: 'server_error',
    message: expect.stringMatching(/could not be removed again/),
  });
  expect((await read()).health.staleGroups).toMatchObject([
    { url: gateway.url, job: 'vitals', instance: instanceOf(gateway), since: '2027-01-01T00:00:00.000Z' },
  ]);
});
