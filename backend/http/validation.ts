import { createRequire } from 'node:module';
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type * as ajv from 'ajv';
import type { Ajv, AnySchema, ValidateFunction } from 'ajv';
import type { FastifySchemaCompiler, FastifySchemaValidationError, FastifyServerOptions } from 'fastify';

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
let bodies: Ajv | undefined;
/** Queries and parameters are text, of which numbers have to be made. */
let texts: Ajv | undefined;

const require = createRequire(import.meta.url);

function createAjv({ coerceTypes }: { coerceTypes: boolean }): Ajv {
  const { Ajv } = require('ajv') as typeof ajv;
  return new Ajv({ ...options, coerceTypes });
}

function compile(schema: AnySchema, httpPart: string | undefined): ValidateFunction {
  const compiler =
    httpPart === 'body' ? (bodies ??= createAjv({ coerceTypes: false })) : (texts ??= createAjv({ coerceTypes: true }));
  return compiler.compile(schema);
}

/**
 * Fastify's own validator would drop unknown fields and turn types into each other; this one refuses both. Ajv is loaded,
 * and a schema compiled, with the first request that needs it: a start, which needs none, is quicker by all of them.
 */
export const strictValidatorCompiler: FastifySchemaCompiler<AnySchema> = ({ schema, httpPart }) => {
  let compiled: ValidateFunction | undefined;
  function validate(data: unknown): boolean {
    compiled ??= compile(schema, httpPart);
    const isValid = compiled(data);
    validate.errors = compiled.errors ?? null;
    return isValid;
  }
  validate.errors = null as FastifySchemaValidationError[] | null;
  return validate;
};

type Compilers = NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>;

/** As an option, so that Fastify does not load its own beside it. Its type knows Ajv's own compilers alone. */
export const buildValidator = (() => strictValidatorCompiler) as unknown as NonNullable<Compilers['buildValidator']>;
