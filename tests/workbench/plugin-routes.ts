import { orgRoles, type OrgRole, type Route } from '../../workbench/server/manifest.ts';
import { forwardedPath, matchPath } from '../../workbench/server/proxy.ts';

export interface Reached {
  readonly role: OrgRole;
  /** The path that the backend gets to see. */
  readonly path: string;
}

/**
 * The lowest role of an organisation to which Grafana's plugin proxy forwards a request, and as what: the first route that
 * matches decides, and unescapes what it forwards. Undefined where no route matches.
 */
export function reachedBy(routes: readonly Route[], method: string, path: string): Reached | undefined {
  for (const route of routes) {
    if (route.method && route.method !== method) continue;
    const rest = matchPath(route.path, path);
    if (rest === undefined) continue;
    const base = route.url.replace('{{ .JsonData.backendUrl }}', '');
    return { role: route.reqRole ?? orgRoles[0], path: forwardedPath(base, rest) };
  }
  return undefined;
}

/** Every role that a route which matches this asks for, the first route or not. */
export function rolesFor(routes: readonly Route[], method: string, path: string): OrgRole[] {
  const matching = routes.filter((route) => reachedBy([route], method, path));
  return [...new Set(matching.map(({ reqRole = orgRoles[0] }) => reqRole))];
}
