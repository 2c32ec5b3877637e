/** Roles a credential of this backend can carry, and what each role may do. */
export const roles = ['admin', 'viewer', 'collector', 'reporter', 'grafana'] as const;
export type Role = (typeof roles)[number];

/**
 * Permission of each kind of route. `grafana` is not listed: such a credential acts for a Grafana user and has
 * that user's role, `admin` or `viewer`.
 */
export const permissions = {
  'platform:read': ['admin', 'viewer'],
  'alarms:read': ['admin', 'viewer'],
  'alarms:write': ['admin'],
  /** Also to mark as read, which concerns nobody but the reader. */
  'notifications:read': ['admin', 'viewer'],
  'tokens:read': ['admin'],
  'tokens:write': ['admin'],
  'credentials:read': ['admin'],
  'credentials:write': ['admin'],
  'audit:read': ['admin'],
  'ingest:write': ['collector'],
  'reports:write': ['reporter'],
  'push:read': ['admin', 'viewer'],
  'push:write': ['admin'],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof permissions;

/** Roles that act for themselves, rather than for a Grafana user. */
export type ActingRole = Exclude<Role, 'grafana'>;

/** Longest life a person gets when none is asked for, in seconds; services state theirs. */
export const DEFAULT_PERSON_TTL_SECONDS = 3600;
export const rolesWithDefaultTtl: readonly Role[] = ['admin', 'viewer'];

export function allows(role: ActingRole, permission: Permission): boolean {
  return (permissions[permission] as readonly Role[]).includes(role);
}
