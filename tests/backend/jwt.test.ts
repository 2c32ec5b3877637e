import { readFileSync } from 'node:fs';
import {
  decodeJwt,
  exportSPKI,
  generateKeyPair,
  importJWK,
  SignJWT,
  UnsecuredJWT,
  type CryptoKey,
  type JWK,
  type JWTPayload,
} from 'jose';
import { describe, expect, test } from 'vitest';
import { actor, bearer, sharedApp, testApp, type TestApp } from '../support/app.ts';

/** What a valid JWT says, and the key that it is signed with. */
async function issued(t: TestApp) {
  const jwt = await t.jwt('admin');
  const jwk = JSON.parse(readFileSync(t.config.auth.key_file, 'utf8')) as JWK;
  const { kty, crv, x, d } = jwk;
  const publicJwk = { kty: kty ?? '', crv: crv ?? '', x: x ?? '' };
  const publicKey = (await importJWK(publicJwk, 'EdDSA', { extractable: true })) as CryptoKey;
  return {
    jwt,
    claims: decodeJwt(jwt),
    publicJwk,
    publicKey,
    privateKey: await importJWK({ ...publicJwk, d: d ?? '' }, 'EdDSA'),
  };
}
type Issued = Awaited<ReturnType<typeof issued>>;

const signed = (claims: JWTPayload, key: Parameters<SignJWT['sign']>[0], alg = 'EdDSA') =>
  new SignJWT(claims).setProtectedHeader({ alg, typ: 'JWT' }).sign(key);
const ask = async (t: TestApp, jwt: string, url = '/api/tokens') =>
  (await t.app.inject({ url, headers: bearer(jwt) })).statusCode;
const without = (claims: JWTPayload, key: string) =>
  Object.fromEntries(Object.entries(claims).filter(([name]) => name !== key));

test('a JWT that is signed by this backend’s key with the same claims is let in', async () => {
  const t = await testApp();
  const { claims, privateKey } = await issued(t);
  expect(await ask(t, await signed(claims, privateKey))).toBe(200);
});

test('issuer and audience are the install, the life is stated, and the jti is the credential', async () => {
  const t = await testApp();
  const { claims } = await issued(t);
  const now = t.clock.now() / 1000;
  expect(claims).toEqual({
    role: 'admin',
    sub: 'admin credential',
    jti: expect.stringMatching(/^crd_/),
    iss: expect.stringMatching(/^vitals:[0-9a-f-]{36}$/),
    aud: claims.iss,
    iat: now,
    exp: now + 3600,
  });
});

describe('a JWT is refused that is', () => {
  const forged: [string, (i: Issued, t: TestApp) => Promise<string> | string][] = [
    [
      'signed with another key',
      async ({ claims }) => signed(claims, (await generateKeyPair('EdDSA', { crv: 'Ed25519' })).privateKey),
    ],
    ['of alg none', ({ claims }) => new UnsecuredJWT(claims).encode()],
    [
      'of alg none with the old signature',
      ({ jwt }) => [Buffer.from('{"alg":"none"}').toString('base64url'), ...jwt.split('.').slice(1)].join('.'),
    ],
    [
      'HS256 with the public key as PEM',
      async ({ claims, publicKey }) => signed(claims, Buffer.from(await exportSPKI(publicKey)), 'HS256'),
    ],
    [
      'HS256 with the public key’s bytes',
      ({ claims, publicJwk }) => signed(claims, Buffer.from(publicJwk.x, 'base64url'), 'HS256'),
    ],
    ['ES256', async ({ claims }) => signed(claims, (await generateKeyPair('ES256')).privateKey, 'ES256')],
    [
      'carrying its own key',
      async ({ claims }) => {
        const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
        const jwk = await (await import('jose')).exportJWK(publicKey);
        return new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', jwk }).sign(privateKey);
      },
    ],
    ['without a jti', ({ claims, privateKey }) => signed(without(claims, 'jti'), privateKey)],
    ['of an unknown jti', ({ claims, privateKey }) => signed({ ...claims, jti: 'crd_0000000000000000' }, privateKey)],
    [
      'of a jti that is no text',
      ({ claims, privateKey }) => signed({ ...claims, jti: { toString: 1 } as unknown as string }, privateKey),
    ],
    ['without an expiry', ({ claims, privateKey }) => signed(without(claims, 'exp'), privateKey)],
    ['not valid yet', ({ claims, privateKey }) => signed({ ...claims, nbf: (claims.iat ?? 0) + 60 }, privateKey)],
    ['of another issuer', ({ claims, privateKey }) => signed({ ...claims, iss: 'vitals:other' }, privateKey)],
    ['without an issuer', ({ claims, privateKey }) => signed(without(claims, 'iss'), privateKey)],
    ['of another audience', ({ claims, privateKey }) => signed({ ...claims, aud: 'vitals:other' }, privateKey)],
    ['without an audience', ({ claims, privateKey }) => signed(without(claims, 'aud'), privateKey)],
    ['of another install', async () => (await testApp()).jwt('admin')],
    ['cut off', ({ jwt }) => jwt.slice(0, -1)],
    ['without its signature', ({ jwt }) => jwt.slice(0, jwt.lastIndexOf('.') + 1)],
    [
      'changed in its claims',
      ({ jwt, claims }) => {
        const [header, , signature] = jwt.split('.');
        return [header, Buffer.from(JSON.stringify({ ...claims, exp: 9e9 })).toString('base64url'), signature].join(
          '.',
        );
      },
    ],
  ];
  const shared = sharedApp();
  test.each(forged)('%s', async (_what, forge) => {
    const t = shared();
    const made = await issued(t);
    expect(await ask(t, made.jwt)).toBe(200);
    expect(await ask(t, await forge(made, t))).toBe(401);
  });

  test('expired, from that second on, even where its row lives longer', async () => {
    const t = await testApp();
    const { claims, privateKey, jwt } = await issued(t);
    const short = await signed({ ...claims, exp: (claims.iat ?? 0) + 60 }, privateKey);
    t.clock.advance(59_000);
    expect(await ask(t, short)).toBe(200);
    t.clock.advance(1000);
    expect([await ask(t, short), await ask(t, jwt)]).toEqual([401, 200]);
    t.clock.advance(3540_000);
    expect(await ask(t, jwt)).toBe(401);
  });

  test('expired by its row, even where it says that it lives longer', async () => {
    const t = await testApp();
    const { claims, privateKey } = await issued(t);
    const long = await signed({ ...claims, exp: (claims.iat ?? 0) + 999_999 }, privateKey);
    t.clock.advance(3599_000);
    expect(await ask(t, long)).toBe(200);
    t.clock.advance(1000);
    expect(await ask(t, long)).toBe(401);
  });

  test('revoked, on its very next request', async () => {
    const t = await testApp();
    const { jwt, claims } = await issued(t);
    expect(await ask(t, jwt)).toBe(200);
    await t.services.credentials.revoke(claims.jti ?? '', actor);
    expect(await ask(t, jwt)).toBe(401);
  });
});

test('a credential’s role is what its row says, not what the JWT claims', async () => {
  const t = await testApp();
  const { privateKey } = await issued(t);
  const viewer = decodeJwt(await t.jwt('viewer'));
  expect(await ask(t, await signed({ ...viewer, role: 'admin' }, privateKey))).toBe(403);
});
