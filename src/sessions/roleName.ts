import { t } from '@grafana/i18n';
import type { Role } from '../../contract/roles.ts';

/** A credential's role in words. */
export function roleName(role: Role): string {
  switch (role) {
    case 'admin':
      return t('sessions.role.admin', 'Administrator');
    case 'viewer':
      return t('sessions.role.viewer', 'Viewer');
    case 'collector':
      return t('sessions.role.collector', 'Collector');
    case 'reporter':
      return t('sessions.role.reporter', 'Reporter');
    case 'grafana':
      return t('sessions.role.grafana', 'Grafana');
    default:
      return role;
  }
}
