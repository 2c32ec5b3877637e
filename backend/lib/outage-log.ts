import type { Logger } from './logger.ts';

/** When a failure that goes on is logged again for the first time, in milliseconds; each time after that it is twice as long. */
const FIRST_REMINDER_MS = 60_000;
const LAST_REMINDER_MS = 3_600_000;

export interface OutageLogOptions {
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly level?: 'warn' | 'error';
  /** What fails, as the log says it: at once, and then at growing intervals while it goes on. */
  readonly failing: string;
  /** What is said once it works again. */
  readonly recovered: string;
  /** What stands in every line. */
  readonly about?: Record<string, unknown>;
  /** Milliseconds that never step. */
  readonly monotonic?: () => number;
}

/** The log of something that is tried again and again: its change of state is logged, and not every attempt. */
export interface OutageLog {
  failed(details: Record<string, unknown>): void;
  succeeded(): void;
}

export function createOutageLog(options: OutageLogOptions): OutageLog {
  const { logger, level = 'error', failing, recovered, about = {}, monotonic = () => performance.now() } = options;
  let outage: { readonly since: number; failures: number; loggedAt: number; intervalMs: number } | undefined;
  const seconds = (since: number) => Math.round((monotonic() - since) / 1000);

  return {
    failed(details) {
      const now = monotonic();
      if (!outage) {
        outage = { since: now, failures: 1, loggedAt: now, intervalMs: FIRST_REMINDER_MS };
        logger[level]({ ...about, ...details }, failing);
        return;
      }
      outage.failures += 1;
      if (now - outage.loggedAt < outage.intervalMs) return;
      outage.loggedAt = now;
      outage.intervalMs = Math.min(2 * outage.intervalMs, LAST_REMINDER_MS);
      logger[level]({ ...about, ...details, failures: outage.failures, forSeconds: seconds(outage.since) }, failing);
    },
    succeeded() {
      if (!outage) return;
      const { failures, since } = outage;
      outage = undefined;
      logger.info({ ...about, failures, forSeconds: seconds(since) }, recovered);
    },
  };
}
