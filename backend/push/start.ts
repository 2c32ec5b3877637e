import type { Clock } from '../lib/clock.ts';
import type { Services } from '../services.ts';
import type { Logger } from '../lib/logger.ts';
import { pushgateway } from './client.ts';
import { createPushedGroups } from './groups.ts';
import { createPusher } from './pusher.ts';

export interface StartPushOptions {
  readonly services: Services;
  /** Absent where the scrape endpoint is off: then nothing is pushed, and nothing ticks. */
  readonly exposition: (() => Promise<string>) | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface RunningPush {
  /** When what was left by an earlier process has been seen to. */
  readonly settled: Promise<unknown>;
  /** Removes what was pushed, as far as the Pushgateway answers soon. */
  close(): Promise<void>;
}

/** Starts to push, as the settings say. With nothing to push it removes, once, what an earlier process had to leave. */
export function startPush({ services, exposition, clock, logger }: StartPushOptions): RunningPush {
  const { database, sealing, push: settings, metrics } = services;
  const shared = { database, sealing, clock, logger };
  if (exposition) {
    const pusher = createPusher({ ...shared, settings, state: metrics.push, exposition });
    return { settled: pusher.start(), close: () => pusher.close() };
  }
  const stop = new AbortController();
  const groups = createPushedGroups({ ...shared, client: pushgateway, onFailure: () => undefined });
  const settled = settings
    .current()
    .then((current) => groups.removeOthers(current, { signal: stop.signal }))
    .catch((error: unknown) => {
      logger.error({ err: error }, 'what was pushed before could not be removed');
    });
  return {
    settled,
    async close() {
      stop.abort();
      await settled;
    },
  };
}
