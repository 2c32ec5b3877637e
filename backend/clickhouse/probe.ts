/** Asks ClickHouse again and again whether it answers, and keeps when it last did. */
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { createPeriodicTask } from '../lib/periodic-task.ts';
import type { ClickHouse } from './client.ts';
import { errorLabel } from './errors.ts';
import type { ClickHouseErrors } from './state.ts';

export interface Probe {
  /** When it last answered, by the monotonic clock; never so far: undefined. */
  readonly lastOkAt: number | undefined;
  /** Whether it answered within the staleness window. */
  readonly up: boolean;
  /** Stops asking. An answer that is still under way is waited for, and ignored. */
  stop(): Promise<void>;
}

export interface ProbeOptions {
  readonly client: Pick<ClickHouse, 'probe'>;
  readonly errors: Pick<ClickHouseErrors, 'probe'>;
  readonly intervalMs?: number;
  readonly stalenessMs: number;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly logger: Logger;
}

/** The first question is asked at once. While one is unanswered, no second one is asked. */
export function startProbe(options: ProbeOptions): Probe {
  const { client, errors, intervalMs = 15_000, stalenessMs, clock, logger } = options;
  let lastOkAt: number | undefined;

  const task = createPeriodicTask({
    name: 'ClickHouse probe',
    async run(signal) {
      try {
        await client.probe();
      } catch (error) {
        if (signal.aborted) return;
        errors.probe += 1;
        throw error;
      }
      if (!signal.aborted) lastOkAt = clock.monotonic();
    },
    intervalMs,
    logger,
    level: 'warn',
    errorDetails: (error) => ({ error: errorLabel(error) }),
    clock,
  });
  void task.runNow();

  return {
    get lastOkAt() {
      return lastOkAt;
    },
    get up() {
      return lastOkAt !== undefined && clock.monotonic() - lastOkAt <= stalenessMs;
    },
    stop: () => task.stop(),
  };
}
