import type {
  ListNotificationsQuery,
  Notification,
  NotificationList,
  ReadNotificationsBody,
} from '../../contract/notifications.ts';
import type { ActingRole } from '../../contract/roles.ts';
import type { Actor } from '../audit/log.ts';
import { iso } from '../lib/clock.ts';
import type { Database } from '../database/database.ts';
import { invalidField } from '../http/fields.ts';
import { Refusal } from '../http/refusal.ts';
import * as store from './store.ts';

/** Who looks at the bell. Everybody has marks of their own. */
export interface BellCaller {
  readonly role: ActingRole;
  readonly actor: Actor;
}

/** The bell as it is seen in Grafana. What tells of scrape tokens is shown to administrators only. */
export interface NotificationService {
  list(query: ListNotificationsQuery, caller: BellCaller): Promise<NotificationList>;
  /**
   * Marks as read for this caller alone. @returns how many are still unread.
   * @throws Refusal `notification_not_found`
   */
  markRead(body: ReadNotificationsBody, caller: BellCaller): Promise<number>;
}

export function createNotificationService(database: Database): NotificationService {
  return {
    async list(query, caller) {
      const reader = readerOf(caller);
      const { rows, nextCursor } = await store.listBell(database.read, query, reader);
      return { items: rows.map(present), nextCursor, unreadCount: await store.countUnread(database.read, reader) };
    },

    async markRead({ ids, upTo }, caller) {
      if ((ids === undefined) === (upTo === undefined)) throw invalidField('ids', 'Give either ids or upTo.');
      const reader = readerOf(caller);
      await database.transaction(async (tx) => {
        const wanted = new Set(ids ?? [upTo ?? '']);
        const seqs = await store.findBell(tx, [...wanted], reader);
        if (seqs.length < wanted.size) throw new Refusal('notification_not_found');
        if (ids !== undefined) await store.markRead(tx, reader.id, seqs);
        else await store.markReadUpTo(tx, reader.id, Math.max(...seqs));
      });
      return store.countUnread(database.read, reader);
    },
  };
}

function readerOf({ role, actor }: BellCaller): store.Reader {
  return { id: `${actor.via}:${actor.name ?? ''}`, isAdmin: role === 'admin' };
}

function present(row: store.BellItem): Notification {
  const { id, kind, severity, title, text, alarm_id, token_id, is_read } = row;
  return {
    id,
    kind,
    severity,
    title,
    text,
    at: iso(row.at),
    alarmId: alarm_id,
    tokenId: token_id,
    read: is_read === 1,
  };
}
