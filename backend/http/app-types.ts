import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';

/** A group of routes: a Fastify plugin that is given what it needs, with types from its schemas. */
export type Routes<Options extends object> = FastifyPluginCallbackTypebox<Options>;
