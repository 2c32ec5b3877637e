import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Push, PushSettingsBody } from '../../contract/api.ts';
import { bearer, testApp, type TestApp } from '../support/app.ts';
import { rawConnection } from '../support/services.ts';

const PASSWORD = 'canary-password';
const body: PushSettingsBody = {
  enabled: true,
  url: 'http://gateway:9091',
  job: 'vitals',
  instance: 'here',
  intervalSeconds: 15,
  username: null,
};
const withUser = { ...body, username: 'pusher', password: PASSWORD };

async function admin(t: TestApp) {
  const headers = bearer(await t.jwt('admin'));
  return {
    read: async () => (await t.app.inject({ url: '/api/push', headers })).json<Push>(),
    async put(payload: object) {
      const answer = await t.app.inject({ method: 'PUT', url: '/api/push', headers, payload });
      return { status: answer.statusCode, text: answer.body, ...answer.json<Partial<Push> & Refused>() };
    },
  };
}

interface Refused {
  readonly code?: string;
  readonly errors?: { field: string; message: string }[];
}

async function events({ services }: TestApp) {
  const { items } = await services.audit.list({ event: 'push.changed', limit: 50 });
  return items.reverse();
}

test('before anybody sets it, nothing is pushed, and the form is filled in as far as it can be', async () => {
  const t = await testApp();
  const { settings, health } = await (await admin(t)).read();
  expect(settings).toEqual({
    enabled: false,
    url: '',
    job: 'vitals',
    instance: expect.stringMatching(/./),
    intervalSeconds: 15,
    username: null,
    hasPassword: false,
    changedAt: null,
    changedBy: null,
  });
  const failures = { unreachable: 0, timeout: 0, unauthorized: 0, refused: 0, server_error: 0 };
  expect(health).toEqual({ status: 'off', lastSuccessAt: null, lastFailure: null, failures, staleGroups: [] });
});

test('a change is kept, tells who made it, and is in the audit log with what was before', async () => {
  const t = await testApp();
  const { put, read } = await admin(t);
  const changed = await put({ ...body, url: 'HTTP://Gateway:80/below//' });
  expect(changed.settings).toMatchObject({
    ...body,
    url: 'http://gateway/below',
    changedAt: '2027-01-01T00:00:00.000Z',
    changedBy: 'admin credential',
  });
  expect(changed.health?.status).toBe('waiting');
  expect((await read()).settings).toEqual(changed.settings);
  await put({ ...body, intervalSeconds: 300 });
  expect(await events(t)).toMatchObject([
    { actor: 'admin credential', details: { url: 'http://gateway/below', before: { enabled: false, url: '' } } },
    {
      details: { intervalSeconds: 300, password: 'none', before: { intervalSeconds: 15, url: 'http://gateway/below' } },
    },
  ]);
});

test('what changes nothing is no event', async () => {
  const t = await testApp();
  const { put } = await admin(t);
  await put(body);
  const { settings } = await put({ ...body, url: `${body.url}/` });
  expect(settings).toMatchObject(body);
  expect(await events(t)).toHaveLength(1);
});

test('where the audit log cannot be written, nothing is changed', async () => {
  const t = await testApp();
  const { put, read } = await admin(t);
  rawConnection(t.config).exec(
    `create trigger broken before insert on audit_events begin select raise(abort, 'broken'); end`,
  );
  expect((await put(body)).status).toBeGreaterThanOrEqual(500);
  expect((await read()).settings.enabled).toBe(false);
});

describe('out of bounds is refused, and the field is named:', () => {
  const wrong: [string, object][] = [
    ['url', { url: '' }],
    ['url', { url: 'gateway:9091' }],
    ['url', { url: 'ftp://gateway' }],
    ['url', { url: 'file:///etc/passwd' }],
    ['url', { url: 'javascript:alert(1)' }],
    ['url', { url: 'http://user@gateway' }],
    ['url', { url: `http://user:${PASSWORD}@gateway` }],
    ['url', { url: 'http://gateway/?a=b' }],
    ['url', { url: 'http://gateway/#a' }],
    ['url', { url: `http://gateway/${'x'.repeat(500)}` }],
    ['job', { job: '' }],
    ['job', { job: 'x'.repeat(201) }],
    ['job', { job: 'a\nb' }],
    ['instance', { instance: 'x'.repeat(201) }],
    ['instance', { instance: 'a\u202eb' }],
    ['instance', { instance: 'a\ud800' }],
    ['intervalSeconds', { intervalSeconds: 0 }],
    ['intervalSeconds', { intervalSeconds: 301 }],
    ['intervalSeconds', { intervalSeconds: 1.5 }],
    ['intervalSeconds', { intervalSeconds: '15' }],
    ['username', { username: '' }],
    ['username', { username: 'a:b', password: PASSWORD }],
    ['username', { username: 'a\u0000b', password: PASSWORD }],
    ['username', { password: PASSWORD }],
    ['password', { username: 'pusher' }],
    ['password', { username: 'pusher', password: '' }],
  ];
  test.each(wrong)('%s, %j', async (field, change) => {
    const t = await testApp();
    const { put, read } = await admin(t);
    const answer = await put({ ...body, ...change });
    expect(answer).toMatchObject({ status: 400, code: 'invalid_request', errors: [{ field }] });
    expect(answer.text).not.toContain(PASSWORD);
    expect((await read()).settings.url).toBe('');
    // Also past the HTTP interface, as the command line goes.
    const actor = { name: 'tester', via: 'cli', ip: null } as const;
    const past = t.services.push.change({ ...body, ...change }, actor);
    await expect(past).rejects.toMatchObject({ code: 'invalid_request', errors: [{ field }] });
  });

  test('the bounds themselves are not', async () => {
    const { put } = await admin(await testApp());
    for (const intervalSeconds of [1, 300]) expect((await put({ ...body, intervalSeconds })).status).toBe(200);
    expect((await put({ ...body, job: '/', instance: '' })).status).toBe(200);
    expect((await put({ ...body, job: 'x'.repeat(200), instance: '🔑'.repeat(200) })).status).toBe(200);
    expect((await put({ ...body, enabled: false, url: '' })).status).toBe(200);
  });
});

