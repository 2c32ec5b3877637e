import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';

const INTERVAL_MS = 60_000;
/** Kinds that are kept apart. They are ours to name, so that this is only a bound for a mistake of ours. */
const MAX_KINDS = 100;

export interface LogLimit {
  /** Warns, unless the same kind was warned of within the minute. What was left out is counted in the next line. */
  warn(kind: string, details: Record<string, unknown>, message: string): void;
}

/** For warnings that a caller brings about, as often as it likes. */
export function createLogLimit(logger: Pick<Logger, 'warn'>, clock: Clock): LogLimit {
  const kinds = new Map<string, { at: number; leftOut: number }>();
  return {
    warn(kind, details, message) {
      const now = clock.monotonic();
      const last = kinds.get(kind);
      if (last && now - last.at < INTERVAL_MS) {
        last.leftOut += 1;
        return;
      }
      if (!last && kinds.size >= MAX_KINDS) kinds.clear();
      kinds.set(kind, { at: now, leftOut: 0 });
      logger.warn({ ...details, ...(last && last.leftOut > 0 && { leftOut: last.leftOut }) }, message);
    },
  };
}
