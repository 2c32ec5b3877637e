import { describe, expect, test } from 'vitest';
import { bearer, sharedApp, testApp, type TestApp } from '../support/app.ts';
import { grafanaSettings, identity, keyServer, ORG_ID, signingKey } from '../support/jwks.ts';

const trusting = { auth: { grafana: { trust_context: true, org_id: ORG_ID } } };
const context = (more: object = {}) =>
  JSON.stringify({
    UserID: 2,
    OrgID: ORG_ID,
    OrgRole: 'Admin',
    Login: 'grace',
    IsAnonymous: false,
    IsServiceAccount: false,
    ApiKeyID: 0,
    ...more,
  });

async function ask(t: TestApp, headers: Record<string, string>, url = '/api/tokens') {
  const answer = await t.app.inject({ url, headers: { ...bearer(await t.jwt('grafana')), ...headers } });
  return [answer.statusCode, answer.json<{ code?: string }>().code];
}
const notVerified = [403, 'identity_not_verified'];

async function signedIn(settings: Record<string, unknown> = {}) {
  const key = await signingKey('a');
  const server = await keyServer(key);
  const t = await testApp({ settings: { ...grafanaSettings(server), ...settings } });
  return { t, server, id: (claims = {}) => identity(key, t.clock.now(), claims) };
}

describe('Grafana’s credential acts for the user whom Grafana signed', () => {
  test('an Admin administers, anybody else reads', async () => {
    const { t, id } = await signedIn();
    expect(await ask(t, { 'x-grafana-id': await id() })).toEqual([200, undefined]);
    const editor = { 'x-grafana-id': await id({ role: 'Editor' }) };
    expect(await ask(t, editor)).toEqual([403, 'forbidden']);
    expect(await ask(t, editor, '/api/integrations')).toEqual([200, undefined]);
  });

  test('and the audit log names that user, the door and the address', async () => {
    const { t, id } = await signedIn();
    const answer = await t.app.inject({
      method: 'POST',
      url: '/api/tokens',
      headers: { ...bearer(await t.jwt('grafana')), 'x-grafana-id': await id({ username: 'ada' }) },
      payload: { name: 'Prometheus' },
      remoteAddress: '192.0.2.5',
    });
    expect(answer.json()).toMatchObject({ token: { createdBy: 'ada' } });
    const [latest] = (await t.core.audit.list({ limit: 1 })).items;
    expect(latest).toMatchObject({ event: 'token.created', actor: 'ada', via: 'grafana', ip: '192.0.2.5' });
  });

  test('without a user it may do nothing, and the answer is never 401', async () => {
    const { t, id, server } = await signedIn();
    const good = await id();
    expect(await ask(t, {})).toEqual(notVerified);
    expect(await ask(t, {}, '/api/health')).toEqual(notVerified);
    expect(await ask(t, { 'x-grafana-id': `${good}x` })).toEqual(notVerified);
    const offline = await testApp({ settings: grafanaSettings(server) });
    await server.close();
    expect(await ask(offline, { 'x-grafana-id': good })).toEqual(notVerified);
    expect(await ask(await testApp(), { 'x-grafana-id': good })).toEqual(notVerified);
  });

  test('X-Grafana-Context is never consulted where a JWKS is configured', async () => {
    const { t, id, server } = await signedIn();
    expect(await ask(t, { 'x-grafana-context': context() })).toEqual(notVerified);
    const viewer = await id({ role: 'Viewer' });
    expect(await ask(t, { 'x-grafana-context': context(), 'x-grafana-id': viewer })).toEqual([403, 'forbidden']);
    await server.close();
    t.clock.advance(3_600_000 - 1);
    expect(await ask(t, { 'x-grafana-context': context(), 'x-grafana-id': viewer })).toEqual(notVerified);
  });

  test('and without any settings neither header is believed', async () => {
    expect(await ask(await testApp(), { 'x-grafana-context': context() })).toEqual(notVerified);
  });
});

