/** How the interface describes itself: an OpenAPI document of the routes as they are registered. */
import type { RouteOptions } from 'fastify';
import { Problem } from '../../contract/api.ts';
import { API_VERSION, MARKER_HEADER } from '../../contract/marker.ts';
import { refusals, type RefusalCode } from '../../contract/refusals.ts';
import { createComponents, type Components, type Schema } from './openapi-schemas.ts';

declare module 'fastify' {
  interface FastifySchema {
    summary?: string;
    /** The name that a generated client gives the call. */
    operationId?: string;
    /** Ways to say who one is, any of which will do; a JWT unless it says otherwise. */
    security?: readonly Record<string, readonly string[]>[];
  }
  interface FastifyContextConfig {
    /** What the route can refuse, beside what any route can. */
    refuses?: readonly RefusalCode[];
    /** A body that the route reads as it comes, so that no validator of ours sees it. */
    streamedBody?: { readonly mediaTypes: readonly string[]; readonly schema: Schema };
  }
}

export interface Interface {
  readonly routes: readonly RouteOptions[];
  readonly version: string;
  /** Where others reach the backend; null where nobody said it. */
  readonly publicUrl: string | null;
}

/** A schema, or where an answer may be of several media types, one for each. */
interface GoodAnswer extends Schema {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

interface Fields {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

const JWT = [{ jwt: [] }];
const bearer = { type: 'http', scheme: 'bearer' } as const;
const securitySchemes = {
  jwt: {
    ...bearer,
    bearerFormat: 'JWT',
    description:
      'A credential of this backend, of `vitals credential issue`. One of the role grafana comes with the X-Grafana-Id of the user whom it acts for.',
  },
  scrapeToken: { ...bearer, description: 'A scrape token, accepted by scrape routes only' },
  scrapeTokenAsPassword: { type: 'http', scheme: 'basic', description: 'A scrape token as the password of any user' },
  scrapeTokenInQuery: { type: 'apiKey', in: 'query', name: 'token', description: 'A scrape token in the URL' },
} as const;

/** By the first segment behind `/api`: what it is called, and what its routes are about. */
const tags: Readonly<Record<string, readonly [name: string, description: string]>> = {
  metrics: ['Scrapes', 'What Prometheus reads'],
  tokens: ['Scrape tokens', 'Who may scrape'],
  credentials: ['Credentials', 'Who may use this interface'],
  audit: ['Audit log', 'Who did what, in a chain that shows changes'],
  ingest: ['Ingest', 'Rows of collectors, on their way to ClickHouse'],
  alarms: ['Alarms', 'What is wrong, and who took notice'],
  'alarm-acknowledgements': ['Alarms', 'What is wrong, and who took notice'],
  'alarm-rules': ['Alarm rules', 'What raises an alarm'],
  reports: ['Reports', 'What other systems report for their catalogues'],
  notifications: ['Notifications', 'What the bell shows'],
  push: ['Push', 'Platform health on its way to a Pushgateway'],
};
const platform: readonly [string, string] = [
  'Platform',
  'The backend itself: its health, its integrations, its interface',
];

/** What any route can answer, before or instead of its own answer. */
const anywhere: readonly RefusalCode[] = [
  'invalid_request',
  'invalid_path',
  'unauthorized',
  'method_not_allowed',
  'request_timeout',
  'too_many_attempts',
  'header_too_large',
  'internal_error',
  'unavailable',
  'storage_full',
];
const behindRoles: readonly RefusalCode[] = ['forbidden', 'wrong_credential_role', 'identity_not_verified'];
const withBody: readonly RefusalCode[] = ['invalid_json', 'body_too_large', 'unsupported_media_type'];

/** Every refusal that a route can answer. */
export function refusalsOf({ method, schema, config }: RouteOptions): readonly RefusalCode[] {
  const reads = [method].flat().every((one) => one === 'GET' || one === 'HEAD');
  const query = schema?.querystring as Fields | undefined;
  return [
    ...anywhere,
    ...(schema?.security === undefined ? behindRoles : []),
    ...(reads ? [] : withBody),
    ...(query?.properties?.['cursor'] ? (['invalid_cursor'] as const) : []),
    ...(config?.refuses ?? []),
  ];
}

export function describeInterface({ routes, version, publicUrl }: Interface): object {
  const components = createComponents();
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = route.url.replace(/:(\w+)/g, '{$1}');
    for (const method of [route.method].flat().filter((one) => one !== 'HEAD')) {
      (paths[path] ??= {})[method.toLowerCase()] = describeRoute(route, components);
    }
  }
  const groups = new Map(routes.map(({ url }) => tagOf(url)));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Vitals',
      version,
      description: 'Scrape tokens, alarms and platform health of one appliance.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: publicUrl ?? '/', description: 'This backend' }],
    security: JWT,
    tags: Array.from(groups, ([name, description]) => ({ name, description })),
    paths,
    components: { securitySchemes, headers, schemas: components.used() },
  };
}

