import { generateKeyPair, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { createIdentityVerifier } from '../../backend/auth/grafana-identity.ts';
import { clock, followClock, grafana, refused, wait } from '../support/grafana.ts';
import { identity, ISSUER, ORG_ID, signingKey } from '../support/jwks.ts';

followClock();

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

describe('an identity is refused', () => {
  const wrong: [string, Record<string, unknown>, RegExp?][] = [
    ['of another issuer', { iss: 'http://elsewhere/' }],
    ['of another organisation', { aud: 'org:8' }],
    ['without an audience', { aud: undefined }],
    ['that has expired', { exp: 1 }],
    ['without an expiry', { exp: undefined }],
    ['without a subject', { sub: undefined }],
    ['that names nobody', { sub: '', username: '' }],
    ['that is not valid yet', { nbf: 9e9 }],
    ['of a service account', { type: 'service-account' }, /service accounts/],
    ['of an API key', { type: 'api-key' }],
    ['without a type', { type: undefined }],
  ];
  test.each(wrong)('%s', async (_what, claims, detail) => {
    const { key, verify } = await grafana();
    await expect(verify(await identity(key, clock.now(), claims))).rejects.toMatchObject(refused(detail));
  });

  test('from the moment it expires', async () => {
    const { key, verify } = await grafana();
    const jwt = await identity(key, clock.now());
    wait(299_000);
    await verify(jwt);
    wait(1000);
    await expect(verify(jwt)).rejects.toMatchObject(refused());
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
    await expect(verify(await identity(stranger, clock.now()))).rejects.toMatchObject(refused());
    const { privateKey } = await generateKeyPair('RS256');
    for (const [alg, signer] of [
      ['RS256', privateKey],
      ['HS256', Buffer.from(JSON.stringify(key.jwk))],
    ] as const) {
      const jwt = await new SignJWT(claims).setProtectedHeader({ alg, kid: key.kid }).sign(signer);
      await expect(verify(jwt)).rejects.toMatchObject(refused());
    }
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    await expect(verify(`${part({ alg: 'none', kid: key.kid })}.${part(claims)}.`)).rejects.toMatchObject(refused());
  });

  test('of another algorithm, even by a key that is published', async () => {
    const { key, server, verify } = await grafana();
    for (const alg of ['RS256', 'PS256', 'EdDSA', 'ES384']) {
      const other = await signingKey(alg, alg);
      server.publish(key, other);
      wait(600_000);
      await expect(verify(await identity(other, clock.now()))).rejects.toMatchObject(
        refused(/ERR_JOSE_ALG_NOT_ALLOWED/),
      );
      await verify(await identity(key, clock.now()));
    }
  });

  test('that is missing, sent twice or no JWT', async () => {
    const { key, verify } = await grafana();
    const good = await identity(key, clock.now());
    await expect(verify()).rejects.toMatchObject(refused(/exactly one/));
    await expect(verify(good, good)).rejects.toMatchObject(refused(/exactly one/));
    for (const text of ['', 'nonsense', 'a.b.c', `${good}x`])
      await expect(verify(text)).rejects.toMatchObject(refused());
  });
});

test('without settings nobody is known, and the refusal says which settings are missing', async () => {
  const verify = createIdentityVerifier(undefined, clock);
  await expect(verify({ id: ['a.b.c'], context: ['{}'] })).rejects.toMatchObject(refused(/auth\.grafana/));
});
