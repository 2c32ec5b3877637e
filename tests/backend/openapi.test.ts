import type { RouteOptions } from 'fastify';
import { describe, expect, test } from 'vitest';
import { refusalsOf } from '../../backend/http/openapi.ts';
import { refusals } from '../../contract/refusals.ts';
import { bearer, testApp, unaskedIngest } from '../support/app.ts';
import { sharedByFile } from '../support/over.ts';

interface Schema {
  readonly $ref?: string;
  readonly properties?: Record<string, Schema>;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly discriminator?: { readonly propertyName: string; readonly mapping: Record<string, string> };
  readonly oneOf?: readonly Schema[];
  readonly [keyword: string]: unknown;
}
interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required: boolean;
  readonly schema: Schema;
}
interface Answer {
  readonly description: string;
  readonly headers: Record<string, unknown>;
  readonly content?: Record<string, { schema: Schema }>;
}
interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: string[];
  readonly parameters?: Parameter[];
  readonly requestBody?: { required: boolean; content: Record<string, { schema: Schema }> };
  readonly security?: object[];
  readonly responses: Record<string, Answer>;
}
interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly security: object[];
  readonly tags: { name: string; description: string }[];
  readonly servers: { url: string }[];
  readonly info: { license: object; description: string };
  readonly components: { schemas: Record<string, Schema>; securitySchemes: Record<string, object> };
}

/** The document, and the routes that are really there, each under its method and path; without Fastify's own HEAD. */
async function described(settings: Record<string, unknown> = {}) {
  const t = await testApp({ ingest: unaskedIngest, settings: { prometheus: { enabled: true }, ...settings } });
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

const shared = sharedByFile(() => described());

const isScrape = ({ config }: RouteOptions) => config?.permission === undefined;

/** What a caller may say besides the body: where, under which name, and whether it has to be said. */
function parametersOf({ schema }: RouteOptions): string[] {
  const places = { query: schema?.querystring, path: schema?.params, header: schema?.headers };
  return Object.entries(places).flatMap(([place, fields]) => {
    const { properties = {}, required = [] } = (fields ?? {}) as Schema;
    return Object.keys(properties).map((name) => `${place} ${name} ${required.includes(name)}`);
  });
}

/** Every schema of the document, at any depth. */
function schemasIn(value: unknown): Schema[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value as Schema, ...Object.values(value).flatMap(schemasIn)];
}

test('the document describes every route, and no other', () => {
  const { operations, routes } = shared();
  expect([...operations.keys()].sort()).toEqual([...routes.keys()].sort());
  expect(operations.size).toBeGreaterThan(25);
});

test('it is made once, however often it is asked for', async () => {
  const t = await testApp();
  const headers = bearer(await t.jwt('viewer'));
  const ask = async () => (await t.app.inject({ url: '/api/openapi.json', headers })).body;
  const first = await ask();
  t.routes.forEach((route) => (route.url = '/api/changed'));
  expect(await ask()).toBe(first);
});

test('it says whose it is, where it is, and under which licence', async () => {
  expect(shared().document.info).toMatchObject({
    description: expect.stringMatching(/./),
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  });
  expect(shared().document.servers).toMatchObject([{ url: '/' }]);
  const { document } = await described({ server: { public_url: 'https://vitals.example.org' } });
  expect(document.servers).toMatchObject([{ url: 'https://vitals.example.org' }]);
});

test('of each route it has a name, the summary, a group, the parameters, the body and the credential', () => {
  const { document, operations, routes } = shared();
  const names = [...operations.values()].map(({ operationId }) => operationId);
  expect(new Set(names).size).toBe(names.length);
  for (const [name, route] of routes) {
    const { operationId, parameters = [], requestBody, security, summary, tags } = operations.get(name)!;
    expect(operationId, name).toMatch(/^[a-z][A-Za-z]+$/);
    expect(document.tags.map((tag) => tag.name)).toContain(tags[0]);
    const found = parameters.map(({ in: place, name, required }) => `${place} ${name} ${required}`);
    expect({ name, parameters: found.sort() }).toEqual({ name, parameters: parametersOf(route).sort() });
    expect({ name, summary }).toEqual({ name, summary: route.schema?.summary });
    const hasBody = route.schema?.body !== undefined || route.config?.streamedBody !== undefined;
    expect({ name, hasBody: requestBody !== undefined }).toEqual({ name, hasBody });
    const scheme = isScrape(route) ? 'scrapeToken' : 'jwt';
    expect({ name, security: security ?? document.security }).toEqual({ name, security: [{ [scheme]: [] }] });
  }
});

test('a scrape may authenticate as the configuration says', async () => {
  const auth = { basic_password: true, query_token: true, anonymous: true };
  const { document, operations } = await described({ prometheus: { enabled: true, auth } });
  const ways = [{ scrapeToken: [] }, { scrapeTokenAsPassword: [] }, { scrapeTokenInQuery: [] }, {}];
  expect(operations.get('GET /api/metrics/prometheus')?.security).toEqual(ways);
  expect(Object.keys(document.components.securitySchemes)).toEqual(
    expect.arrayContaining(['jwt', ...ways.flatMap((way) => Object.keys(way))]),
  );
});

