import { OrgRole } from '@grafana/data';
import { config } from '@grafana/runtime';

/**
 * Whether to offer what only administrators may do. Grafana's proxy and the backend decide it; this spares a viewer
 * buttons that would be refused.
 */
export function isAdmin(): boolean {
  return config.bootData.user.orgRole === OrgRole.Admin;
}

/** Whether to offer acknowledging an alarm: whoever is on call is often an editor. */
export function canAcknowledge(): boolean {
  return isAdmin() || config.bootData.user.orgRole === OrgRole.Editor;
}
