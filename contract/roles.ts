/** Roles a credential of this backend can carry. */
export const roles = ['admin', 'viewer', 'collector', 'reporter', 'grafana'] as const;
export type Role = (typeof roles)[number];

/**
 * Whom somebody acts as. A `grafana` credential acts for a Grafana user and has that user's role: `admin`, `editor` or
 * `viewer`. No credential is an `editor` by itself.
 */
export const actingRoles = ['admin', 'editor', 'viewer', 'collector', 'reporter'] as const;
export type ActingRole = (typeof actingRoles)[number];

/** Permission of each kind of route. */
export const permissions = {
  'platform:read': ['admin', 'editor', 'viewer'],
  'alarms:read': ['admin', 'editor', 'viewer'],
  /** To take notice of an alarm: people on call often are Editors. */
  'alarms:acknowledge': ['admin', 'editor'],
  'alarms:write': ['admin'],
  /** Also to mark as read, which concerns nobody but the reader. */
  'notifications:read': ['admin', 'editor', 'viewer'],
  'tokens:read': ['admin'],
  'tokens:write': ['admin'],
  'credentials:read': ['admin'],
  'credentials:write': ['admin'],
  'audit:read': ['admin'],
  'ingest:write': ['collector'],
  'reports:write': ['reporter'],
  'push:read': ['admin', 'editor', 'viewer'],
  'push:write': ['admin'],
} as const satisfies Record<string, readonly ActingRole[]>;

export type Permission = keyof typeof permissions;

/** Longest life a person gets when none is asked for, in seconds; services state theirs. */
export const DEFAULT_PERSON_TTL_SECONDS = 3600;
export const rolesWithDefaultTtl: readonly Role[] = ['admin', 'viewer'];

export function allows(role: ActingRole, permission: Permission): boolean {
  return (permissions[permission] as readonly ActingRole[]).includes(role);
}
