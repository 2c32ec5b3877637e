import type { Encryption } from '../lib/encryption.ts';
import { createBackoff } from '../lib/backoff.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../database/database.ts';
import type { PushGroupRow } from '../database/schema.ts';
import type { Logger } from '../lib/logger.ts';
import type { RequestLimits, PushgatewayClient } from './client.ts';
import type { PushFailure } from './failures.ts';
import { isSameGroup, type PushGroup, type GroupingKey } from './grouping-key.ts';
import { openAccess } from './password.ts';
import type { CurrentPush } from './settings.ts';
import * as store from './store.ts';

/** After a removal that failed. Without jitter: each group has its own start. */
const retryMs = createBackoff({ firstMs: 10_000, longestMs: 300_000, jitter: 0 });

/**
 * What lies in Pushgateways because of us: written down before the first push, and struck off when it is removed. A
 * Pushgateway forgets nothing by itself.
 */
export interface PushedGroups {
  /** Writes the group down. True where it was not yet. */
  add(current: CurrentPush): Promise<boolean>;
  /** Nothing of the group came to lie there. */
  forget(key: GroupingKey): Promise<void>;
  /** Removes what is no longer pushed, as far as its next attempt is due. True where something was. */
  removeOthers(current: CurrentPush, limits?: RequestLimits): Promise<boolean>;
  /** Removes everything, at once. */
  removeAll(current: CurrentPush, limits: RequestLimits): Promise<void>;
  /** The next attempts are due now. */
  retryNow(): void;
}

export interface PushedGroupsOptions {
  readonly database: Database;
  readonly encryption: Encryption;
  readonly client: PushgatewayClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onFailure: (failure: PushFailure) => void;
}

export function createPushedGroups(options: PushedGroupsOptions): PushedGroups {
  const { database, encryption, client, clock, logger, onFailure } = options;
  const attempts = new Map<string, { readonly failed: number; readonly nextAt: number }>();
  const forget = (key: GroupingKey) => database.transaction((tx) => store.dropGroup(tx, key));

  async function remove(row: PushGroupRow, current: CurrentPush, limits?: RequestLimits): Promise<boolean> {
    const failure = await client.remove({ ...keyOf(row), access: accessFor(row, current) }, limits);
    const name = nameOf(row);
    if (!failure) {
      await forget(row);
      attempts.delete(name);
      if (row.stale_since !== null) logger.info('stale Pushgateway group removed');
      return true;
    }
    onFailure(failure);
    const failed = (attempts.get(name)?.failed ?? 0) + 1;
    attempts.set(name, { failed, nextAt: clock.monotonic() + retryMs(failed) });
    if (row.stale_since === null) {
      logger.warn(
        { reason: failure.reason },
        'removing a Pushgateway group failed: its metrics are stale until it is removed',
      );
    }
    if (row.stale_since === null || row.failure !== failure.message) {
      const stale = { ...row, stale_since: row.stale_since ?? clock.now(), failure: failure.message };
      await database.transaction((tx) => store.putGroup(tx, stale));
    }
    return false;
  }

  /** With what is known today, where the Pushgateway is the same: a password that was changed there opens it, too. */
  function accessFor(row: PushGroupRow, { group }: CurrentPush): PushGroup['access'] {
    const isSameGateway = group.url !== '' && new URL(group.url).origin === new URL(row.url).origin;
    return isSameGateway ? group.access : openAccess(row, encryption);
  }

  const isDue = (row: PushGroupRow) => (attempts.get(nameOf(row))?.nextAt ?? 0) <= clock.monotonic();

  return {
    async add({ group, username, password }) {
      const { url, job, instance } = group;
      const known = (await store.allGroups(database.read)).find((row) => isSameGroup(row, group));
      const row = { url, job, instance, username, password, stale_since: null, failure: null };
      const isAsKept = known?.password === password && known.username === username && known.stale_since === null;
      if (!isAsKept) await database.transaction((tx) => store.putGroup(tx, row));
      return known === undefined;
    },

    forget,

    async removeOthers(current, limits) {
      const rows = await store.allGroups(database.read);
      const others = rows.filter((row) => !(current.enabled && isSameGroup(row, current.group)));
      const removed = await Promise.all(others.filter(isDue).map((row) => remove(row, current, limits)));
      return removed.includes(true);
    },

    async removeAll(current, limits) {
      const rows = await store.allGroups(database.read);
      await Promise.all(rows.map((row) => remove(row, current, limits)));
    },

    retryNow: () => {
      attempts.clear();
    },
  };
}

function keyOf({ url, job, instance }: PushGroupRow): GroupingKey {
  return { url, job, instance };
}

function nameOf({ url, job, instance }: GroupingKey): string {
  return JSON.stringify([url, job, instance]);
}
