import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { allows, type ActingRole, type Permission, type Role } from '../../contract/roles.ts';
import type { Actor } from '../audit/log.ts';
import type { CredentialRow } from '../database/schema.ts';
import { Refusal } from '../http/refusal.ts';
import type { LogLimit } from '../lib/log-limit.ts';
import { identityHeaders, isFromGrafana, readBearer } from './headers.ts';
import type { FailedAttempts } from './failed-attempts.ts';
import type { VerifyIdentity } from './grafana-identity.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a caller needs to be allowed. Every route behind the API guard names it. */
    permission?: Permission;
  }
  interface FastifyRequest {
    caller: Caller;
  }
}

/** Who is calling, once the guard has let them in. */
export interface Caller {
  readonly credentialId: string;
  /** What kind of credential it is; for one that acts for a Grafana user, `role` is the user's. */
  readonly credentialRole: Role;
  readonly role: ActingRole;
  /** The one that a reporter reports for. */
  readonly catalogue: string | null;
  readonly actor: Actor;
}

/** What the guard needs of the credentials for the API. */
export interface ApiCredentials {
  /** The credential of a JWT, or nothing where it does not hold. Rejects where the database cannot be asked. */
  authenticate(jwt: string): Promise<CredentialRow | undefined>;
  recordUse(id: string, ip: string): void;
}

export interface ApiGuardOptions {
  readonly credentials: ApiCredentials;
  readonly verifyIdentity: VerifyIdentity;
  readonly attempts: FailedAttempts;
  readonly logLimit: LogLimit;
}

/**
 * Lets in JWTs of this backend whose role has the route's permission, before any body is read.
 * A scrape token is refused here like anything else that is no JWT, and so is a JWT that a Grafana sends for its users
 * and that may not act for them: everybody there would have its role.
 */
export function apiGuard({
  credentials,
  verifyIdentity,
  attempts,
  logLimit,
}: ApiGuardOptions): onRequestAsyncHookHandler {
  return async (request) => {
    const { permission } = request.routeOptions.config;
    if (permission === undefined) throw new Error(`route ${request.routeOptions.url ?? ''} names no permission`);
    const credential = await authenticate(request, credentials, attempts);
    if (credential.role !== 'grafana' && isFromGrafana(request.raw)) throw wrongRole(credential, logLimit);
    request.caller = await callerOf(request, credential, verifyIdentity);
    if (!allows(request.caller.role, permission)) throw new Refusal('forbidden');
  };
}

async function authenticate(
  request: FastifyRequest,
  credentials: ApiCredentials,
  attempts: FailedAttempts,
): Promise<CredentialRow> {
  const header = readBearer(request.raw);
  const credential = header.kind === 'bearer' ? await credentials.authenticate(header.credential) : undefined;
  if (!credential) throw attempts.refuse(request.client.address, 'api');
  credentials.recordUse(credential.id, request.client.address);
  return credential;
}

function wrongRole({ id, name, role }: CredentialRow, logLimit: LogLimit): Refusal {
  const sentence = 'a credential that may not act for users of Grafana was sent for one';
  logLimit.warn(`role ${role}`, { credential: id, name, role }, sentence);
  return new Refusal(
    'wrong_credential_role',
    `It has the role ${role}. Issue one with \`vitals credential issue --role grafana\` for the plugin's settings.`,
  );
}

async function callerOf(
  request: FastifyRequest,
  credential: CredentialRow,
  verifyIdentity: VerifyIdentity,
): Promise<Caller> {
  const ip = request.client.address;
  const { id: credentialId, role: credentialRole, catalogue } = credential;
  const held = { credentialId, credentialRole, catalogue };
  if (credential.role !== 'grafana') {
    return { ...held, role: credential.role, actor: { name: credential.name, via: 'api', ip } };
  }
  const user = await verifyIdentity(identityHeaders(request.raw));
  return { ...held, role: user.role, actor: { name: user.name, via: 'grafana', ip } };
}
