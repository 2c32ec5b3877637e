import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Ajv, type AnySchema } from 'ajv';
import type { FastifySchemaCompiler } from 'fastify';

/** A group of routes: a Fastify plugin that is given what it needs, with types from its schemas. */
export type Routes<Options extends object> = FastifyPluginCallbackTypebox<Options>;

const options = {
  useDefaults: true,
  removeAdditional: false,
  allErrors: false,
  verbose: true,
  discriminator: true,
} as const;
/** Bodies say what they mean: a number is no name. */
const bodies = new Ajv({ ...options, coerceTypes: false });
/** Queries and parameters are text, of which numbers have to be made. */
const texts = new Ajv({ ...options, coerceTypes: true });

/** Fastify's own validator would drop unknown fields and turn types into each other; this one refuses both. */
export const strictValidatorCompiler: FastifySchemaCompiler<AnySchema> = ({ schema, httpPart }) =>
  (httpPart === 'body' ? bodies : texts).compile(schema);
