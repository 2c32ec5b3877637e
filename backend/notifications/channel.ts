import type { Channel } from '../../contract/metrics.ts';
import type { Tx } from '../database/database.ts';
import type { OutboxRow } from '../database/schema.ts';
import { createBackoff } from '../lib/backoff.ts';
import { insertBell } from './store.ts';

/** The wait after a failed attempt, in milliseconds: between half and the whole of 0.5 s, 1 s, 2 s … up to the longest. */
export const FIRST_RETRY_MS = 500;
export const LONGEST_RETRY_MS = 30_000;

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

/** The bell in Grafana: a table that its users read. Delivery is the same transaction that ends the waiting. */
export const bellChannel: DeliveryChannel = {
  name: 'bell',
  batchSize: 100,
  deliver: () => Promise.resolve({ is: 'delivered' }),
  settle: insertBell,
  retryAfterMs: createBackoff({ firstMs: FIRST_RETRY_MS, longestMs: LONGEST_RETRY_MS }),
};
