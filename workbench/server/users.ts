import type { OrgRole } from './manifest.ts';

/** Somebody who can be signed in to the workbench. */
export interface User {
  readonly id: number;
  readonly uid: string;
  readonly login: string;
  readonly name: string;
  readonly email: string;
  readonly role: OrgRole;
}

export const users: readonly [User, ...User[]] = [
  { id: 1, uid: 'wb-ada', login: 'ada', name: 'Ada Lovelace', email: 'ada@example.com', role: 'Admin' },
  { id: 2, uid: 'wb-grace', login: 'grace', name: 'Grace Hopper', email: 'grace@example.com', role: 'Editor' },
  { id: 3, uid: 'wb-vint', login: 'vint', name: 'Vint Cerf', email: 'vint@example.com', role: 'Viewer' },
];

export const ORG_ID = 1;

/** The value of X-Grafana-Context: unsigned, with the field names of Grafana's signed-in user. */
export function grafanaContext(user: User): string {
  return JSON.stringify({
    UserID: user.id,
    UserUID: user.uid,
    OrgID: ORG_ID,
    OrgName: 'Main Org.',
    OrgRole: user.role,
    Login: user.login,
    Name: user.name,
    Email: user.email,
    AuthenticatedBy: 'password',
    IsGrafanaAdmin: false,
    IsAnonymous: false,
    IsDisabled: false,
    Namespace: 'default',
  });
}
