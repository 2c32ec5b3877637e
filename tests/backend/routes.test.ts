import { describe, expect, test } from 'vitest';
import { Refusal } from '../../backend/http/refusal.ts';
import { allows, permissions, type ActingRole, type Permission } from '../../contract/roles.ts';
import { bearer, testApp, unaskedIngest } from '../support/app.ts';
import { everyCaller, expected, meets, routesOf, send } from '../support/callers.ts';

test('every route answers every caller as the design’s tables say, and every 401 is the same', async () => {
  const { t, callers, routes } = await everyCaller();
  const differing: string[] = [];
  const refusals = new Set<string>();
  for (const route of routes) {
    const heads = new Set<string>();
    for (const caller of callers) {
      const answer = await send(t, route, caller);
      const wanted = expected(route, caller);
      if (!meets(answer.statusCode, wanted)) {
        differing.push(`${route.method} ${route.url}, ${caller.name}: ${answer.statusCode} instead of ${wanted}`);
      }
      if (answer.statusCode !== 401) continue;
      const { date: _date, ...headers } = answer.headers;
      const { 'www-authenticate': scheme, 'content-type': type, 'content-length': length } = headers;
      heads.add(JSON.stringify(headers));
      refusals.add(JSON.stringify([scheme, type, length, route.method === 'HEAD' ? '' : answer.body]));
    }
    expect([...heads], `${route.method} ${route.url} tells refusals apart by a header`).toHaveLength(1);
  }
  expect(differing).toEqual([]);
  const title = 'A valid credential of the right kind is required.';
  const body = JSON.stringify({ type: 'about:blank', title, status: 401, code: 'unauthorized' });
  const head = ['Bearer', 'application/problem+json; charset=utf-8', String(body.length)];
  expect([...refusals].sort()).toEqual([JSON.stringify([...head, '']), JSON.stringify([...head, body])].sort());
});

test('every route is a scrape route or names a permission of the table, and says what it is for', async () => {
  const t = await testApp();
  const routes = routesOf(t);
  const listed = routes.map(({ method, url }) => `${method} ${url}`);
  for (const known of [
    'GET /api/metrics/prometheus',
    'HEAD /api/metrics/prometheus',
    'GET /api/tokens',
    'HEAD /api/tokens',
  ]) {
    expect(listed).toContain(known);
  }
  for (const { method, url, scrape, permission } of routes) {
    const named = permission !== undefined && permission in permissions;
    expect(scrape ? permission === undefined : named, `${method} ${url} needs a permission`).toBe(true);
    expect(url, `${method} ${url} is under /api`).toMatch(/^\/api\//);
  }
  for (const { url, schema } of t.routes) expect(schema?.['summary'], `${url} has a summary`).toBeTypeOf('string');
});

test('a route that names no permission answers nobody', async () => {
  const { default: Fastify } = await import('fastify');
  const { apiGuard } = await import('../../backend/auth/guard.ts');
  const { handleErrors: answerWithProblems } = await import('../../backend/http/problems.ts');
  const t = await testApp();
  const app = Fastify();
  answerWithProblems(app);
  app.addHook(
    'onRequest',
    apiGuard({
      credentials: t.services.credentials,
      verifyIdentity: () => Promise.reject(new Error('not asked')),
      attempts: { refuse: () => new Refusal('unauthorized'), close: () => Promise.resolve() },
      logLimit: { warn: () => undefined },
    }),
  );
  app.get('/api/forgotten', () => 'secret');
  const answer = await app.inject({ url: '/api/forgotten', headers: bearer(await t.jwt('admin')) });
  expect(answer.statusCode).toBe(500);
  expect(answer.body).not.toContain('secret');
});

test('a viewer reads the platform’s state and nothing else; services that deliver data read nothing', () => {
  const of = (role: ActingRole) =>
    (Object.keys(permissions) as Permission[]).filter((permission) => allows(role, permission));
  const secret = /^(tokens|credentials|audit|exports|consumers|diagnosis):/;
  expect(
    of('admin').filter((permission) => !permission.startsWith('ingest') && !permission.startsWith('reports')),
  ).toEqual(expect.arrayContaining(['platform:read', 'tokens:write', 'credentials:write', 'audit:read']));
  expect(of('viewer').filter((permission) => secret.test(permission) || permission.endsWith(':write'))).toEqual([]);
  expect(of('viewer')).not.toContain('alarms:acknowledge');
  expect(of('editor').sort()).toEqual([...of('viewer'), 'alarms:acknowledge'].sort());
  expect(of('admin')).toEqual(expect.arrayContaining(of('editor')));
  for (const role of ['collector', 'reporter'] as const) {
    expect(of(role).filter((permission) => secret.test(permission) || permission === 'platform:read')).toEqual([]);
  }
});

describe('what is not mounted is the same for everybody:', () => {
  test('other paths and other spellings are 404', async () => {
    const { t, callers } = await everyCaller();
    const requests = [
      ['GET', '/'],
      ['GET', '/metrics'],
      ['GET', '/api'],
      ['GET', '/api/tokenss'],
      ['GET', '/API/tokens'],
      ['GET', '/documentation/json'],
      ['GET', '/api/metrics'],
    ] as const;
    for (const [method, url] of requests) {
      for (const { headers, name } of callers.filter(({ name }) => !name.startsWith('malformed'))) {
        const answer = await t.app.inject({ method, url, headers });
        expect(answer.statusCode, `${method} ${url}, ${name}`).toBe(404);
      }
    }
  });

  test.each([
    ['PUT', '/api/tokens', 'GET, HEAD, POST'],
    ['DELETE', '/api/tokens/tok_1?limit=1', 'GET, HEAD'],
    ['OPTIONS', '/api/tokens', 'GET, HEAD, POST'],
    ['PATCH', '/api/alarm-rules/rul_1', 'DELETE, PUT'],
    ['GET', '/api/tokens/tok_1/revoke', 'POST'],
    ['HEAD', '/api/audit/export', 'GET'],
    ['POST', '/api/metrics/prometheus', 'GET, HEAD'],
    ['GET', '/api/ingest/dhcp-events', 'POST'],
  ] as const)('%s %s is a path with another method: 405 that names %s', async (method, url, allowed) => {
    const { t, callers } = await everyCaller({}, { ingest: unaskedIngest });
    for (const { headers, name } of callers.filter(({ name }) => !name.startsWith('malformed'))) {
      const answer = await t.app.inject({ method, url, headers });
      expect([answer.statusCode, answer.headers['allow']], name).toEqual([405, allowed]);
      expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
      if (method !== 'HEAD') expect(answer.json()).toMatchObject({ status: 405, code: 'method_not_allowed' });
    }
  });

  test('the same route with an empty query is guarded all the same', async () => {
    expect((await (await testApp()).app.inject({ url: '/api/tokens?' })).statusCode).toBe(401);
  });
});