test('of each route it says what a good answer looks like', () => {
  for (const [name, { responses }] of shared().operations) {
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

describe('what a route can refuse', () => {
  const statuses = (name: string) =>
    Object.keys(shared().operations.get(name)?.responses ?? {}).filter((status) => Number(status) >= 400);

  test.each([
    ['GET /api/tokens', '400 401 403 405 408 429 431 500 503'],
    ['GET /api/tokens/{id}', '400 401 403 404 405 408 429 431 500 503'],
    ['POST /api/tokens', '400 401 403 405 408 413 415 429 431 500 503'],
    ['POST /api/tokens/{id}/revoke', '400 401 403 404 405 408 409 413 415 429 431 500 503'],
    ['DELETE /api/alarm-rules/{id}', '400 401 403 404 405 408 409 413 415 429 431 500 503'],
    ['POST /api/ingest/dhcp-events', '400 401 403 405 408 409 413 415 429 431 500 503'],
    ['POST /api/reports/{catalogue}', '400 401 403 404 405 408 409 413 415 429 431 500 503'],
    ['GET /api/metrics/prometheus', '400 401 405 408 429 431 500 503'],
    ['GET /api/metrics/catalogues/{id}', '400 401 404 405 408 429 431 500 503'],
  ])('%s: %s', (name, expected) => {
    expect(statuses(name).join(' ')).toBe(expected);
  });

  test('is a problem document whose codes are named, with the headers that come with it', () => {
    for (const [name, route] of shared().routes) {
      const { responses } = shared().operations.get(name)!;
      for (const code of refusalsOf(route)) {
        const { description, content, headers } = responses[refusals[code].status] as Answer;
        expect(description, `${name} ${code}`).toContain(`\`${code}\`: ${refusals[code].title}`);
        expect(content).toEqual({ 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } });
        expect(headers).toHaveProperty('vitals-api-version');
      }
      expect(responses[401]?.headers).toHaveProperty('WWW-Authenticate');
      expect(responses[405]?.headers).toHaveProperty('Allow');
      expect(responses[429]?.headers).toHaveProperty('Retry-After');
      expect(responses[503]?.headers).toHaveProperty('Retry-After');
    }
  });
});

describe('bodies', () => {
  test.each([
    ['dhcp-events', 'DhcpEvent'],
    ['counter-stats', 'CounterStat'],
    ['set-stats', 'SetStat'],
  ])('of %s are lines, and what a line is has a name', (stream, name) => {
    const { required, content } = shared().operations.get(`POST /api/ingest/${stream}`)?.requestBody ?? {};
    expect(required).toBe(true);
    expect(content?.['application/x-ndjson']?.schema).toMatchObject({
      type: 'string',
      contentSchema: { $ref: `#/components/schemas/${name}` },
    });
    expect(shared().document.components.schemas[name]?.properties).toHaveProperty('ts');
  });

  test('of reports are text', () => {
    const { content } = shared().operations.get('POST /api/reports/{catalogue}')?.requestBody ?? {};
    expect(Object.keys(content ?? {})).toEqual(['text/plain', 'application/openmetrics-text']);
  });

  test('may be absent where the route needs none', () => {
    const required = (name: string) => shared().operations.get(name)?.requestBody?.required;
    expect(required('POST /api/tokens/{id}/revoke')).toBe(false);
    expect(required('POST /api/audit/verification')).toBe(false);
    expect(required('POST /api/tokens')).toBe(true);
  });
});

describe('schemas', () => {
  test('require no field that has a value when it is left out', () => {
    for (const { properties = {}, required = [] } of schemasIn(shared().document)) {
      if (!Array.isArray(required)) continue;
      expect(required.filter((name: string) => properties[name]?.default !== undefined)).toEqual([]);
    }
    expect(shared().document.components.schemas['NewAlarmRuleBody']?.required).not.toContain('enabled');
    expect(shared().document.components.schemas['AlarmRuleBody']?.required).toContain('enabled');
  });

  test('that are told apart by a field have names, and the field says which', () => {
    const named = schemasIn(shared().document).filter(({ discriminator }) => discriminator?.propertyName !== undefined);
    expect(named.length).toBeGreaterThan(1);
    for (const { discriminator, oneOf = [] } of named) {
      expect(Object.values(discriminator?.mapping ?? {})).toEqual(oneOf.map(({ $ref }) => $ref));
      for (const ref of Object.values(discriminator?.mapping ?? {})) {
        expect(shared().document.components.schemas).toHaveProperty([ref.split('/').at(-1) ?? '']);
      }
    }
  });

  test('that are referred to are there, and no other', () => {
    const referred = schemasIn(shared().document).flatMap(({ $ref }) => (typeof $ref === 'string' ? [$ref] : []));
    const names = referred.flatMap((ref) => /^#\/components\/schemas\/(\w+)$/.exec(ref)?.[1] ?? []);
    expect(Object.keys(shared().document.components.schemas).sort()).toEqual([...new Set(names)].sort());
  });

  test('say what the validator asks of texts in queries and paths', () => {
    for (const [name, { parameters = [] }] of shared().operations) {
      for (const { name: field, schema } of parameters) {
        const resolved = schema.$ref ? shared().document.components.schemas[schema.$ref.split('/').at(-1)!]! : schema;
        if (resolved['type'] !== 'string' || resolved['enum'] !== undefined) continue;
        expect(resolved, `${name} ${field}`).toMatchObject({ pattern: expect.stringMatching(/^\^.+\$$/s) });
      }
    }
  });
});
