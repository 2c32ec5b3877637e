import type { FastifyBaseLogger } from 'fastify';

/** What these modules log with. They never log a row, a statement's values or a credential. */
export type Logger = Pick<FastifyBaseLogger, 'debug' | 'info' | 'warn' | 'error'>;
