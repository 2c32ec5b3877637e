import { createHash } from 'node:crypto';
import { CircuitState } from 'cockatiel';
import type { VectorLine } from '../../contract/notifications.ts';
import { iso, type Clock } from '../lib/clock.ts';
import type { OutboxRow } from '../database/schema.ts';
import type { Logger } from '../lib/logger.ts';
import { createBackoff } from '../lib/backoff.ts';
import { createHttpClient, HttpFailure, type HttpClient } from '../lib/http-client.ts';
import { FIRST_RETRY_MS, LONGEST_RETRY_MS, type DeliveryChannel, type Outcome } from './channel.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';
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

/** Thrown inside the breaker: the destination did not take the batch, but may take it later. */
class NotReached extends Error {}

/** A Vector `http_server` source: JSON lines by POST, behind a circuit breaker. */
export function createVectorChannel(options: VectorOptions): DeliveryChannel {
  const { openAfterMs, clock, logger, state, initiallyOpen } = options;
  const breaker = createCircuitBreaker({ openAfterMs, now: () => clock.monotonic(), initiallyOpen });
  const client = createHttpClient({ connectTimeoutMs: options.timeoutMs });
  const probeMs = Math.min(openAfterMs, LONGEST_RETRY_MS);
  const probe = createBackoff({ firstMs: probeMs, longestMs: probeMs, jitter: 0.25 });
  const retry = createBackoff({ firstMs: FIRST_RETRY_MS, longestMs: probeMs });
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
        return await breaker.execute(() => post(client, batch, options, signal));
      } catch (error) {
        return { is: 'later', reason: error instanceof Error ? error.message : 'unknown' };
      }
    },
    retryAfterMs: (failures) => (state.breakerOpen ? probe : retry)(failures),
  };
}

async function post(
  client: HttpClient,
  batch: readonly OutboxRow[],
  { url, timeoutMs }: VectorOptions,
  signal: AbortSignal,
): Promise<Outcome> {
  const answer = client.request(new URL(url), {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': batchKey(batch) },
    body: batch.map((row) => `${JSON.stringify(toLine(row))}\n`).join(''),
    timeoutMs,
    signal,
    maxBytes: 0,
    wantsBody: () => false,
  });
  const { status } = await answer.catch((error: unknown) => {
    throw new NotReached(error instanceof HttpFailure ? error.code : 'unknown');
  });
  if (status >= 200 && status < 300) return { is: 'delivered' };
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
    return { is: 'never', reason: `HTTP ${status}` };
  }
  throw new NotReached(`HTTP ${status}`);
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
