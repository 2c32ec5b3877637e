import { createRemoteJWKSet, customFetch, jwtVerify, type JWTPayload } from 'jose';
import Type from 'typebox';
import { Value } from 'typebox/value';
import { forbiddenInNames } from '../../contract/api.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { Refusal } from '../refusal.ts';
import type { IdentityHeaders } from './grafana-headers.ts';
import { fetchKeySet } from './key-set.ts';

/** A user of Grafana, as far as this backend knows roles: an organisation's Admin or Editor, or anyone else. */
export interface GrafanaUser {
  readonly name: string;
  readonly role: 'admin' | 'editor' | 'viewer';
}

/** @throws Refusal `identity_not_verified`; never 401, which would make Grafana rotate the user's session. */
export type VerifyIdentity = (headers: IdentityHeaders) => Promise<GrafanaUser>;

type GrafanaSettings = NonNullable<Config['auth']['grafana']>;

export function createIdentityVerifier(settings: GrafanaSettings | undefined, clock: Clock): VerifyIdentity {
  if (settings?.trust_context) {
    const orgId = settings.org_id;
    return ({ context }) => Promise.resolve(userFromContext(context, orgId));
  }
  const { jwks_url, issuer, org_id } = settings ?? {};
  if (jwks_url === undefined || issuer === undefined || org_id === undefined) {
    return () =>
      Promise.reject(notVerified('The backend has no auth.grafana settings: set jwks_url, issuer and org_id.'));
  }
  return signedIdentity({ jwksUrl: new URL(jwks_url), issuer, audience: `org:${org_id}`, clock });
}

interface SignedIdentityOptions {
  readonly jwksUrl: URL;
  readonly issuer: string;
  readonly audience: string;
  readonly clock: Clock;
}

/** Verifies `X-Grafana-Id`: ES256 by Grafana's published keys, issuer, audience, expiry and type. */
function signedIdentity({ jwksUrl, issuer, audience, clock }: SignedIdentityOptions): VerifyIdentity {
  const keys = createRemoteJWKSet(jwksUrl, {
    cooldownDuration: 60_000,
    cacheMaxAge: 600_000,
    timeoutDuration: 3_000,
    [customFetch]: fetchKeySet(clock),
  });
  return async ({ id }) => {
    const [jwt, second] = id;
    if (jwt === undefined || second !== undefined) {
      throw notVerified('There has to be exactly one X-Grafana-Id. Enable Grafana’s idForwarding, or update Grafana.');
    }
    let payload: JWTPayload;
    try {
      const options = { algorithms: ['ES256'], issuer, audience, requiredClaims: ['exp', 'sub'] };
      ({ payload } = await jwtVerify(jwt, keys, { ...options, currentDate: new Date(clock.now()) }));
    } catch (error) {
      throw notVerified(
        `X-Grafana-Id was refused (${code(error)}). Check auth.grafana in the backend’s configuration.`,
      );
    }
    if (payload['type'] !== 'user') throw notVerified('Only users of Grafana may do this, not service accounts.');
    return { name: userName(payload), role: roleOf(payload['role']) };
  };
}

function roleOf(orgRole: unknown): GrafanaUser['role'] {
  if (orgRole === 'Admin') return 'admin';
  return orgRole === 'Editor' ? 'editor' : 'viewer';
}

function userName(claims: JWTPayload): string {
  const names = [claims['username'], claims['email'], claims['name'], claims.sub];
  const known = names.find((name) => typeof name === 'string' && name !== '');
  if (typeof known !== 'string') throw notVerified('X-Grafana-Id names nobody.');
  return printable(known);
}

/** Names of Go's struct fields: Grafana marshals its SignedInUser without any tags. */
const Context = Type.Object({
  UserID: Type.Integer({ minimum: 1 }),
  OrgID: Type.Integer(),
  OrgRole: Type.String(),
  Login: Type.String({ minLength: 1 }),
  IsAnonymous: Type.Optional(Type.Literal(false)),
  IsServiceAccount: Type.Optional(Type.Literal(false)),
  IsDisabled: Type.Optional(Type.Literal(false)),
  ApiKeyID: Type.Optional(Type.Literal(0)),
});

/** The unsigned `X-Grafana-Context`: believed only where the settings say so and nobody else reaches this backend. */
function userFromContext(headers: readonly string[], orgId: number | undefined): GrafanaUser {
  const [text, second] = headers;
  if (text === undefined || second !== undefined) throw notVerified('There has to be exactly one X-Grafana-Context.');
  let context: unknown;
  try {
    context = JSON.parse(Buffer.from(text, 'latin1').toString('utf8')); // Node reads headers as Latin-1, Grafana writes UTF-8
  } catch {
    throw notVerified('X-Grafana-Context is not valid JSON.');
  }
  if (!Value.Check(Context, context)) throw notVerified('X-Grafana-Context names no signed-in user.');
  if (context.OrgID !== orgId) throw notVerified('The user belongs to another organisation of Grafana.');
  return { name: printable(context.Login), role: roleOf(context.OrgRole) };
}

function printable(name: string): string {
  return Array.from(name.toWellFormed(), (character) => (forbiddenInNames.test(character) ? '�' : character))
    .slice(0, 200)
    .join('');
}

function notVerified(detail: string): Refusal {
  return new Refusal('identity_not_verified', detail);
}

function code(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'ERR_JWKS_UNREACHABLE';
}
