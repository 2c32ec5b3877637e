import type { Database } from '../database/database.ts';
import type { OutboxRow } from '../database/schema.ts';
import type { Logger } from '../lib/logger.ts';
import { createPeriodicTask, type PeriodicTask } from '../lib/periodic-task.ts';
import type { DeliveryChannel, Outcome } from './channel.ts';
import type { NotificationState, Quarantined } from './state.ts';
import * as store from './store.ts';

export interface DispatcherOptions {
  readonly database: Database;
  readonly channels: readonly DeliveryChannel[];
  readonly state: NotificationState;
  readonly quarantined: Quarantined;
  readonly logger: Logger;
  /** How often an empty queue is looked at, in milliseconds. Looked at, because the command line writes to it, too. */
  readonly pollMs?: number;
}

/**
 * Empties the outbox into its channels, each in its own order: at least once, however long it takes. What is refused
 * for good is quarantined and counted. Writes no audit events.
 */
export interface Dispatcher {
  start(): void;
  /** Ends what is under way; what is undelivered stays in the outbox. */
  stop(): Promise<void>;
}

const POLL_MS = 500;
/** How long an attempt that is under way may take to end when the backend stops, in milliseconds. */
const STOP_DEADLINE_MS = 2_000;

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const aborting = new AbortController();
  const tasks = options.channels.map((channel) => drain(channel, options, aborting.signal));
  return {
    start() {
      for (const task of tasks) task.start();
    },
    async stop() {
      const deadline = setTimeout(() => {
        aborting.abort();
      }, STOP_DEADLINE_MS);
      await Promise.all(tasks.map((task) => task.stop()));
      clearTimeout(deadline);
    },
  };
}

/** Empties one channel's queue, as far as its destination takes it. */
function drain(channel: DeliveryChannel, options: DispatcherOptions, aborting: AbortSignal): PeriodicTask {
  const { database, state, logger, pollMs = POLL_MS } = options;
  const readQueue = store.queueReader(database, channel.batchSize);
  /** A batch is tried again as it was, so that its key stays the same. */
  let batch: readonly OutboxRow[] = [];
  /** After a rejected batch its members are tried one by one. */
  let single: OutboxRow[] = [];
  let failures = 0;

  async function next(): Promise<readonly OutboxRow[]> {
    return single.length > 0 ? single.splice(0, 1) : readQueue(channel.name);
  }

  /** @returns whether to go on with the next batch */
  async function attempt(): Promise<boolean> {
    const outcome = await channel.deliver(batch, aborting);
    if (aborting.aborted && outcome.is === 'later') return false;
    await settle(channel, batch, outcome, options);
    if (outcome.is === 'later') {
      failures += 1;
      return false;
    }
    if (outcome.is === 'never' && batch.length > 1) single = [...batch];
    batch = [];
    failures = 0;
    return true;
  }

  return createPeriodicTask({
    name: 'outbox delivery',
    about: { channel: channel.name },
    firstDelayMs: 0,
    intervalMs: pollMs,
    logger,
    async run(stopping) {
      try {
        while (!stopping.aborted) {
          if (batch.length === 0) batch = await next();
          if (batch.length === 0) return pollMs;
          if (!(await attempt())) return channel.retryAfterMs(failures);
        }
      } catch (error) {
        state.delivered[channel.name].error += batch.length;
        failures += 1;
        throw error;
      }
      return pollMs;
    },
    retryMs: () => channel.retryAfterMs(failures),
  });
}

/** Writes down how an attempt ended, and counts it. */
async function settle(
  channel: DeliveryChannel,
  batch: readonly OutboxRow[],
  outcome: Outcome,
  { database, state, quarantined, logger }: DispatcherOptions,
): Promise<void> {
  const counts = state.delivered[channel.name];
  if (outcome.is === 'delivered') {
    await database.transaction(async (tx) => {
      await channel.settle?.(tx, batch);
      await store.removeDelivered(tx, batch);
    });
    counts.ok += batch.length;
    return;
  }
  const [only, ...others] = batch;
  if (outcome.is === 'never' && only && others.length === 0) {
    const { reason } = outcome;
    if (await database.transaction((tx) => store.setQuarantined(tx, only.id, reason))) quarantined.notification += 1;
    logger.error({ channel: channel.name, id: only.id, reason }, 'a notification was refused for good and quarantined');
  }
  counts.error += batch.length;
}
