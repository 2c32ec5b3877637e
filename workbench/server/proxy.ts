import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { hasRole, type OrgRole, type Route } from './manifest.ts';
import type { Settings } from './settings.ts';

/** Where the plugin proxy sends a request, or with what status and words it refuses to. */
export type Destination =
  | { readonly origin: URL; readonly path: string; readonly headers: Readonly<Record<string, string>> }
  | { readonly status: number; readonly message: string };

/**
 * Grafana's own way through `routes`: the first that matches method and path decides; a higher role than the user's is
 * refused there and then, even where a later route would let it pass.
 */
export function findDestination(
  routes: readonly Route[],
  call: { method: string; path: string; search: string; role: OrgRole },
  settings: Settings,
): Destination {
  for (const route of routes) {
    const isMethod = !route.method || route.method === '*' || route.method === call.method;
    const rest = isMethod ? matchPath(route.path, call.path) : undefined;
    if (rest === undefined) continue;
    if (!hasRole(call.role, route.reqRole)) return { status: 403, message: 'plugin proxy route access denied' };
    const base = interpolate(route.url, settings);
    if (!URL.canParse(base)) return { status: 500, message: 'Could not interpolate plugin route url' };
    const headers = (route.headers ?? []).map(({ name, content }) => [name, interpolate(content, settings)]);
    return {
      origin: new URL(base),
      path: forwardedPath(new URL(base).pathname, rest) + call.search,
      headers: Object.fromEntries(headers) as Record<string, string>,
    };
  }
  return { status: 404, message: 'plugin route match not found' };
}

/**
 * What the `*` at a route's end stands for; an empty string where the path is the route's own. Grafana takes one slash
 * from each end, and unescapes the segments one by one.
 */
export function matchPath(pattern: string, path: string): string | undefined {
  const wanted = pattern.split('/');
  const given = path.replace(/^\//, '').replace(/\/$/, '').split('/');
  if (wanted.at(-1) !== '*') return given.map(unescape).join('\n') === wanted.join('\n') ? '' : undefined;
  const fixed = wanted.slice(0, -1);
  if (given.length <= fixed.length) return undefined;
  if (fixed.some((segment, index) => segment !== unescape(given[index] ?? ''))) return undefined;
  return unescape(given.slice(fixed.length).join('/'));
}

function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '\0';
  }
}

/** What the backend gets to see: one slash at the seam, and nothing else put in order. */
export function forwardedPath(base: string, rest: string): string {
  const path = rest === '' || rest.startsWith('/') ? base + rest : `${base}/${rest}`;
  return path.replace(/[%?#\\ ]/g, (character) => encodeURIComponent(character));
}

function interpolate(template: string, { jsonData, secureJsonData }: Settings): string {
  return template.replace(/{{\s*\.(JsonData|SecureJsonData)\.(\w+)\s*}}/g, (_, kind: string, name: string) =>
    kind === 'JsonData' ? jsonText(jsonData[name]) : (secureJsonData[name] ?? ''),
  );
}

/** As Go's templates print a value. */
function jsonText(value: unknown): string {
  if (value === undefined || value === null) return '<no value>';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const neverForwarded = [
  ...['cookie', 'authorization', 'origin', 'referer', 'x-forwarded-host', 'x-forwarded-proto'],
  ...['x-grafana-id', 'x-grafana-context', 'host', 'connection'],
];

/** What goes on to the backend: the browser's headers without those that Grafana removes, and Grafana's own. */
export function forwardedHeaders(headers: IncomingHttpHeaders, remoteAddress: string, own: Record<string, string>) {
  const kept = Object.entries(headers).filter(([name]) => !neverForwarded.includes(name));
  const forwardedFor = [headers['x-forwarded-for'], remoteAddress].filter(Boolean).join(', ');
  return { ...(Object.fromEntries(kept) as IncomingHttpHeaders), 'x-forwarded-for': forwardedFor, ...own };
}

/** What Grafana takes out of every answer. */
const neverAnswered = ['alt-svc', 'close', 'server', 'set-cookie', 'strict-transport-security'];

/** Grafana's marks on whatever came from behind it. */
const marks = { via: '1.1 grafana', 'content-security-policy': 'sandbox' };

/** Sends the request on and its answer back, both streamed, however long that takes. Nobody there is an empty 502. */
export function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { origin, path, headers }: { origin: URL; path: string; headers: IncomingHttpHeaders },
): void {
  const send = origin.protocol === 'https:' ? httpsRequest : httpRequest;
  const upstream = send(origin, { method: incoming.method, path, headers }, (answer) => {
    const kept = Object.entries(answer.headers).filter(
      ([name]) => name !== 'connection' && !neverAnswered.includes(name),
    );
    outgoing.writeHead(answer.statusCode ?? 502, { ...Object.fromEntries(kept), ...marks });
    answer.pipe(outgoing);
  });
  upstream.on('error', () => {
    if (!outgoing.headersSent) outgoing.writeHead(502, { 'content-length': 0 });
    outgoing.end();
  });
  outgoing.on('close', () => upstream.destroy());
  incoming.pipe(upstream);
}
