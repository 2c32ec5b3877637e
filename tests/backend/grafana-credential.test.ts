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
    for (const role of ['Editor', 'Viewer']) {
      const user = { 'x-grafana-id': await id({ role }) };
      expect(await ask(t, user)).toEqual([403, 'forbidden']);
      expect(await ask(t, user, '/api/integrations')).toEqual([200, undefined]);
    }
  });

  test.each([
    ['Admin', 'admin'],
    ['Editor', 'editor'],
    ['Viewer', 'viewer'],
    ['None', 'viewer'],
  ])('the backend takes %s for %s', async (role, as) => {
    const { t, id } = await signedIn();
    const headers = { ...bearer(await t.jwt('grafana')), 'x-grafana-id': await id({ role }) };
    const { caller } = (await t.app.inject({ url: '/api/health', headers })).json<{ caller: object }>();
    expect(caller).toEqual({ credential: 'grafana', role: as, name: 'ada' });
    const trusted = await testApp({ settings: trusting });
    const unsigned = { ...bearer(await trusted.jwt('grafana')), 'x-grafana-context': context({ OrgRole: role }) };
    expect((await trusted.app.inject({ url: '/api/health', headers: unsigned })).json()).toMatchObject({
      caller: { role: as },
    });
  });

  test('and the audit log names that user, the interface and the address', async () => {
    const { t, id } = await signedIn();
    const answer = await t.app.inject({
      method: 'POST',
      url: '/api/tokens',
      headers: { ...bearer(await t.jwt('grafana')), 'x-grafana-id': await id({ username: 'ada' }) },
      payload: { name: 'Prometheus' },
      remoteAddress: '192.0.2.5',
    });
    expect(answer.json()).toMatchObject({ token: { createdBy: 'ada' } });
    const [latest] = (await t.services.audit.list({ limit: 1 })).items;
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

describe('another credential acts for no user of Grafana:', () => {
  const wrongRole = [403, 'wrong_credential_role'];

  test.each(['admin', 'viewer', 'collector', 'reporter'] as const)('%s', async (role) => {
    const { t, id } = await signedIn();
    const jwt = bearer(await t.jwt(role));
    for (const headers of [
      { 'x-grafana-id': await id() },
      { 'x-grafana-context': context() },
      { 'x-grafana-id': '' },
    ]) {
      for (const url of ['/api/tokens', '/api/health', '/api/audit']) {
        const answer = await t.app.inject({ url, headers: { ...jwt, ...headers } });
        expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual(wrongRole);
        expect(answer.json()).toMatchObject({ detail: expect.stringContaining(`role ${role}`) });
      }
    }
  });

  test('nothing is done for it, and the log says so once a minute', async () => {
    const { t, id } = await signedIn();
    const headers = { ...bearer(await t.jwt('admin')), 'x-grafana-id': await id() };
    const mint = () => t.app.inject({ method: 'POST', url: '/api/tokens', headers, payload: { name: 'a' } });
    for (let time = 0; time < 3; time++) expect((await mint()).statusCode).toBe(403);
    expect((await t.services.tokens.counts()).active).toBe(0);
    const lines = () => t.logged().match(/may not act for users of Grafana/g)?.length;
    expect(lines()).toBe(1);
    t.clock.advance(60_000);
    await mint();
    expect(lines()).toBe(2);
  });

  test('a scrape token and no credential at all stay 401', async () => {
    const { t, id } = await signedIn();
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
    expect((await t.services.audit.list({ limit: 1 })).items).toMatchObject([{ actor: name, via: 'grafana' }]);
    expect(await t.services.audit.verify()).toMatchObject({ ok: true });
  });

  const rejected: [string, string][] = [
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
  test.each(rejected)('but not for %s', async (_what, header) => {
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
