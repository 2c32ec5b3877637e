import type { Credential } from '../../contract/api.ts';
import { nextNumber, ok, paged, problem, type Answer, type Call } from './fakeReplies.ts';

export interface CredentialState {
  /** Newest first. */
  readonly credentials: Credential[];
}

export function fakeCredentials({ credentials }: CredentialState, { id, action, query }: Call): Answer {
  if (id === undefined) return ok(paged(credentials.filter(matches(query)), query));
  const credential = credentials.find((each) => each.id === id);
  if (!credential || action !== 'revoke') return problem('credential_not_found');
  if (credential.status === 'revoked') return problem('credential_already_revoked');
  const revoked = { status: 'revoked', revokedAt: new Date().toISOString(), revokedBy: 'ada' } as const;
  return ok({ credential: Object.assign(credential, revoked) });
}

const matches = (query: URLSearchParams) => (credential: Credential) =>
  (query.get('status') ?? credential.status) === credential.status &&
  (query.get('role') ?? credential.role) === credential.role;

export function makeCredential(own: Partial<Credential> = {}): Credential {
  const number = nextNumber();
  return {
    id: `crd${number}`,
    name: `Credential ${number}`,
    role: 'admin',
    catalogue: null,
    createdAt: '2026-11-01T08:00:00Z',
    createdBy: 'cli',
    expiresAt: '2027-11-01T08:00:00Z',
    lastUsedAt: null,
    lastIp: null,
    status: 'active',
    revokedAt: null,
    revokedBy: null,
    ...own,
  };
}
