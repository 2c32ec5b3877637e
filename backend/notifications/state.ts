import type { Channel, DeliveryResult } from '../../contract/metrics.ts';

/** The numbers of notifications. Counters start at zero with the process. */
export interface NotificationState {
  readonly delivered: Record<Channel, Record<DeliveryResult, number>>;
  /** Undelivered notifications, as of the last refresh. */
  queueDepth: number;
  breakerOpen: boolean;
}

export function newNotificationState(): NotificationState {
  return {
    delivered: { vector: { ok: 0, error: 0 }, bell: { ok: 0, error: 0 } },
    queueDepth: 0,
    breakerOpen: false,
  };
}

/** Notifications that were refused for good and set aside since the process started. */
export interface Quarantined {
  notification: number;
}

export function newQuarantined(): Quarantined {
  return { notification: 0 };
}