describe('another credential is who it is, whatever Grafana’s headers say', () => {
  test.each(['viewer', 'collector', 'reporter'] as const)('%s', async (role) => {
    const { t, id } = await signedIn();
    const headers = { ...bearer(await t.jwt(role)), 'x-grafana-id': await id(), 'x-grafana-context': context() };
    expect((await t.app.inject({ url: '/api/tokens', headers })).statusCode).toBe(403);
  });

  test('an admin stays an admin by name, and a scrape token none at all', async () => {
    const { t, id } = await signedIn();
    const grafanaUser = { 'x-grafana-id': await id({ role: 'Viewer' }) };
    const headers = { ...bearer(await t.jwt('admin')), ...grafanaUser };
    const answer = await t.app.inject({ method: 'POST', url: '/api/tokens', headers, payload: { name: 'a' } });
    expect(answer.json()).toMatchObject({ token: { createdBy: 'admin credential' } });
    const token = { ...bearer((await t.mint()).secret), 'x-grafana-id': await id() };
    expect((await t.app.inject({ url: '/api/tokens', headers: token })).statusCode).toBe(401);
    expect((await t.app.inject({ url: '/api/tokens', headers: { 'x-grafana-id': await id() } })).statusCode).toBe(401);
  });
});

describe('with trust_context the unsigned context is taken', () => {
  const trusted = sharedApp({ settings: trusting });

  test('for a signed-in user of this organisation, with their role and name', async () => {
    const t = trusted();
    expect(await ask(t, { 'x-grafana-context': context() })).toEqual([200, undefined]);
    expect(await ask(t, { 'x-grafana-context': context({ OrgRole: 'Editor' }) })).toEqual([403, 'forbidden']);
    expect(await ask(t, { 'x-grafana-context': context({ OrgRole: 'Viewer' }) }, '/api/health')).toEqual([
      200,
      undefined,
    ]);
  });

  test.each([
    ['UTF-8, as Grafana sends it', Buffer.from(context({ Login: 'Jörg 監' })).toString('latin1'), 'Jörg 監'],
    ['half a character', context({ Login: 'x' }).replace('"x"', '"a\\ud800b"'), 'a\ufffdb'],
    ['control characters', context({ Login: 'a\u0007\u202eb' }).replace('\u202e', '\\u202e'), 'a\ufffd\ufffdb'],
  ])('by a name that a reader of the audit log can trust: %s', async (_what, header, name) => {
    const t = trusted();
    const headers = { ...bearer(await t.jwt('grafana')), 'x-grafana-context': header };
    const answer = await t.app.inject({ method: 'POST', url: '/api/tokens', headers, payload: { name: 'a' } });
    expect(answer.json()).toMatchObject({ token: { createdBy: name } });
    expect((await t.core.audit.list({ limit: 1 })).items).toMatchObject([{ actor: name, via: 'grafana' }]);
    expect(await t.core.audit.verify()).toMatchObject({ ok: true });
  });

  const refused: [string, string][] = [
    ['an anonymous user', context({ IsAnonymous: true })],
    ['user number 0', context({ UserID: 0 })],
    ['a service account', context({ IsServiceAccount: true })],
    ['an API key', context({ ApiKeyID: 3 })],
    ['a disabled user', context({ IsDisabled: true })],
    ['another organisation', context({ OrgID: 1 })],
    ['no organisation', context({ OrgID: undefined })],
    ['an organisation in words', context({ OrgID: String(ORG_ID) })],
    ['no login', context({ Login: '' })],
    ['a login that is a number', context({ Login: 7 })],
    ['no role', context({ OrgRole: undefined })],
    ['an empty object', '{}'],
    ['a list', '[]'],
    ['null', 'null'],
    ['broken JSON', '{"UserID": 2'],
    ['nothing', ''],
  ];
  test.each(refused)('but not for %s', async (_what, header) => {
    const t = trusted();
    expect(await ask(t, { 'x-grafana-context': header })).toEqual(notVerified);
  });

  test('nor without the header, nor by X-Grafana-Id instead', async () => {
    const { id } = await signedIn();
    const t = trusted();
    expect(await ask(t, {})).toEqual(notVerified);
    expect(await ask(t, { 'x-grafana-id': await id() })).toEqual(notVerified);
  });
});
