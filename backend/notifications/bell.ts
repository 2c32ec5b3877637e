import { backoffMs, type DeliveryChannel } from './channel.ts';
import { insertBell } from './store.ts';

const LONGEST_WAIT_MS = 30_000;

/** The bell in Grafana: a table that its users read. Delivery is the same transaction that ends the waiting. */
export const bellChannel: DeliveryChannel = {
  name: 'bell',
  batchSize: 100,
  deliver: () => Promise.resolve({ is: 'delivered' }),
  settle: insertBell,
  retryAfterMs: (failures) => backoffMs(failures, LONGEST_WAIT_MS),
};