function describeRoute(route: RouteOptions, components: Components): object {
  const { summary, operationId, security } = route.schema ?? {};
  const parameters = parametersOf(route, components);
  const requestBody = bodyOf(route, components);
  return {
    operationId,
    summary,
    tags: [tagOf(route.url)[0]],
    ...(security && { security }),
    ...(parameters.length > 0 && { parameters }),
    ...(requestBody && { requestBody }),
    responses: { ...goodAnswers(route, components), ...problems(route, components) },
  };
}

function tagOf(url: string): readonly [string, string] {
  return tags[url.split('/')[2] ?? ''] ?? platform;
}

function parametersOf({ schema }: RouteOptions, { refer }: Components): object[] {
  const places = { path: schema?.params, query: schema?.querystring, header: schema?.headers };
  return Object.entries(places).flatMap(([place, fields]) => {
    const { properties = {}, required = [] } = (fields ?? {}) as Fields;
    return Object.entries(properties).map(([name, { description, ...field }]) => ({
      name,
      in: place,
      required: required.includes(name),
      ...(description !== undefined && { description }),
      schema: refer(field),
    }));
  });
}

function bodyOf({ schema, config }: RouteOptions, { refer }: Components): object | undefined {
  if (config?.streamedBody) {
    const { mediaTypes, schema: streamed } = config.streamedBody;
    return { required: true, content: inEach(mediaTypes, { schema: refer(streamed) }) };
  }
  const body = schema?.body as Schema | undefined;
  if (body === undefined) return undefined;
  const isOptional = body.anyOf?.some(({ type }) => type === 'null') ?? false;
  return { required: !isOptional, content: inEach(['application/json'], { schema: refer(body) }) };
}

function goodAnswers({ schema }: RouteOptions, { refer }: Components): Record<string, object> {
  return Object.fromEntries(
    Object.entries((schema?.response ?? {}) as Record<string, GoodAnswer>).map(([status, answer]) => {
      const { description = 'What was asked for', content, type } = answer;
      const shown = content
        ? Object.fromEntries(Object.entries(content).map(([media, one]) => [media, { schema: refer(one.schema) }]))
        : inEach(['application/json'], { schema: refer(answer) });
      return [status, { description, headers: referTo('Marker'), ...(type !== 'null' && { content: shown }) }];
    }),
  );
}

/** One for each status, which names what it can mean. */
function problems(route: RouteOptions, { refer }: Components): Record<string, object> {
  const codes = refusalsOf(route);
  const statuses = new Set<number>(codes.map((code) => refusals[code].status));
  const problem = (status: number) => ({
    description: codes
      .filter((code) => refusals[code].status === status)
      .map((code) => `\`${code}\`: ${refusals[code].title}`)
      .join('\n\n'),
    headers: { ...referTo('Marker'), ...referTo(headerOf[status]) },
    content: inEach(['application/problem+json'], { schema: refer(Problem as object) }),
  });
  return Object.fromEntries(Array.from(statuses, (status) => [status, problem(status)]));
}

const header = (description: string, schema: object = { type: 'string' }) => ({ description, schema });
const named = {
  Marker: [
    MARKER_HEADER,
    header('Tells an answer of this backend from any other', { type: 'string', const: API_VERSION }),
  ],
  Challenge: ['WWW-Authenticate', header('Bearer')],
  Allow: ['Allow', header('The methods that the path has')],
  RetryAfter: ['Retry-After', header('Seconds to wait', { type: 'integer', minimum: 0 })],
} as const;
const headers = Object.fromEntries(Object.entries(named).map(([name, [, described]]) => [name, described]));
const headerOf: Readonly<Record<number, keyof typeof named>> = {
  401: 'Challenge',
  405: 'Allow',
  429: 'RetryAfter',
  503: 'RetryAfter',
};

function referTo(name: keyof typeof named | undefined): Record<string, object> {
  return name === undefined ? {} : { [named[name][0]]: { $ref: `#/components/headers/${name}` } };
}

function inEach(mediaTypes: readonly string[], media: object): Record<string, object> {
  return Object.fromEntries(mediaTypes.map((type) => [type, media]));
}
