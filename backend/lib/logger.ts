import type { FastifyBaseLogger } from 'fastify';
import { pino, type DestinationStream } from 'pino';

export type Logger = Pick<FastifyBaseLogger, 'info' | 'warn' | 'error'>;

export const silentLogger: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * Scrape tokens and JWTs, however they came into a line: no secret ever reaches a log. A JWT is looked for from the last
 * `eyJ` before its dot, because a search from each of many would take a time that grows with the square of the text.
 */
const SECRETS = /vst_[0-9A-Za-z]{8,}|eyJ(?:(?!eyJ)[\w-])*\.[\w-]{8,}(?:\.[\w-]*)?/g;

export function scrub(text: string): string {
  return text.replace(SECRETS, (secret) => `${secret.slice(0, 4)}[secret]`);
}

/** JSON lines on standard output, scrubbed as the last step before they are written. */
export function createLogger(destination?: DestinationStream): FastifyBaseLogger {
  return pino(
    { level: 'info', base: null, timestamp: pino.stdTimeFunctions.isoTime, hooks: { streamWrite: scrub } },
    destination ?? pino.destination({ dest: 1, sync: true }),
  );
}
