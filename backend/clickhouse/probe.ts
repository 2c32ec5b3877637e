/** Asks ClickHouse again and again whether it answers, and keeps when it last did. */
import type { ClickHouse } from './client.ts';
import { errorLabel } from './errors.ts';
import type { Logger } from './logger.ts';
import type { ClickHouseErrors } from './operations.ts';

export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Calls `run` every `ms` until the returned function is called. */
  every(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  every(ms, run) {
    const timer = setInterval(run, ms);
    return () => clearInterval(timer);
  },
};

export interface Probe {
  /** When it last answered, by the clock's time; never so far: undefined. */
  readonly lastOkAt: number | undefined;
  /** Whether it answered within the staleness window. */
  readonly up: boolean;
  /** Stops asking. An answer that is still under way is ignored. */
  close(): void;
}

export interface ProbeOptions {
  readonly client: Pick<ClickHouse, 'probe'>;
  readonly errors: Pick<ClickHouseErrors, 'probe'>;
  readonly intervalMs?: number;
  readonly stalenessMs: number;
  readonly clock?: Clock;
  readonly logger: Logger;
}

/** The first question is asked at once. While one is unanswered, no second one is asked. */
export function createProbe(options: ProbeOptions): Probe {
  const { client, errors, intervalMs = 15_000, stalenessMs, clock = systemClock, logger } = options;
  let lastOkAt: number | undefined;
  let failing = false;
  let asking = false;
  let closed = false;

  async function ask(): Promise<void> {
    if (asking) return;
    asking = true;
    try {
      await client.probe();
      if (closed) return;
      lastOkAt = clock.now();
      if (failing) logger.info({}, 'ClickHouse answers again');
      failing = false;
    } catch (error) {
      if (closed) return;
      errors.probe += 1;
      if (!failing) logger.warn({ error: errorLabel(error) }, 'ClickHouse does not answer');
      failing = true;
    } finally {
      asking = false;
    }
  }

  const cancel = clock.every(intervalMs, () => void ask());
  void ask();

  return {
    get lastOkAt() {
      return lastOkAt;
    },
    get up() {
      return lastOkAt !== undefined && clock.now() - lastOkAt <= stalenessMs;
    },
    close() {
      closed = true;
      cancel();
    },
  };
}
