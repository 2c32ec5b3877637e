import type { Encryption } from '../lib/encryption.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../database/database.ts';
import type { Logger } from '../lib/logger.ts';
import { createPeriodicTask } from '../lib/periodic-task.ts';
import { pushgateway, type PushgatewayClient } from './client.ts';
import type { PushFailure } from './failures.ts';
import { createPushedGroups } from './pushed-groups.ts';
import type { CurrentPush, PushSettingsService } from './settings.ts';
import type { PushState } from './state.ts';

const SETTINGS_INTERVAL_MS = 2_000;
/** When the process stops: how long a push in flight may go on, and then the removal may take. In milliseconds. */
const CLOSING_MS = { push: 1_000, removal: 2_000 };

/** Pushes the platform's exposition every so often, and removes what it no longer pushes. */
export interface Pusher {
  /** Reads the settings, removes what is no longer pushed, and pushes where it is time. */
  tick(): Promise<void>;
  /** Ticks until closed. Resolves after the first. */
  start(): Promise<void>;
  /** Removes what was pushed, as far as the Pushgateway answers soon. */
  close(): Promise<void>;
}

export interface PusherOptions {
  readonly settings: Pick<PushSettingsService, 'current'>;
  readonly database: Database;
  readonly encryption: Encryption;
  readonly state: PushState;
  /** What a scrape would be answered, in text 0.0.4. */
  readonly exposition: () => Promise<string>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly client?: PushgatewayClient;
}

export function createPusher(options: PusherOptions): Pusher {
  const { settings, state, exposition, clock, logger, client = pushgateway } = options;
  const groups = createPushedGroups({ ...options, client, onFailure: count });
  const stop = new AbortController();
  let version: string | undefined;
  let dueAt = 0;
  let isOn = false;
  let isFailing = false;
  let isClosed = false;
  // The command line may have changed the settings: they are read again at least so often.
  const task = createPeriodicTask({
    name: 'push',
    run: async () => {
      await tick();
      return isOn ? Math.min(Math.max(dueAt - clock.monotonic(), 0), SETTINGS_INTERVAL_MS) : SETTINGS_INTERVAL_MS;
    },
    intervalMs: SETTINGS_INTERVAL_MS,
    retryMs: () => SETTINGS_INTERVAL_MS,
    logger,
    clock,
  });

  function count({ reason }: PushFailure): void {
    state.failures[reason] += 1;
  }

  async function push(current: CurrentPush): Promise<void> {
    const text = await exposition();
    const isNew = await groups.add(current);
    const failure = await client.put(current.group, text, { signal: stop.signal });
    if (failure && stop.signal.aborted) return;
    if (failure && isNew && !failure.mayBeDone) await groups.forget(current.group);
    note(current, failure);
  }

  function note({ version }: CurrentPush, failure: PushFailure | undefined): void {
    const at = clock.now();
    state.outcome = { version, isOk: !failure };
    if (failure) {
      const { reason, message } = failure;
      count(failure);
      state.lastFailure = { reason, message, at };
      if (!isFailing) logger.warn({ reason }, 'push to the Pushgateway failed: it is tried again');
    } else {
      state.lastSuccessAt = at;
      if (isFailing) logger.info('push to the Pushgateway works again');
    }
    isFailing = failure !== undefined;
  }

  async function tick(): Promise<void> {
    const current = await settings.current();
    isOn = current.enabled;
    const now = clock.monotonic();
    if (current.version !== version) {
      version = current.version;
      dueAt = now;
      isFailing = false;
      groups.retryNow();
    }
    const hasRemoved = await groups.removeOthers(current, { signal: stop.signal });
    // Under another name it may have been the very group that is pushed.
    if (hasRemoved) dueAt = now;
    if (!current.enabled || clock.monotonic() < dueAt || stop.signal.aborted) return;
    dueAt = clock.monotonic() + current.intervalMs;
    await push(current);
  }

  return {
    tick,
    start: () => task.runNow(),
    async close() {
      if (isClosed) return;
      isClosed = true;
      const cut = setTimeout(() => {
        stop.abort();
      }, CLOSING_MS.push);
      await task.stop();
      clearTimeout(cut);
      try {
        await groups.removeAll(await settings.current(), { deadlineMs: CLOSING_MS.removal });
      } catch (error) {
        logger.error({ err: error }, 'removing the pushed groups failed');
      }
    },
  };
}

export interface StartPushOptions extends Omit<PusherOptions, 'exposition'> {
  /** Absent where the scrape endpoint is off: then nothing is pushed, and nothing ticks. */
  readonly exposition: (() => Promise<string>) | undefined;
}

export interface RunningPush {
  /** When the first push, or the removal of what an earlier process left, has ended. */
  readonly firstRun: Promise<unknown>;
  /** Removes what was pushed, as far as the Pushgateway answers soon. */
  close(): Promise<void>;
}

/** Starts to push, as the settings say. With nothing to push it removes, once, what an earlier process had to leave. */
export function startPush({ exposition, ...options }: StartPushOptions): RunningPush {
  if (exposition) {
    const pusher = createPusher({ ...options, exposition });
    return { firstRun: pusher.start(), close: () => pusher.close() };
  }
  const { settings, logger, client = pushgateway } = options;
  const stop = new AbortController();
  const groups = createPushedGroups({ ...options, client, onFailure: () => undefined });
  const firstRun = settings
    .current()
    .then((current) => groups.removeOthers(current, { signal: stop.signal }))
    .catch((error: unknown) => {
      logger.error({ err: error }, 'removing stale Pushgateway groups failed');
    });
  return {
    firstRun,
    async close() {
      stop.abort();
      await firstRun;
    },
  };
}
