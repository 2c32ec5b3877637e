import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { of } from 'rxjs';
import { isPlainPath } from '../../backend/http/every-request.ts';
import { allows, type ActingRole } from '../../contract/roles.ts';
import manifest from '../../plugin.json';
import type { OrgRole, Route as ManifestRoute } from '../../workbench/server/manifest.ts';
import { testApp, unaskedIngest } from '../support/app.ts';
import { routesOf, type Route } from '../support/callers.ts';
import { reachedBy, rolesFor } from './plugin-routes.ts';

const runtime = vi.hoisted(() => ({ calls: [] as { method: string; url: string }[] }));
vi.mock('@grafana/runtime', () => ({
  config: { appSubUrl: '' },
  isFetchError: () => false,
  getBackendSrv: () => ({
    fetch: ({ method, url }: { method: string; url: string }) => {
      runtime.calls.push({ method, url });
      return of({ status: 200, data: { version: '1', secret: 'vst_x', token: {}, items: [] } });
    },
  }),
}));

const routes = manifest.routes as ManifestRoute[];
const grafanaRoles: readonly (readonly [OrgRole, ActingRole])[] = [
  ['Viewer', 'viewer'],
  ['Editor', 'editor'],
  ['Admin', 'admin'],
];

/** Every route of the backend but Fastify's own HEAD, with an id for each parameter. */
async function backendRoutes() {
  const all = routesOf(await testApp({ ingest: unaskedIngest })).filter(({ method }) => method !== 'HEAD');
  return all.map((route) => ({ ...route, path: route.url.replace(/:\w+/g, 'one_0') }));
}

/** The lowest role in Grafana that the contract lets in. */
const lowestAllowed = ({ permission }: Route) =>
  grafanaRoles.find(([, role]) => permission !== undefined && allows(role, permission))?.[0];

beforeEach(() => void runtime.calls.splice(0));
afterEach(() => vi.restoreAllMocks());

test('the lowest role that reaches each route of the backend is the lowest that the contract lets in', async () => {
  const all = await backendRoutes();
  expect(all.length).toBeGreaterThan(35);
  for (const route of all) {
    const { method, path, scrape } = route;
    const reached = reachedBy(routes, method, path.slice(1));
    const hidden = scrape || path === '/api/openapi.json' || path === '/api/alarms/one_0/acknowledge';
    const wanted = hidden ? undefined : lowestAllowed(route);
    expect({ method, path, reached }).toEqual({ method, path, reached: wanted && { role: wanted, path } });
  }
});

/** Alarms are acknowledged at a path of its own, which a route that ends with `*` can name. */
test('scrapes, ingest, reports and the description of the interface are not reached from Grafana', async () => {
  const all = await backendRoutes();
  const hidden = all.filter(({ method, path }) => !reachedBy(routes, method, path.slice(1))).map(({ url }) => url);
  expect(hidden.sort()).toEqual([
    '/api/alarms/:id/acknowledge',
    '/api/ingest/counter-stats',
    '/api/ingest/dhcp-events',
    '/api/ingest/set-stats',
    '/api/metrics/catalogues/:id',
    '/api/metrics/prometheus',
    '/api/openapi.json',
    '/api/reports/:catalogue',
  ]);
});

test('no route is a catch-all, and none falls through to another role', async () => {
  expect(routes.filter(({ path }) => path.includes('*') && !/^api\/[a-z-]+\/\*$/.test(path))).toEqual([]);
  expect(routes.filter(({ method }) => !method).map(({ path }) => path)).toEqual([]);
  for (const { method, path } of await backendRoutes()) {
    expect({ method, path, roles: rolesFor(routes, method, path.slice(1)).length <= 1 }).toMatchObject({ roles: true });
  }
  for (const { method = '', path } of routes) {
    const asked = path.replace('*', 'a/b');
    expect({ method, path, roles: rolesFor(routes, method, asked).length }).toMatchObject({ roles: 1 });
  }
});

