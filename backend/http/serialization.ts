import { createRequire } from 'node:module';
import type * as compiler from '@fastify/fast-json-stringify-compiler';
import type {
  RouteDefinition,
  Serializer,
  SerializerCompiler,
  SerializerFactory,
} from '@fastify/fast-json-stringify-compiler';

const require = createRequire(import.meta.url);

/**
 * Fastify's own compiler of answers, which drops what their schema does not name. It is loaded, and a schema compiled,
 * with the first answer that needs it, as in `validation.ts`.
 */
export const buildSerializer: SerializerFactory = (externalSchemas, options) => {
  let compile: SerializerCompiler | undefined;

  function compileNow(route: RouteDefinition): Serializer {
    const { SerializerSelector } = require('@fastify/fast-json-stringify-compiler') as typeof compiler;
    compile ??= SerializerSelector()(externalSchemas, options);
    return compile(route);
  }

  return (route) => {
    let serialize: Serializer | undefined;
    return (answer: unknown) => (serialize ??= compileNow(route))(answer);
  };
};
