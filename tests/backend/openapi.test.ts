import type { RouteOptions } from 'fastify';
import { describe, expect, test } from 'vitest';
import { bearer, testApp, unaskedIngest } from '../support/app.ts';

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
}
interface Operation {
  readonly summary: string;
  readonly parameters?: Parameter[];
  readonly requestBody?: unknown;
  readonly security?: object[];
  readonly responses: Record<string, { content?: Record<string, { schema?: object }>; $ref?: string }>;
}
interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly security: object[];
  readonly components: Record<string, Record<string, object>>;
}
interface Fields {
  readonly properties?: Record<string, { default?: unknown }>;
  readonly required?: readonly string[];
}

/** The document, and the routes that are really there, each under its method and path; without Fastify's own HEAD. */
async function described() {
  const t = await testApp({ ingest: unaskedIngest });
  const answer = await t.app.inject({ url: '/api/openapi.json', headers: bearer(await t.jwt('viewer')) });
  const document = answer.json<Document>();
  const operations = new Map<string, Operation>(
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
    ),
  );
  const routes = new Map<string, RouteOptions>();
  for (const route of t.routes) {
    for (const method of [route.method].flat().filter((one) => one !== 'HEAD')) {
      routes.set(`${method} ${route.url.replace(/:(\w+)/g, '{$1}')}`, route);
    }
  }
  return { document, operations, routes };
}

const isScrape = ({ config }: RouteOptions) => config?.permission === undefined;

/** What a caller may say besides the body: where, under which name, and whether it has to be said. */
function parametersOf({ schema }: RouteOptions): string[] {
  const places = { query: schema?.querystring, path: schema?.params, header: schema?.headers };
  return Object.entries(places).flatMap(([place, fields]) => {
    const { properties = {}, required = [] } = (fields ?? {}) as Fields;
    return Object.entries(properties).map(
      ([name, field]) => `${place} ${name} ${required.includes(name) && field.default === undefined}`,
    );
  });
}

test('the document describes every route, and no other', async () => {
  const { operations, routes } = await described();
  expect([...operations.keys()].sort()).toEqual([...routes.keys()].sort());
  expect(operations.size).toBeGreaterThan(25);
});

test('of each route it has the summary, the parameters, the body and the credential', async () => {
  const { document, operations, routes } = await described();
  for (const [name, route] of routes) {
    const operation = operations.get(name)!;
    const { parameters = [], requestBody, security, summary } = operation;
    const found = parameters.map(({ in: place, name, required = false }) => `${place} ${name} ${required}`);
    expect({ name, parameters: found.sort() }).toEqual({ name, parameters: parametersOf(route).sort() });
    expect({ name, summary }).toEqual({ name, summary: route.schema?.['summary'] });
    expect({ name, hasBody: requestBody !== undefined }).toEqual({ name, hasBody: route.schema?.body !== undefined });
    const scheme = isScrape(route) ? 'scrapeToken' : 'jwt';
    expect({ name, security: security ?? document.security }).toEqual({ name, security: [{ [scheme]: [] }] });
  }
});

test('of each route it says what a good answer looks like', async () => {
  const { operations } = await described();
  for (const [name, { responses }] of operations) {
    const good = Object.entries(responses).filter(([status]) => status.startsWith('2'));
    expect(good.length, `${name} has a good answer`).toBeGreaterThan(0);
    for (const [status, { content }] of good) {
      if (status === '204') continue;
      const schemas = Object.values(content ?? {}).map(({ schema }) => schema);
      expect(schemas.length, `${name} ${status} has a content`).toBeGreaterThan(0);
      expect(schemas, `${name} ${status} has a schema`).not.toContain(undefined);
    }
  }
});

describe('what any route may refuse', () => {
  test('is described once, as a problem document', async () => {
    const { document } = await described();
    expect(Object.keys(document.components['responses'] ?? {})).toEqual([
      'Unauthorized',
      'Forbidden',
      'TooManyAttempts',
      'Problem',
    ]);
    for (const response of Object.values(document.components['responses'] ?? {})) {
      expect(response).toMatchObject({
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      });
    }
    expect(document.components['schemas']?.['Problem']).toMatchObject({
      required: ['type', 'title', 'status', 'code'],
    });
  });

  test('is named by each of them; 403 by those alone that know roles', async () => {
    const { operations, routes } = await described();
    for (const [name, { responses }] of operations) {
      const named = ['401', '403', '429', 'default'].filter((status) => responses[status]?.$ref !== undefined);
      const expected = isScrape(routes.get(name)!) ? ['401', '429', 'default'] : ['401', '403', '429', 'default'];
      expect({ name, named }).toEqual({ name, named: expected });
    }
  });
});
