import { jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../lib/clock.ts';
import type { SigningKeys } from './signing-keys.ts';

export interface JwtIssuer {
  /** Signs a JWT for a credential. @param expiresAt milliseconds since the Unix epoch. */
  sign(credential: { id: string; name: string; role: string; expiresAt: number }): Promise<string>;
  /** The `jti` of a JWT of this backend and this install, or nothing: forged, foreign, expired, of another algorithm. */
  verify(jwt: string): Promise<string | undefined>;
}

/** @param installId issuer and audience are `vitals:<install id>`, so a JWT of another install is refused. */
export function createJwtIssuer(keys: SigningKeys['jwt'], installId: string, clock: Clock): JwtIssuer {
  const party = `vitals:${installId}`;
  return {
    sign: ({ id, name, role, expiresAt }) =>
      new SignJWT({ role })
        .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT', kid: keys.kid })
        .setIssuer(party)
        .setAudience(party)
        .setSubject(name)
        .setJti(id)
        .setIssuedAt(Math.floor(clock.now() / 1000))
        .setExpirationTime(Math.floor(expiresAt / 1000))
        .sign(keys.privateKey),

    async verify(jwt) {
      try {
        const { payload } = await jwtVerify(jwt, keys.publicKey, {
          algorithms: ['EdDSA'],
          issuer: party,
          audience: party,
          requiredClaims: ['jti', 'exp'],
          currentDate: new Date(clock.now()),
        });
        return typeof payload.jti === 'string' ? payload.jti : undefined;
      } catch {
        return undefined;
      }
    },
  };
}
