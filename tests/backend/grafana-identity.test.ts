import { generateKeyPair, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { createIdentityVerifier } from '../../backend/auth/grafana-identity.ts';
import { clock, grafana, rejected, silentLimit } from '../support/grafana.ts';
import { identity, ISSUER, ORG_ID, signingKey } from '../support/jwks.ts';

describe('a signed-in user is known by name and by one of three roles', () => {
  test.each([
    ['Admin', 'admin'],
    ['Editor', 'editor'],
    ['editor', 'viewer'],
    ['Viewer', 'viewer'],
    ['None', 'viewer'],
    ['admin', 'viewer'],
    ['', 'viewer'],
    [undefined, 'viewer'],
    [['Admin'], 'viewer'],
    [{ role: 'Admin' }, 'viewer'],
  ])('%j is %s', async (role, expected) => {
    const { key, verify } = await grafana();
    expect(await verify(await identity(key, clock.now(), { role }))).toEqual({ name: 'ada', role: expected });
  });

  test.each([
    [{ username: 'ada', email: 'a@x', name: 'Ada' }, 'ada'],
    [{ username: '', email: 'a@x', name: 'Ada' }, 'a@x'],
    [{ username: undefined, name: 'Ada' }, 'Ada'],
    [{ username: 7, email: ['a@x'] }, 'user:1'],
    [{ username: 'a\u202eb\nc' }, 'a\ufffdb\ufffdc'],
    [{ username: 'a\ud800b' }, 'a\ufffdb'],
    [{ username: 'é'.repeat(300) }, 'é'.repeat(200)],
  ])('%j is called %s', async (claims, name) => {
    const { key, verify } = await grafana();
    expect(await verify(await identity(key, clock.now(), claims))).toMatchObject({ name });
  });
});

describe('an identity is refused, and the refusal says what was wanted and what came:', () => {
  const wrong: [string, Record<string, unknown>, RegExp][] = [
    [
      'of another issuer',
      { iss: 'http://elsewhere/' },
      /issued by "http:\/\/elsewhere\/".*auth\.grafana\.issuer is "http:\/\/grafana\.test\/"/,
    ],
    ['after a change of root_url', { iss: 'http://old/' }, /heal within ten minutes/],
    ['without an issuer', { iss: undefined }, /no claim "iss"/],
    ['of an issuer that is no text', { iss: { a: 'b' } }, /issued by something that is no text/],
    ['of another organisation', { aud: 'org:8' }, /is for "org:8".*auth\.grafana\.org_id is 7/],
    ['of several others', { aud: ['org:1', 'org:2', 'org:3', 'org:4'] }, /is for "org:1", "org:2", "org:3", …/],
    ['without an audience', { aud: undefined }, /no claim "aud"/],
    ['that has expired', { exp: clock.now() / 1000 - 312 }, /expired 312 seconds ago.*clocks/],
    ['that expired long ago', { exp: clock.now() / 1000 - 7200 }, /expired 2 hours ago/],
    ['without an expiry', { exp: undefined }, /no claim "exp"/],
    ['with an expiry that is no number', { exp: 'soon' }, /claim "exp"/],
    ['without a subject', { sub: undefined }, /no claim "sub"/],
    ['that names nobody', { sub: '', username: '' }, /names nobody/],
    ['that is not valid yet', { nbf: clock.now() / 1000 + 90 }, /not valid for another 90 seconds.*behind/],
    ['of a service account', { type: 'service-account' }, /service accounts/],
    ['of an API key', { type: 'api-key' }, /service accounts/],
    ['of an anonymous visitor', { type: 'anonymous' }, /not signed in to Grafana/],
    ['of something new', { type: 'render-service' }, /"render-service"/],
    ['without a type', { type: undefined }, /names no type/],
  ];
  test.each(wrong)('%s', async (_what, claims, detail) => {
    const { key, verify } = await grafana();
    await expect(verify(await identity(key, clock.now(), claims))).rejects.toMatchObject(rejected(detail));
  });

  test('from thirty seconds after it expired', async () => {
    const { key, verify } = await grafana();
    const jwt = await identity(key, clock.now());
    clock.advance(329_000);
    await verify(jwt);
    clock.advance(1000);
    await expect(verify(jwt)).rejects.toMatchObject(rejected(/expired 30 seconds ago/));
  });

  test.each([
    ['iat', /issued 61 seconds ahead of this appliance’s clock.*behind.*compare the clocks/],
    ['nbf', /not valid for another 61 seconds.*behind.*compare the clocks/],
  ])('from a Grafana whose clock is more than a minute ahead, by %s', async (claim, detail) => {
    const { key, verify } = await grafana();
    const ahead = (seconds: number) => identity(key, clock.now(), { [claim]: clock.now() / 1000 + seconds });
    expect(await verify(await ahead(10))).toMatchObject({ name: 'ada' });
    expect(await verify(await ahead(60))).toMatchObject({ name: 'ada' });
    await expect(verify(await ahead(61))).rejects.toMatchObject(rejected(detail));
  });

  test('of another key with the same id, of another algorithm, of none', async () => {
    const { key, verify } = await grafana();
    const claims = {
      iss: ISSUER,
      aud: `org:${ORG_ID}`,
      sub: 'user:1',
      exp: clock.now() / 1000 + 60,
      type: 'user',
      role: 'Admin',
    };
    const stranger = await signingKey(key.kid);
    await expect(verify(await identity(stranger, clock.now()))).rejects.toMatchObject(
      rejected(/signature does not fit/),
    );
    const { privateKey } = await generateKeyPair('RS256');
    for (const [alg, signer] of [
      ['RS256', privateKey],
      ['HS256', Buffer.from(JSON.stringify(key.jwk))],
    ] as const) {
      const jwt = await new SignJWT(claims).setProtectedHeader({ alg, kid: key.kid }).sign(signer);
      await expect(verify(jwt)).rejects.toMatchObject(rejected(new RegExp(`signed with "${alg}".*only ES256`)));
    }
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const none = `${part({ alg: 'none', kid: key.kid })}.${part(claims)}.`;
    await expect(verify(none)).rejects.toMatchObject(rejected(/signed with "none"/));
  });

  test('of a key that Grafana does not publish, with what it says of its origin', async () => {
    const { verify } = await grafana();
    const stranger = await signingKey('elsewhere');
    const jwt = await identity(stranger, clock.now(), { iss: 'http://elsewhere/' });
    await expect(verify(jwt)).rejects.toMatchObject(
      rejected(/key id "elsewhere".*auth\.grafana\.jwks_url.*"http:\/\/elsewhere\/".*"http:\/\/grafana\.test\/"/),
    );
  });

  test('of another algorithm, even by a key that is published', async () => {
    const { key, server, verify } = await grafana();
    for (const alg of ['RS256', 'PS256', 'EdDSA', 'ES384']) {
      const other = await signingKey(alg, alg);
      server.publish(key, other);
      clock.advance(600_000);
      await expect(verify(await identity(other, clock.now()))).rejects.toMatchObject(rejected(/only ES256/));
      await verify(await identity(key, clock.now()));
    }
  });

  test('that is sent twice or is no JWT', async () => {
    const { key, verify } = await grafana();
    const good = await identity(key, clock.now());
    await expect(verify(good, good)).rejects.toMatchObject(rejected(/exactly one/));
    for (const text of ['', 'nonsense', 'a.b.c', '..']) {
      await expect(verify(text)).rejects.toMatchObject(rejected(/is no JWT/));
    }
    await expect(verify(`${good}x`)).rejects.toMatchObject(rejected());
  });

  test.each<[string, string[], RegExp]>([
    ['nothing of Grafana’s came', [], /plugin proxy/],
    ['the user is anonymous', ['{"IsAnonymous":true,"UserID":0}'], /not signed in to Grafana/],
    ['a service account asks', ['{"IsServiceAccount":true,"UserID":4}'], /service accounts/],
    ['a user asks', ['{"UserID":4,"Login":"ada"}'], /no X-Grafana-Id/],
    ['the context is broken', ['{"UserID":'], /no X-Grafana-Id/],
  ])('that is missing, where %s', async (_what, context, detail) => {
    const { verifyHeaders } = await grafana();
    await expect(verifyHeaders({ id: [], context })).rejects.toMatchObject(rejected(detail));
  });
});

describe('what a refusal shows of an identity', () => {
  test('is short and printable, and never the identity', async () => {
    const { key, verify, logged } = await grafana();
    const stranger = await signingKey('k\u0000\u202e'.repeat(200));
    for (const [signer, claims] of [
      [key, { iss: `http://${'x'.repeat(9000)}` }],
      [key, { iss: 'a\u0007\u202e\n\ud800b' }],
      [key, { aud: Array.from({ length: 900 }, () => 'org:8\u0000') }],
      [key, { type: '\u0000'.repeat(900) }],
      [stranger, { iss: '\u0000'.repeat(900) }],
    ] as const) {
      const jwt = await identity(signer, clock.now(), claims);
      const { detail } = await verify(jwt).then(
        () => ({ detail: '' }),
        (error: unknown) => error as { detail: string },
      );
      expect(detail.length).toBeGreaterThan(20);
      expect(detail.length).toBeLessThan(700);
      // eslint-disable-next-line no-control-regex
      expect(detail).not.toMatch(/[\u0000-\u001f\u202e]/);
      expect(detail.isWellFormed()).toBe(true);
      for (const part of jwt.split('.')) expect(detail + logged()).not.toContain(part.slice(0, 40));
    }
  });

  test('is in the log, once for each kind and minute', async () => {
    const { key, verify, logged } = await grafana();
    const lines = () => logged().match(/was not verified/g)?.length ?? 0;
    const fail = async (claims: Record<string, unknown>) =>
      verify(await identity(key, clock.now(), claims)).catch(() => undefined);
    for (let time = 0; time < 5; time++) await fail({ iss: 'http://elsewhere/' });
    expect(lines()).toBe(1);
    await fail({ aud: 'org:8' });
    expect(lines()).toBe(2);
    clock.advance(60_000);
    await fail({ iss: 'http://elsewhere/' });
    expect(lines()).toBe(3);
    expect(logged()).toMatch(/"level":40.*http:\/\/elsewhere\//);
    expect(logged()).toMatch(/"leftOut":4/);
  });
});

test('without settings nobody is known, and the refusal says which settings are missing', async () => {
  const { logLimit } = silentLimit();
  const verify = createIdentityVerifier({ settings: undefined, clock, logLimit });
  await expect(verify({ id: ['a.b.c'], context: ['{}'] })).rejects.toMatchObject(rejected(/auth\.grafana/));
});
