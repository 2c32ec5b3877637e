import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from 'jose';
import { ORG_ID, type User } from './users.ts';

export interface Identity {
  /** What the backend fetches to verify X-Grafana-Id. */
  readonly jwks: { readonly keys: readonly JWK[] };
  /** The value of X-Grafana-Id: who is signed in, signed, for ten minutes. */
  sign(user: User): Promise<string>;
}

/** Signs identities as Grafana does: ES256, claims of a user. The key is made at the first start and kept in `file`. */
export async function openIdentity(file: string, issuer: string): Promise<Identity> {
  if (!existsSync(file)) writeFileSync(file, JSON.stringify(await newKey()), { mode: 0o600 });
  const jwk = JSON.parse(readFileSync(file, 'utf8')) as JWK;
  const kid = await calculateJwkThumbprint(jwk);
  const key = await importJWK(jwk, 'ES256');
  const { kty, crv, x, y } = jwk;
  return {
    jwks: { keys: [{ kty, crv, x, y, kid, alg: 'ES256', use: 'sig' } as JWK] },
    sign: (user) =>
      new SignJWT({
        identifier: user.uid,
        type: 'user',
        namespace: 'default',
        role: user.role,
        username: user.login,
        name: user.name,
        email: user.email,
        authenticatedBy: 'password',
      })
        .setProtectedHeader({ alg: 'ES256', kid, typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience([`org:${ORG_ID}`])
        .setSubject(`user:${user.uid}`)
        .setIssuedAt()
        .setExpirationTime('10m')
        .sign(key),
  };
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return exportJWK(privateKey);
}