describe('the password', () => {
  test('is shown to nobody, and lies encrypted in the database', async () => {
    const t = await testApp();
    const { put, read } = await admin(t);
    const answer = await put(withUser);
    expect(answer.settings).toMatchObject({ username: 'pusher', hasPassword: true });
    const rows = rawConnection(t.config).prepare('select value from operational_settings').all();
    const shown = [answer.text, await read(), await events(t), t.logged(), rows];
    expect(JSON.stringify(shown)).not.toContain(PASSWORD);
    for (const file of ['vitals.db', 'vitals.db-wal'].map((name) => join(t.folder, 'data', name))) {
      expect(readFileSync(file).includes(PASSWORD), file).toBe(false);
    }
    expect(await events(t)).toMatchObject([{ details: { password: 'given' } }]);
    expect(await t.services.push.current()).toMatchObject({
      group: { access: { username: 'pusher', password: PASSWORD } },
    });
  });

  test('stays where it is left out, for the same scheme, host, port and user', async () => {
    const t = await testApp();
    const { put } = await admin(t);
    await put(withUser);
    const { password: _password, ...without } = withUser;
    const changes = { url: `${body.url}/below`, job: 'other', instance: '', intervalSeconds: 1, enabled: false };
    expect((await put({ ...without, ...changes })).settings).toMatchObject({ ...changes, hasPassword: true });
    expect(await t.services.push.current()).toMatchObject({ group: { access: { password: PASSWORD } } });
    expect((await events(t))[1]?.details).toMatchObject({ password: 'kept' });
  });

  test.each([
    ['another host', { url: 'http://elsewhere:9091' }],
    ['another port', { url: 'http://gateway:9092' }],
    ['another scheme', { url: 'https://gateway:9091' }],
    ['another user', { username: 'somebody' }],
  ])('has to be given again for %s', async (_what, change) => {
    const t = await testApp();
    const { put, read } = await admin(t);
    await put(withUser);
    const { password: _password, ...without } = withUser;
    expect(await put({ ...without, ...change })).toMatchObject({ status: 400, errors: [{ field: 'password' }] });
    await expect(t.services.push.groupOf({ ...without, ...change })).rejects.toMatchObject({
      errors: [{ field: 'password' }],
    });
    expect((await read()).settings).toMatchObject({ url: body.url, username: 'pusher' });
    expect((await put({ ...withUser, ...change, password: 'another' })).status).toBe(200);
  });

  test('does not go along when the row is changed in the database behind the backend’s back', async () => {
    const t = await testApp();
    await (await admin(t)).put(withUser);
    rawConnection(t.config).exec(`update operational_settings set value = replace(value, 'gateway', 'elsewhere')`);
    expect((await t.services.push.current()).group).toMatchObject({
      url: 'http://elsewhere:9091',
      access: 'unreadable',
    });
  });

  test('is dropped with its user name', async () => {
    const t = await testApp();
    const { put } = await admin(t);
    await put(withUser);
    expect((await put(body)).settings).toMatchObject({ username: null, hasPassword: false });
    const { password: _password, ...without } = withUser;
    expect(await put(without)).toMatchObject({ status: 400, errors: [{ field: 'password' }] });
  });
});

describe('with the endpoint off', () => {
  const settings = { prometheus: { enabled: false } };

  test('nothing can be enabled or tested, and the rest can be set', async () => {
    const t = await testApp({ settings });
    const { put } = await admin(t);
    expect(await put(body)).toMatchObject({ status: 409, code: 'push_unavailable' });
    expect(await put({ ...body, enabled: false })).toMatchObject({ status: 200, health: { status: 'off' } });
    const headers = bearer(await t.jwt('admin'));
    const answer = await t.app.inject({ method: 'POST', url: '/api/push/test', headers, payload: body });
    expect(answer.json()).toMatchObject({ status: 409, code: 'push_unavailable' });
  });
});

test('a viewer sees how it is doing and changes nothing', async () => {
  const t = await testApp();
  const headers = bearer(await t.jwt('viewer'));
  expect((await t.app.inject({ url: '/api/push', headers })).statusCode).toBe(200);
  expect((await t.app.inject({ method: 'PUT', url: '/api/push', headers, payload: body })).statusCode).toBe(403);
  expect((await t.app.inject({ method: 'POST', url: '/api/push/test', headers, payload: body })).statusCode).toBe(403);
});
