import type { Config } from '../config/config.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../database/database.ts';
import type { Logger } from '../lib/logger.ts';
import { bellChannel, type DeliveryChannel } from './channel.ts';
import { createDispatcher, type Dispatcher } from './dispatcher.ts';
import type { NotificationState, Quarantined } from './state.ts';
import { dropQueue, isQueueEmpty, readOpenBreaker, writeOpenBreaker } from './store.ts';

export interface NotificationsOptions {
  readonly settings: Config['notifications'];
  readonly database: Database;
  readonly state: NotificationState;
  readonly quarantined: Quarantined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Whether there is anything to forget: a start that has nothing to write succeeds on a full disk. */
async function isVectorLeft({ read }: Database): Promise<boolean> {
  return (await readOpenBreaker(read)) !== undefined || !(await isQueueEmpty(read, 'vector'));
}

/** Starts the delivery of notifications to the bell and, where it is configured, to Vector. */
export async function startNotifications(options: NotificationsOptions): Promise<Dispatcher> {
  const { settings, database, state, quarantined, logger } = options;
  const channels: DeliveryChannel[] = [bellChannel];
  let stopping = false;
  let writing: Promise<void> = Promise.resolve();

  if (settings.vector) {
    const { createVectorChannel } = await import('./vector.ts');
    const { url, timeout_seconds, open_after_seconds } = settings.vector;
    const remember = (isOpen: boolean) => {
      if (stopping) return;
      writing = writing
        .then(() => database.transaction((tx) => writeOpenBreaker(tx, isOpen ? url : undefined)))
        .catch((error: unknown) => {
          logger.error({ err: error }, 'the state of the circuit breaker could not be written');
        });
    };
    channels.push(
      createVectorChannel({
        ...options,
        url,
        timeoutMs: timeout_seconds * 1000,
        openAfterMs: open_after_seconds * 1000,
        initiallyOpen: (await readOpenBreaker(database.read)) === url,
        onBreaker: remember,
      }),
    );
  } else if (await isVectorLeft(database)) {
    const dropped = await database.transaction(async (tx) => {
      await writeOpenBreaker(tx, undefined);
      return dropQueue(tx, 'vector');
    });
    if (dropped > 0) logger.warn({ dropped }, 'notifications.vector is no longer set: what waited for it was dropped');
  }

  const dispatcher = createDispatcher({ database, channels, state, quarantined, logger });
  dispatcher.start();
  return {
    ...dispatcher,
    async stop() {
      stopping = true;
      await dispatcher.stop();
      await writing;
    },
  };
}
