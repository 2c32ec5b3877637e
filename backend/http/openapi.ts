import type { FastifyDynamicSwaggerOptions, SwaggerTransformObject } from '@fastify/swagger';
import { Problem } from '../../contract/api.ts';

type OpenApi = Extract<Parameters<SwaggerTransformObject>[0], { openapiObject: unknown }>['openapiObject'];

interface Operation {
  security?: readonly object[];
  parameters?: { required?: boolean; schema?: { default?: unknown } }[];
  responses: Record<string, unknown>;
}

const problem = (description: string, headers: Record<string, unknown> = {}) => ({
  description,
  headers,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});
const header = (description: string) => ({ description, schema: { type: 'string' } });

/** What any route may answer instead, described once. */
const responses = {
  Unauthorized: problem('There was no valid credential of the right kind', { 'WWW-Authenticate': header('Bearer') }),
  Forbidden: problem('The role does not allow it, or the identity of the Grafana user was not verified'),
  TooManyAttempts: problem('Too many requests of this address failed to authenticate', {
    'Retry-After': header('Seconds to wait'),
  }),
  Problem: problem('Refused, or failed; `code` says why'),
};
const reference = (name: keyof typeof responses) => ({ $ref: `#/components/responses/${name}` });

/** How the interface describes itself: the routes as they are registered, and what is common to them. */
export function openapiOptions(version: string): FastifyDynamicSwaggerOptions {
  const bearer = { type: 'http', scheme: 'bearer' } as const;
  return {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Vitals', version, description: 'Scrape tokens and platform health of one appliance.' },
      components: {
        securitySchemes: {
          jwt: { ...bearer, bearerFormat: 'JWT', description: 'A credential of this backend' },
          scrapeToken: { ...bearer, description: 'A scrape token, accepted by scrape routes only' },
        },
      },
      security: [{ jwt: [] }],
    },
    transformObject: (document) => ('openapiObject' in document ? withCommonAnswers(document.openapiObject) : {}),
  };
}

function withCommonAnswers(document: Partial<OpenApi>): Partial<OpenApi> {
  const paths = structuredClone(document.paths ?? {}) as Record<string, Record<string, Operation>>;
  for (const operation of Object.values(paths).flatMap((path) => Object.values(path))) {
    // A field with a default is always there for the handler, but may be left out by the caller.
    for (const parameter of operation.parameters ?? []) {
      if (parameter.schema?.default !== undefined) parameter.required = false;
    }
    operation.responses = {
      ...operation.responses,
      401: reference('Unauthorized'),
      ...(operation.security === undefined && { 403: reference('Forbidden') }),
      429: reference('TooManyAttempts'),
      default: reference('Problem'),
    };
  }
  const { components } = document;
  const schemas = { ...components?.schemas, Problem };
  return { ...document, paths, components: { ...components, schemas, responses } } as Partial<OpenApi>;
}
