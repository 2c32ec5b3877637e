import type { Channel } from '../../contract/metrics.ts';
import type { Tx } from '../database/database.ts';
import type { OutboxRow } from '../database/schema.ts';

/** How an attempt ended. `later`: try the same again; `never`: the destination refuses it for good. */
export type Outcome = { readonly is: 'delivered' } | { readonly is: 'later' | 'never'; readonly reason: string };

/** Where notifications go. */
export interface DeliveryChannel {
  readonly name: Channel;
  /** Most notifications in one attempt. */
  readonly batchSize: number;
  /**
   * One attempt at a batch, in its order. Must not reject.
   * @param signal aborted where the backend stops.
   */
  deliver(batch: readonly OutboxRow[], signal: AbortSignal): Promise<Outcome>;
  /** What is written in the transaction that takes delivered notifications out of the queue. */
  readonly settle?: (tx: Tx, batch: readonly OutboxRow[]) => Promise<void>;
  /** How long to wait after so many failures in a row, in milliseconds. */
  retryAfterMs(failures: number): number;
}

/** Exponential with jitter: between half and the whole of 0.5 s, 1 s, 2 s … up to the longest. */
export function backoffMs(failures: number, longestMs: number): number {
  const whole = Math.min(longestMs, 250 * 2 ** Math.min(failures, 20));
  return whole / 2 + Math.random() * (whole / 2);
}
