import type { Sealing } from '../lib/encryption.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../database/database.ts';
import type { Logger } from '../lib/logger.ts';
import { pushedText } from './body.ts';
import { pushgateway, type PushgatewayClient } from './client.ts';
import type { PushFailure } from './failure.ts';
import { createPushedGroups } from './groups.ts';
import type { CurrentPush, PushSettingsService } from './settings.ts';
import type { PushState } from './state.ts';

/** At least so often the settings are looked at, in milliseconds: the command line may have changed them. */
const LOOK_MS = 2_000;
/** When the process stops: how long a push that is under way may go on, and then the removal may take. In milliseconds. */
const CLOSING_MS = { push: 1_000, removal: 2_000 };

/** Pushes the platform's exposition every so often, and removes what it no longer pushes. */
export interface Pusher {
  /** Looks at the settings, removes what is no longer pushed, and pushes where it is time. */
  tick(): Promise<void>;
  /** Ticks until closed. A tick that fails is logged. Resolves after the first. */
  start(): Promise<void>;
  /** Removes what was pushed, as far as the Pushgateway answers soon. */
  close(): Promise<void>;
}

export interface PusherOptions {
  readonly settings: Pick<PushSettingsService, 'current'>;
  readonly database: Database;
  readonly sealing: Sealing;
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
  let isBroken = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  function count({ reason }: PushFailure): void {
    state.failures[reason] += 1;
  }

  async function push(current: CurrentPush): Promise<void> {
    const text = pushedText(await exposition());
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
      if (!isFailing) logger.warn({ reason }, 'the Pushgateway does not take what is pushed: it is tried again');
    } else {
      state.lastSuccessAt = at;
      if (isFailing) logger.info('the Pushgateway takes what is pushed again');
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

  function run(): void {
    running = tick()
      .then(
        () => {
          isBroken = false;
          return isOn ? Math.min(Math.max(dueAt - clock.monotonic(), 0), LOOK_MS) : LOOK_MS;
        },
        (error: unknown) => {
          if (!isBroken) logger.error({ err: error }, 'nothing could be pushed');
          isBroken = true;
          return LOOK_MS;
        },
      )
      .then((wait) => {
        if (!closed) timer = setTimeout(run, wait).unref();
      });
  }

  return {
    tick,
    start() {
      run();
      return running;
    },
    async close() {
      if (closed) return;
      closed = true;
      clearTimeout(timer);
      const cut = setTimeout(() => {
        stop.abort();
      }, CLOSING_MS.push);
      await running;
      clearTimeout(cut);
      try {
        await groups.removeAll(await settings.current(), { deadlineMs: CLOSING_MS.removal });
      } catch (error) {
        logger.error({ err: error }, 'what was pushed could not be removed');
      }
    },
  };
}
