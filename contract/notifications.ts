/** Notifications as the bell in Grafana and a Vector sink get them. */
import Type, { type Static } from 'typebox';
import { UNREAD_COUNTED_MAX } from './bell.ts';
import { severities } from './metrics.ts';
import { closed, Cursor, Limit, nullable, oneOf, Timestamp } from './schema.ts';

export { UNREAD_COUNTED_MAX };

export const notificationKinds = [
  'alarm.opened',
  'alarm.acknowledged',
  'alarm.resolved',
  'token.created',
  'token.revoked',
  'token.rotated',
  'token.expiring',
] as const;
export type NotificationKind = (typeof notificationKinds)[number];

export const Notification = Type.Object(
  {
    id: Type.String(),
    kind: oneOf(notificationKinds),
    severity: oneOf(severities),
    title: Type.String(),
    text: Type.String(),
    at: Timestamp,
    alarmId: nullable(Type.String()),
    tokenId: nullable(Type.String()),
    read: Type.Boolean({ description: 'Whether this reader marked it as read' }),
  },
  closed,
);
export type Notification = Static<typeof Notification>;

const UnreadCount = Type.Integer({ minimum: 0, maximum: UNREAD_COUNTED_MAX });

export const ListNotificationsQuery = Type.Object({ limit: Limit, cursor: Type.Optional(Cursor) }, closed);
export type ListNotificationsQuery = Static<typeof ListNotificationsQuery>;
export const NotificationList = Type.Object(
  { items: Type.Array(Notification), nextCursor: nullable(Type.String()), unreadCount: UnreadCount },
  closed,
);
export type NotificationList = Static<typeof NotificationList>;

export const ReadNotificationsBody = Type.Object(
  {
    ids: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { minItems: 1, maxItems: 200 })),
    upTo: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, description: 'This notification and all before it' }),
    ),
  },
  { ...closed, description: 'Either ids or upTo' },
);
export type ReadNotificationsBody = Static<typeof ReadNotificationsBody>;
export const UnreadNotifications = Type.Object({ unreadCount: UnreadCount }, closed);

/** One line of what is posted to Vector. Delivered at least once: the same key is the same notification. */
export interface VectorLine {
  readonly idempotencyKey: string;
  readonly kind: NotificationKind;
  readonly at: string;
  readonly severity: (typeof severities)[number];
  readonly title: string;
  readonly text: string;
  readonly alarmId: string | null;
}
