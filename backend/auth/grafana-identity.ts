import { errors, jwtVerify, type JWTPayload, type JWTVerifyOptions } from 'jose';
import type { Clock } from '../lib/clock.ts';
import type { Config } from '../config/config.ts';
import type { LogLimit } from '../lib/log-limit.ts';
import { Refusal } from '../http/refusal.ts';
import { roleOf, USER_NAME_LENGTH, userFromContext, whoIsNoUser, type GrafanaUser } from './grafana-context.ts';
import type { IdentityHeaders } from './headers.ts';
import {
  anonymous,
  explainFailure,
  IdentityFailure,
  noUser,
  printable,
  readUnverified,
  shown,
} from './identity-failure.ts';
import { remoteJwks } from './jwks.ts';

/**
 * @throws Refusal `identity_not_verified` with what was wanted and what came; never 401, which would make Grafana rotate the
 * user's session.
 */
export type VerifyIdentity = (headers: IdentityHeaders) => Promise<GrafanaUser>;

export interface IdentityVerifierOptions {
  readonly settings: Config['auth']['grafana'];
  readonly clock: Clock;
  /** Each way to fail is logged once a minute. */
  readonly logLimit: LogLimit;
}

export function createIdentityVerifier({ settings, clock, logLimit }: IdentityVerifierOptions): VerifyIdentity {
  const verify = verifierOf(settings, clock);
  return async (headers) => {
    try {
      return await verify(headers);
    } catch (error) {
      if (!(error instanceof IdentityFailure)) throw error;
      logLimit.warn(
        `identity: ${error.kind}`,
        { detail: error.message },
        'the identity of a Grafana user was not verified',
      );
      throw new Refusal('identity_not_verified', error.message, undefined, { cause: error });
    }
  };
}

/** As VerifyIdentity, but it throws an IdentityFailure. */
function verifierOf(settings: IdentityVerifierOptions['settings'], clock: Clock): VerifyIdentity {
  const { jwks_url, issuer, org_id, trust_context } = settings ?? {};
  if (trust_context) return async ({ context }) => userFromContext(context, org_id);
  if (jwks_url === undefined || issuer === undefined || org_id === undefined) {
    return async () => {
      throw new IdentityFailure(
        'settings',
        'The backend has no auth.grafana settings: set jwks_url, issuer and org_id.',
      );
    };
  }
  return signedIdentity({ jwksUrl: new URL(jwks_url), issuer, orgId: org_id, clock });
}

interface SignedIdentityOptions {
  readonly jwksUrl: URL;
  readonly issuer: string;
  readonly orgId: number;
  readonly clock: Clock;
}

/** How far Grafana's clock may be ahead of this one, by `iat` and `nbf`, in seconds. */
const AHEAD_SECONDS = 60;
/** How long an identity is believed after its `exp`, in seconds. */
const EXPIRED_SECONDS = 30;

/** Verifies `X-Grafana-Id`: ES256 by Grafana's published keys, issuer, audience, times and type. */
function signedIdentity({ jwksUrl, issuer, orgId, clock }: SignedIdentityOptions): VerifyIdentity {
  const keys = remoteJwks(jwksUrl, clock);
  const options: JWTVerifyOptions = {
    algorithms: ['ES256'],
    issuer,
    audience: `org:${orgId}`,
    requiredClaims: ['exp', 'sub'],
    clockTolerance: AHEAD_SECONDS,
  };

  async function verifiedPayload(jwt: string, now: number): Promise<JWTPayload> {
    const { payload } = await jwtVerify(jwt, keys, { ...options, currentDate: new Date(now) });
    checkTimes(payload, Math.floor(now / 1000));
    return payload;
  }

  return async (headers) => {
    const jwt = oneIdentity(headers);
    const now = clock.now();
    const payload = await verifiedPayload(jwt, now).catch((error: unknown) => {
      throw explainFailure(error, readUnverified(jwt), { issuer, orgId, now });
    });
    checkType(payload['type']);
    return { name: userName(payload), role: roleOf(payload['role']) };
  };
}

/** What `jwtVerify` does not look at: it has one tolerance for all times, and takes any `iat`. */
function checkTimes(payload: JWTPayload, nowSeconds: number): void {
  const { iat, exp } = payload;
  if (exp !== undefined && exp <= nowSeconds - EXPIRED_SECONDS) {
    throw new errors.JWTExpired('expired', payload, 'exp', 'check_failed');
  }
  if (iat !== undefined && iat > nowSeconds + AHEAD_SECONDS) {
    throw new errors.JWTClaimValidationFailed('issued later than now', payload, 'iat', 'check_failed');
  }
}

function oneIdentity({ id, context }: IdentityHeaders): string {
  const [jwt, second] = id;
  if (second !== undefined) throw new IdentityFailure('twice', 'There has to be exactly one X-Grafana-Id.');
  if (jwt !== undefined) return jwt;
  if (context.length === 0) {
    throw new IdentityFailure(
      'direct',
      'Nothing came with the request that says who is asking. This credential works only through Grafana’s plugin proxy.',
    );
  }
  throw (
    whoIsNoUser(context) ??
    new IdentityFailure(
      'missing',
      'Grafana sent no X-Grafana-Id for its user. Its log says why it could not sign one; an old Grafana needs idForwarding.',
    )
  );
}

function checkType(type: unknown): void {
  if (type === 'user') return;
  if (type === 'anonymous') throw anonymous();
  if (type === 'service-account' || type === 'api-key') throw noUser();
  const sentence = type === undefined ? 'X-Grafana-Id names no type.' : `X-Grafana-Id is of the type ${shown(type)}.`;
  throw new IdentityFailure('type', `${sentence} Only users of Grafana may do this.`);
}

function userName(claims: JWTPayload): string {
  const names = [claims['username'], claims['email'], claims['name'], claims.sub];
  const known = names.find((name) => typeof name === 'string' && name !== '');
  if (typeof known !== 'string') throw new IdentityFailure('name', 'X-Grafana-Id names nobody.');
  return printable(known, USER_NAME_LENGTH);
}