test('what is no path of the interface is one address for administrators: the health of a backend', () => {
  for (const { path, url, method, reqRole } of routes.filter((route) => !route.path.startsWith('api/'))) {
    expect({ path, method, reqRole, isHealth: url.endsWith('/api/health') }).toEqual({
      path,
      method: 'GET',
      reqRole: 'Admin',
      isHealth: true,
    });
  }
});

test('each forwards to the path that it is named for, with the service credential', () => {
  for (const { path, url, headers } of routes.filter((route) => route.path.startsWith('api/'))) {
    expect(url).toBe(`{{ .JsonData.backendUrl }}/${path.replace(/\/\*$/, '')}`);
    expect(headers).toEqual([{ name: 'Authorization', content: 'Bearer {{ .SecureJsonData.apiToken }}' }]);
  }
});

const spellings = (path: string): string[] => {
  const [first = '', ...rest] = path.split('/');
  const tail = rest.join('/');
  return [
    ...[`${first}//${tail}`, `/${path}`, `//${path}`, `${path}/`, `${path}//`, `${first}/./${tail}`],
    ...[
      `${first}%2F${tail}`,
      `${first}/%2F${tail}`,
      `${first}/%2e%2e/${first}/${tail}`,
      `${first}/%74okens/..%2f${tail}`,
    ],
    ...['alarms', 'notifications', 'catalogues', 'health', 'push', 'alarm-acknowledgements', 'alarm-rules'].flatMap(
      (open) => [
        `api/${open}/../${tail}`,
        `api/${open}//../${tail}`,
        `api/${open}/..%2F${tail}`,
        `api/${open}%2F..%2F${tail}`,
        `api/${open}/%2e%2e/${tail}`,
        `api/${open}/..%5C${tail}`,
        `api/${open}/x/../../${tail}`,
      ],
    ),
  ];
};

test('another spelling of a path reaches nothing that its plain form does not', async () => {
  const all = await backendRoutes();
  const rank = (role: OrgRole | undefined) => grafanaRoles.findIndex(([name]) => name === role);
  for (const route of all) {
    for (const spelling of spellings(route.path.slice(1))) {
      for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
        const reached = reachedBy(routes, method, spelling);
        if (!reached || !isPlainPath(reached.path)) continue;
        const arrived = all.find((one) => one.method === method && one.path === reached.path);
        if (!arrived) continue;
        const needed = rank(lowestAllowed(arrived));
        expect({ method, spelling, ok: needed >= 0 && rank(reached.role) >= needed }).toMatchObject({ ok: true });
      }
    }
  }
});

test('every call of the plugin goes through routes of exactly one role', async () => {
  const client = (await import('../../src/api/client.ts')) as unknown as Record<string, unknown>;
  const functions = Object.entries(client).filter(([, value]) => typeof value === 'function');
  for (const [name, call] of functions) {
    const result: unknown = await Promise.resolve((call as (...given: unknown[]) => unknown)('one_0', {})).catch(
      (error: unknown) => error,
    );
    if (name.endsWith('Url')) runtime.calls.push({ method: 'GET', url: String(result) });
  }
  const proxied = '/api/plugin-proxy/appliance-vitals-app/';
  const asked = runtime.calls.filter(({ url }) => url.startsWith(`${proxied}api/`));
  expect(asked.length).toBeGreaterThan(25);
  const all = await backendRoutes();
  for (const { method, url } of asked) {
    const path = url.slice(proxied.length).split('?')[0] ?? '';
    expect({ method, path, roles: rolesFor(routes, method, path).length }).toMatchObject({ roles: 1 });
    const route = all.find((one) => one.method === method && one.path === `/${path}`);
    expect({ method, path, role: reachedBy(routes, method, path)?.role }).toEqual({
      method,
      path,
      role: route && lowestAllowed(route),
    });
  }
});
