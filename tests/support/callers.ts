import type { InjectOptions, RouteOptions } from 'fastify';
import { newSecret } from '../../backend/tokens/model/token.ts';
import { allows, roles, type ActingRole, type Permission } from '../../contract/roles.ts';
import { actor, bearer, nextAddress, testApp, type TestApp, type TestAppOptions } from './app.ts';
import { grafanaSettings, identity, keyServer, signingKey } from './jwks.ts';

export interface Route {
  readonly method: NonNullable<InjectOptions['method']>;
  readonly url: string;
  /** A scrape route, which says so in its description; every other route names a permission. */
  readonly scrape: boolean;
  readonly permission: Permission | undefined;
}

/** Every route that was registered, one for each method; Fastify's own HEAD routes too. */
export function routesOf({ routes }: TestApp): Route[] {
  return routes.flatMap((route: RouteOptions) =>
    [route.method].flat().map((method) => ({
      method: method as Route['method'],
      url: route.url,
      scrape: JSON.stringify(route.schema?.['security'] ?? []).includes('scrapeToken'),
      permission: route.config?.permission,
    })),
  );
}

/** What a caller may be: who holds which credential, and what the design's table says of them. */
export interface Caller {
  readonly name: string;
  readonly headers: Record<string, string>;
  /** `misused`: it is no credential that may act for the Grafana user whom it comes with. */
  readonly is: 'nobody' | 'scraper' | 'unidentified' | 'misused' | { readonly role: ActingRole };
}

const MALFORMED = (good: string): string[] => [
  '',
  ' ',
  'Bearer',
  'Bearer ',
  good,
  `Bearer  ${good}`,
  `Bearer\t${good}`,
  `Bearer ${good} `,
  ` Bearer ${good}`,
  `Bearer ${good},`,
  `Bearer ${good}, Bearer ${good}`,
  `Bearer "${good}"`,
  `Bearer ${good}\u00a0`,
  `Basic ${good}`,
  `Token ${good}`,
  `Bearer ${good}é`,
  `Bearer ${'a'.repeat(5000)}`,
];

async function callersOf(t: TestApp, grafanaUser: (role: string) => Promise<string>): Promise<Caller[]> {
  const expiring = {
    at: new Date(t.clock.now() + 30_000).toISOString(),
    jwt: await t.services.credentials.issue({ role: 'admin', name: 'short', ttlSeconds: 30 }, actor),
  };
  const expired = (await t.mint('expired', expiring.at)).secret;
  t.clock.advance(60_000);
  const revoked = await t.mint('revoked');
  await t.services.tokens.revoke(revoked.id, actor);
  const gone = await t.services.credentials.issue({ role: 'admin', name: 'gone', ttlSeconds: 3600 }, actor);
  await t.services.credentials.revoke(gone.credential.id, actor);
  const [token, admin, grafana] = [(await t.mint()).secret, await t.jwt('admin'), await t.jwt('grafana')];
  const nobody = (name: string, credential: string): Caller => ({ name, headers: bearer(credential), is: 'nobody' });
  const malformed = [token, admin].flatMap((good) =>
    MALFORMED(good).map((authorization) => ({
      name: `malformed: ${JSON.stringify(authorization.slice(0, 20))}`,
      headers: { authorization },
      is: 'nobody' as const,
    })),
  );
  const acting = roles.filter((role) => role !== 'grafana');
  return [
    { name: 'no credential', headers: {}, is: 'nobody' },
    {
      name: 'a credential in another header',
      headers: { 'x-authorization': `Bearer ${admin}`, cookie: `token=${admin}` },
      is: 'nobody',
    },
    ...malformed,
    { name: 'active scrape token', headers: bearer(token), is: 'scraper' },
    nobody('expired scrape token', expired),
    nobody('revoked scrape token', revoked.secret),
    nobody('unknown scrape token', newSecret()),
    nobody('scrape token with a wrong checksum', token.slice(0, -1) + (token.endsWith('0') ? '1' : '0')),
    nobody('scrape token cut off', token.slice(0, 30)),
    nobody('expired JWT', expiring.jwt.jwt),
    nobody('revoked JWT', gone.jwt),
    nobody('JWT of another install', await (await testApp()).jwt('admin')),
    ...(await Promise.all(
      acting.map(async (role): Promise<Caller> => ({
        name: `JWT: ${role}`,
        headers: bearer(await t.jwt(role)),
        is: { role },
      })),
    )),
    ...(await Promise.all(
      acting.map(async (role): Promise<Caller> => ({
        name: `JWT: ${role}, with a Grafana user`,
        headers: { ...bearer(await t.jwt(role)), 'x-grafana-id': await grafanaUser('Admin') },
        is: 'misused',
      })),
    )),
    {
      name: 'active scrape token, with a Grafana user',
      headers: { ...bearer(token), 'x-grafana-context': '{}' },
      is: 'nobody',
    },
    { name: 'JWT: grafana without a user', headers: bearer(grafana), is: 'unidentified' },
    ...(await Promise.all(
      [
        ['Admin', 'admin'],
        ['Editor', 'editor'],
        ['Viewer', 'viewer'],
      ].map(async ([role = '', as = '']): Promise<Caller> => ({
        name: `JWT: grafana for ${role}`,
        headers: { ...bearer(grafana), 'x-grafana-id': await grafanaUser(role) },
        is: { role: as as ActingRole },
      })),
    )),
  ];
}

/** The design's two tables. */
export function expected({ scrape, permission, url }: Route, { is }: Caller): '200' | '401' | '403' | 'answer' {
  // The scraper's token names the platform, and no catalogue that has a route of its own.
  if (scrape) return is === 'scraper' && !url.includes(':') ? '200' : '401';
  if (is === 'nobody' || is === 'scraper') return '401';
  if (is === 'unidentified' || is === 'misused' || permission === undefined) return '403';
  return allows(is.role, permission) ? 'answer' : '403';
}

/** `answer` is whatever the route says to somebody who may ask. */
export function meets(status: number, wanted: ReturnType<typeof expected>): boolean {
  return wanted === 'answer' ? status < 500 && status !== 401 && status !== 403 : String(status) === wanted;
}

/** The application, everybody who may call it, and every route it has. */
export async function everyCaller(
  settings: Record<string, unknown> = {},
  options: Pick<TestAppOptions, 'ingest'> = {},
) {
  const key = await signingKey('a');
  const server = await keyServer(key);
  const t = await testApp({ ...options, settings: { ...grafanaSettings(server), ...settings } });
  const callers = await callersOf(t, (role) => identity(key, t.clock.now(), { role }));
  return { t, callers, routes: routesOf(t) };
}

export const send = (t: TestApp, { method, url }: Route, { headers }: Caller) =>
  t.app.inject({ method, url: url.replace(/:\w+/g, 'nobody_0'), headers, remoteAddress: nextAddress() });
