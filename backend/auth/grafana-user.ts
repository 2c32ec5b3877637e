/** A user of Grafana, as far as this backend knows roles: an organisation's Admin or Editor, or anyone else. */
export interface GrafanaUser {
  readonly name: string;
  readonly role: 'admin' | 'editor' | 'viewer';
}

/** @param orgRole as Grafana spells it; what it does not know is the least of them */
export function roleOf(orgRole: unknown): GrafanaUser['role'] {
  if (orgRole === 'Admin') return 'admin';
  return orgRole === 'Editor' ? 'editor' : 'viewer';
}

/** Longest name that is kept, in characters. */
export const USER_NAME_LENGTH = 200;
