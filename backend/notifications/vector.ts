import { createHash } from 'node:crypto';
import { CircuitState } from 'cockatiel';
import type { VectorLine } from '../../contract/notifications.ts';
import { iso, type Clock } from '../lib/clock.ts';
import type { OutboxRow } from '../database/schema.ts';
import type { Logger } from '../lib/logger.ts';
import { createBreaker } from './breaker.ts';
import { backoffMs, type DeliveryChannel, type Outcome } from './channel.ts';
import type { NotificationState } from './state.ts';

export interface VectorOptions {
  readonly url: string;
  readonly timeoutMs: number;
  readonly openAfterMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly state: NotificationState;
  readonly initiallyOpen: boolean;
  /** Told when the breaker opens and when it closes. */
  readonly onBreaker: (isOpen: boolean) => void;
}

const BATCH_SIZE = 100;
const LONGEST_WAIT_MS = 30_000;

/** Thrown inside the breaker: the destination did not take the batch, but may take it later. */
class NotReached extends Error {}

/** A Vector `http_server` source: JSON lines by POST, behind a circuit breaker. */
export function createVectorChannel(options: VectorOptions): DeliveryChannel {
  const { openAfterMs, clock, logger, state, initiallyOpen } = options;
  const breaker = createBreaker({ openAfterMs, now: () => clock.monotonic(), initiallyOpen });
  const probeAfterMs = Math.min(openAfterMs, LONGEST_WAIT_MS);
  state.breakerOpen = initiallyOpen;

  breaker.onStateChange((now) => {
    const isOpen = now !== CircuitState.Closed;
    if (isOpen === state.breakerOpen) return;
    state.breakerOpen = isOpen;
    options.onBreaker(isOpen);
    if (isOpen) logger.warn('notifications.vector is unreachable: the circuit breaker is open');
    else logger.info('notifications.vector is reachable again: the circuit breaker is closed');
  });

  return {
    name: 'vector',
    batchSize: BATCH_SIZE,
    async deliver(batch, signal) {
      try {
        return await breaker.execute(() => post(batch, options, signal));
      } catch (error) {
        return { is: 'later', reason: error instanceof Error ? error.message : 'unknown' };
      }
    },
    retryAfterMs: (failures) =>
      state.breakerOpen ? probeAfterMs * (0.75 + Math.random() / 4) : backoffMs(failures, probeAfterMs),
  };
}

async function post(
  batch: readonly OutboxRow[],
  { url, timeoutMs }: VectorOptions,
  stop: AbortSignal,
): Promise<Outcome> {
  let status: number;
  const { signal, release } = deadline(timeoutMs, stop);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': batchKey(batch) },
      body: batch.map((row) => `${JSON.stringify(toLine(row))}\n`).join(''),
      redirect: 'manual',
      signal,
    });
    ({ status } = response);
    await response.body?.cancel();
  } catch (error) {
    throw new NotReached(signal.aborted ? 'timeout' : reasonOf(error));
  } finally {
    release();
  }
  if (status >= 200 && status < 300) return { is: 'delivered' };
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
    return { is: 'never', reason: `HTTP ${status}` };
  }
  throw new NotReached(`HTTP ${status}`);
}

/** Aborts after a time or when told to stop. Not AbortSignal.any: on Node 20 a lasting signal would keep every request. */
function deadline(ms: number, stop: AbortSignal): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const abort = () => {
    controller.abort();
  };
  const timer = setTimeout(abort, ms);
  stop.addEventListener('abort', abort, { once: true });
  if (stop.aborted) abort();
  return {
    signal: controller.signal,
    release: () => {
      clearTimeout(timer);
      stop.removeEventListener('abort', abort);
    },
  };
}

function toLine({ id, kind, at, severity, title, text, alarm_id }: OutboxRow): VectorLine {
  return { idempotencyKey: id, kind, at: iso(at), severity, title, text, alarmId: alarm_id };
}

/** The same for the same notifications in the same order. */
function batchKey(batch: readonly OutboxRow[]): string {
  return createHash('sha256')
    .update(batch.map(({ id }) => id).join(' '))
    .digest('hex');
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.name;
}
