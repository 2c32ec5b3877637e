import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../database/database.ts';
import type { OutboxRow } from '../database/schema.ts';
import type { Logger } from '../lib/logger.ts';
import { createOutageLog } from '../lib/outage-log.ts';
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
 * for good is set aside and counted. Writes no audit events.
 */
export interface Dispatcher {
  start(): void;
  /** Ends what is under way; what is undelivered stays in the outbox. */
  close(): Promise<void>;
}

const POLL_MS = 500;
/** How long an attempt that is under way may take to end when the backend stops, in milliseconds. */
const CLOSE_DEADLINE_MS = 2_000;

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const stopping = new AbortController();
  const aborting = new AbortController();
  let workers: Promise<void>[] = [];
  return {
    start() {
      workers = options.channels.map((channel) => work(channel, options, stopping.signal, aborting.signal));
    },
    async close() {
      stopping.abort();
      const deadline = setTimeout(() => {
        aborting.abort();
      }, CLOSE_DEADLINE_MS);
      await Promise.all(workers);
      clearTimeout(deadline);
    },
  };
}

async function work(
  channel: DeliveryChannel,
  options: DispatcherOptions,
  stop: AbortSignal,
  abort: AbortSignal,
): Promise<void> {
  const { database, state, logger, pollMs = POLL_MS } = options;
  const readQueue = store.queueReader(database, channel.batchSize);
  const outage = createOutageLog({
    logger,
    failing: 'the outbox could not be worked on',
    recovered: 'the outbox is worked on again',
    about: { channel: channel.name },
  });
  /** A batch is tried again as it was, so that its key stays the same. */
  let batch: readonly OutboxRow[] = [];
  /** After a refused batch its members are tried one by one. */
  let single: OutboxRow[] = [];
  let failures = 0;

  while (!stop.aborted) {
    try {
      if (batch.length === 0) batch = single.length > 0 ? single.splice(0, 1) : await readQueue(channel.name);
      if (batch.length === 0) {
        outage.succeeded();
        await pause(pollMs, stop);
        continue;
      }
      const outcome = await channel.deliver(batch, abort);
      if (abort.aborted && outcome.is === 'later') return;
      await settle(channel, batch, outcome, options);
      outage.succeeded();
      if (outcome.is === 'never' && batch.length > 1) single = [...batch];
      if (outcome.is !== 'later') {
        batch = [];
        failures = 0;
        continue;
      }
    } catch (error) {
      state.delivered[channel.name].error += batch.length;
      outage.failed({ err: error });
    }
    failures += 1;
    await pause(channel.retryAfterMs(failures), stop);
  }
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
    logger.error({ channel: channel.name, id: only.id, reason }, 'a notification was refused for good and set aside');
  }
  counts.error += batch.length;
}

async function pause(ms: number, stop: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal: stop, ref: false }).catch(() => undefined);
}
