import type { Clock } from '../lib/clock.ts';
import type { Database } from '../database/database.ts';
import type { TokenEvents } from './events.ts';
import { expiryNotice, nextNotice } from './expiry.ts';
import type { Rotations } from './rotation/service.ts';
import { dueNotices, setNotice } from './store.ts';

/** So many notices are written in one transaction. */
const NOTICES_AT_ONCE = 100;

export interface ExpiryBellOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly events: TokenEvents;
  readonly isReplaced: Rotations['isReplaced'];
}

/** Rings for every token that expires before long and was not told of yet, but for those that a successor replaced. */
export async function ringExpiring({ database, clock, events, isReplaced }: ExpiryBellOptions): Promise<void> {
  const now = clock.now();
  if ((await dueNotices(database.read, now, 1)).length === 0) return;
  await database.transaction(async (tx) => {
    for (const row of await dueNotices(tx, now, NOTICES_AT_ONCE)) {
      const { id, name, expires_at: expiresAt } = row;
      await setNotice(tx, id, nextNotice(expiresAt, now));
      if (expiresAt === null || expiresAt <= now || (await isReplaced(tx, row))) continue;
      await events.ring(tx, 'token.expiring', row, { ...expiryNotice(name, expiresAt, now), at: now });
    }
  });
}
