import type { Notification } from '../../contract/api.ts';
import { nextNumber, ok, paged, problem, type Answer, type Call } from './fakeReplies.ts';

export interface BellState {
  /** Newest first. */
  readonly notifications: Notification[];
}

export function fakeBell({ notifications }: BellState, { method, query, body }: Call): Answer {
  if (method === 'POST') {
    const ids = (body['ids'] ?? [body['upTo']]) as string[];
    if (!ids.every((id) => notifications.some((each) => each.id === id))) return problem('notification_not_found');
    const upTo = notifications.findIndex(({ id }) => id === body['upTo']);
    notifications.forEach((each, index) => {
      if (ids.includes(each.id) || (upTo >= 0 && index >= upTo)) Object.assign(each, { read: true });
    });
  }
  const unreadCount = notifications.filter(({ read }) => !read).length;
  return ok(method === 'POST' ? { unreadCount } : { ...paged(notifications, query), unreadCount });
}

export function makeNotification(own: Partial<Notification> = {}): Notification {
  const number = nextNumber();
  return {
    id: `n${number}`,
    kind: 'alarm.opened',
    severity: 'warning',
    title: `Notification ${number}`,
    text: 'Firing: notifications pile up',
    at: '2026-11-20T09:00:00Z',
    alarmId: null,
    tokenId: null,
    read: false,
    ...own,
  };
}
