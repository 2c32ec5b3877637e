import type { OrgRole, Route } from '../../workbench/server/manifest.ts';

const orgRoles = ['Viewer', 'Editor', 'Admin'] as const;

/** What Grafana's tree makes of a path: the segments unescaped one by one, and all that `*` stands for as one. */
function match(pattern: string, path: string): string | undefined {
  const wanted = pattern.split('/');
  const given = path.replace(/^\//, '').replace(/\/$/, '').split('/');
  if (wanted.at(-1) !== '*') return given.map(unescape).join('\n') === wanted.join('\n') ? '' : undefined;
  const fixed = wanted.slice(0, -1);
  if (given.length <= fixed.length || fixed.some((segment, i) => segment !== unescape(given[i] ?? '')))
    return undefined;
  return unescape(given.slice(fixed.length).join('/'));
}

function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '\0';
  }
}

/** Grafana's `util.JoinURLFragments`: one slash at the seam, however many there were. */
function join(base: string, rest: string): string {
  if (rest === '') return base;
  return rest.startsWith('/') ? base + rest : `${base}/${rest}`;
}

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
    const rest = match(route.path, path);
    if (rest === undefined) continue;
    const base = route.url.replace('{{ .JsonData.backendUrl }}', '');
    const forwarded = join(base, rest).replace(/[%?#\\ ]/g, (character) => encodeURIComponent(character));
    return { role: route.reqRole ?? orgRoles[0], path: forwarded };
  }
  return undefined;
}

/** Every role that a route which matches this asks for, the first route or not. */
export function rolesFor(routes: readonly Route[], method: string, path: string): OrgRole[] {
  const matching = routes.filter((route) => reachedBy([route], method, path));
  return [...new Set(matching.map(({ reqRole = orgRoles[0] }) => reqRole))];
}
