import { expect, test } from 'vitest';
import type { Role } from '../../contract/roles.ts';
import { permissions } from '../../contract/roles.ts';
import { bearer, nextAddress, testApp, type TestApp } from '../support/app.ts';
import { routesOf, type Route } from '../support/callers.ts';

const json = { 'content-type': 'application/json' };

/** Routes that change something, each with a role that may ask it and whether a body is described for it. */
async function changing() {
  const t = await testApp();
  const bodies = new Map(t.routes.map((route) => [`${String(route.method)} ${route.url}`, route.schema?.body]));
  const routes = routesOf(t)
    .filter(({ method }) => !['GET', 'HEAD'].includes(method))
    .map((route) => ({
      route,
      name: `${route.method} ${route.url}`,
      schema: bodies.get(`${route.method} ${route.url}`),
    }));
  return { t, routes };
}

async function ask(t: TestApp, route: Route, headers: Record<string, string>) {
  const [role] = permissions[route.permission!] as readonly Role[];
  const answer = await t.app.inject({
    method: route.method,
    url: route.url.replace(/:\w+/g, 'nobody_0'),
    headers: { ...bearer(await t.jwt(role!)), ...headers },
    remoteAddress: nextAddress(),
  });
  const { code, detail } = answer.body === '' ? {} : answer.json<{ code?: string; detail?: string }>();
  return { status: answer.statusCode, code, detail };
}

test('an empty JSON body is no body, on every route that reads JSON or nothing', async () => {
  const { t, routes } = await changing();
  expect(routes.length).toBeGreaterThan(10);
  for (const { route, name } of routes.filter(({ name }) => !name.startsWith('POST /api/reports'))) {
    for (const type of ['application/json', 'application/json; charset=utf-8']) {
      const without = await ask(t, route, {});
      const empty = await ask(t, route, { 'content-type': type, 'content-length': '0' });
      expect({ name, ...empty }).toEqual({ name, ...without });
    }
  }
});

test('no route that needs no body refuses it', async () => {
  const { t, routes } = await changing();
  const needsNone = routes.filter(({ schema, route }) => {
    const accepted = (schema as { anyOf?: { type?: string }[] } | undefined)?.anyOf?.some(
      ({ type }) => type === 'null',
    );
    return schema === undefined ? route.method === 'DELETE' : accepted === true;
  });
  expect(needsNone.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'POST /api/tokens/:id/revoke',
      'POST /api/credentials/:id/revoke',
      'POST /api/alarms/:id/acknowledge',
      'POST /api/audit/verification',
      'DELETE /api/alarm-rules/:id',
    ]),
  );
  for (const { route, name } of needsNone) {
    const { status, code } = await ask(t, route, json);
    expect([400, 415, 500], `${name} refuses an empty JSON body: ${code}`).not.toContain(status);
  }
});

test('a route that needs a body says that it is missing', async () => {
  const { t, routes } = await changing();
  const needsOne = routes.filter(({ schema }) => (schema as { type?: string } | undefined)?.type === 'object');
  expect(needsOne.length).toBeGreaterThan(5);
  for (const { route, name } of needsOne) {
    const answer = await ask(t, route, json);
    expect({ name, ...answer }).toEqual({
      name,
      status: 400,
      code: 'invalid_request',
      detail: 'body: is missing. Send a JSON object.',
    });
  }
});

test('chunks that come to nothing are no body either', async () => {
  const t = await testApp();
  const { id } = await t.mint();
  const answer = await t.app.inject({
    method: 'POST',
    url: `/api/tokens/${id}/revoke`,
    headers: { ...bearer(await t.jwt('admin')), ...json, 'transfer-encoding': 'chunked' },
    payload: '',
  });
  expect([answer.statusCode, answer.json()]).toMatchObject([200, { token: { status: 'revoked' } }]);
});
