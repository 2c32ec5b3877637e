import { onTestFinished } from 'vitest';
import { systemClock } from '../../backend/lib/clock.ts';
import { createDispatcher, type Dispatcher } from '../../backend/notifications/dispatcher.ts';
import { bellChannel } from '../../backend/notifications/channel.ts';
import { createNotify, type Notice } from '../../backend/notifications/outbox.ts';
import { newNotificationState, newQuarantined } from '../../backend/notifications/state.ts';
import { createVectorChannel } from '../../backend/notifications/vector.ts';
import { silentLogger } from '../../backend/lib/logger.ts';
import type { TestApp } from './app.ts';

const notify = createNotify(new Set(['bell', 'vector']));

/** Puts notices `name 1`, `name 2` … into the outbox, in one transaction. */
export async function tell(
  { services }: Pick<TestApp, 'services'>,
  name: string,
  count: number,
  more: Partial<Notice> = {},
): Promise<void> {
  await services.database.transaction(async (tx) => {
    for (let i = 1; i <= count; i++) {
      const notice = { kind: 'alarm.opened', severity: 'warning', audience: 'all', channels: ['vector'] } as const;
      await notify(tx, {
        ...notice,
        title: `${name} ${i}`,
        text: 'text',
        at: Date.parse('2027-01-01T00:00:00Z'),
        ...more,
      });
    }
  });
}

export interface DeliveryOptions {
  readonly url: string;
  readonly timeoutMs?: number;
  readonly openAfterMs?: number;
}

/** The delivery as the server runs it, only quicker, with numbers of its own. */
export function delivery(
  { services }: Pick<TestApp, 'services'>,
  { url, timeoutMs = 2_000, openAfterMs = 100 }: DeliveryOptions,
) {
  const state = newNotificationState();
  const quarantined = newQuarantined();
  const breaker: boolean[] = [];
  const vector = createVectorChannel({
    url,
    timeoutMs,
    openAfterMs,
    clock: systemClock,
    logger: silentLogger,
    state,
    initiallyOpen: false,
    onBreaker: (isOpen) => void breaker.push(isOpen),
  });
  const channels = [bellChannel, { ...vector, retryAfterMs: () => 5 }];
  const dispatcher: Dispatcher = createDispatcher({
    database: services.database,
    channels,
    state,
    quarantined,
    logger: silentLogger,
    pollMs: 5,
  });
  dispatcher.start();
  onTestFinished(() => dispatcher.stop());
  /** Undelivered, as the running total has it and as the rows are. */
  const depth = async () => {
    await services.metrics.refresh();
    const rows = await services.database.read.selectFrom('notification_outbox').select('state').execute();
    const waiting = rows.filter((row) => row.state === 'queued').length;
    return { total: services.metrics.notifications.queueDepth, waiting, quarantined: rows.length - waiting };
  };
  return { state, quarantined, breaker, dispatcher, depth };
}
