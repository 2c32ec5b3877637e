import type { Sealing } from '../lib/encryption.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../database/database.ts';
import type { PushGroupRow } from '../database/schema.ts';
import type { Logger } from '../lib/logger.ts';
import type { Limits, PushgatewayClient } from './client.ts';
import type { PushFailure } from './failure.ts';
import { isSameGroup, type Group, type GroupKey } from './group.ts';
import { openAccess } from './password.ts';
import type { CurrentPush } from './settings.ts';
import * as store from './store.ts';

/** After a removal that failed, the next attempt: longer each time, up to the longest. In milliseconds. */
const RETRY_MS = { first: 10_000, longest: 300_000 };

/**
 * What lies in Pushgateways because of us: written down before the first push, and struck off when it is removed. A
 * Pushgateway forgets nothing by itself.
 */
export interface PushedGroups {
  /** Writes the group down. True where it was not yet. */
  add(current: CurrentPush): Promise<boolean>;
  /** Nothing of the group came to lie there. */
  forget(key: GroupKey): Promise<void>;
  /** Removes what is no longer pushed, as far as its next attempt is due. True where something was. */
  removeOthers(current: CurrentPush, limits?: Limits): Promise<boolean>;
  /** Removes everything, at once. */
  removeAll(current: CurrentPush, limits: Limits): Promise<void>;
  /** The next attempts are due now. */
  retryNow(): void;
}

export interface PushedGroupsOptions {
  readonly database: Database;
  readonly sealing: Sealing;
  readonly client: PushgatewayClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onFailure: (failure: PushFailure) => void;
}

export function createPushedGroups(options: PushedGroupsOptions): PushedGroups {
  const { database, sealing, client, clock, logger, onFailure } = options;
  const attempts = new Map<string, { readonly failed: number; readonly nextAt: number }>();
  const forget = (key: GroupKey) => database.transaction((tx) => store.dropGroup(tx, key));

  async function remove(row: PushGroupRow, current: CurrentPush, limits?: Limits): Promise<boolean> {
    const failure = await client.remove({ ...keyOf(row), access: accessFor(row, current) }, limits);
    const name = nameOf(row);
    if (!failure) {
      await forget(row);
      attempts.delete(name);
      if (row.stale_since !== null) logger.info('what was left in a Pushgateway is removed');
      return true;
    }
    onFailure(failure);
    const failed = (attempts.get(name)?.failed ?? 0) + 1;
    const wait = Math.min(RETRY_MS.first * 2 ** (failed - 1), RETRY_MS.longest);
    attempts.set(name, { failed, nextAt: clock.monotonic() + wait });
    if (row.stale_since === null) {
      logger.warn(
        { reason: failure.reason },
        'what was pushed could not be removed from a Pushgateway: its numbers stand still',
      );
    }
    if (row.stale_since === null || row.failure !== failure.message) {
      const stale = { ...row, stale_since: row.stale_since ?? clock.now(), failure: failure.message };
      await database.transaction((tx) => store.putGroup(tx, stale));
    }
    return false;
  }

  /** With what is known today, where the Pushgateway is the same: a password that was changed there opens it, too. */
  function accessFor(row: PushGroupRow, { group }: CurrentPush): Group['access'] {
    const isSameGateway = group.url !== '' && new URL(group.url).origin === new URL(row.url).origin;
    return isSameGateway ? group.access : openAccess(row, sealing);
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

function keyOf({ url, job, instance }: PushGroupRow): GroupKey {
  return { url, job, instance };
}

function nameOf({ url, job, instance }: GroupKey): string {
  return JSON.stringify([url, job, instance]);
}
