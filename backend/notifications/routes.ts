import {
  ListNotificationsQuery,
  NotificationList,
  ReadNotificationsBody,
  UnreadNotifications,
} from '../../contract/api.ts';
import type { Routes } from '../http/validation.ts';
import type { NotificationService } from './service.ts';

export const notificationRoutes: Routes<{ notifications: NotificationService }> = (app, { notifications }, done) => {
  const config = { permission: 'notifications:read', group: 'api' } as const;

  app.get(
    '/api/notifications',
    {
      config,
      schema: {
        operationId: 'listNotifications',
        summary: 'Notifications of the bell, newest first; those about scrape tokens are for administrators',
        querystring: ListNotificationsQuery,
        response: { 200: NotificationList },
      },
    },
    (request) => notifications.list(request.query, request.caller),
  );

  app.post(
    '/api/notifications/read',
    {
      config: { ...config, refuses: ['notification_not_found'] },
      schema: {
        operationId: 'markNotificationsRead',
        summary: 'Mark notifications as read, for the caller alone',
        body: ReadNotificationsBody,
        response: { 200: UnreadNotifications },
      },
    },
    async (request) => ({ unreadCount: await notifications.markRead(request.body, request.caller) }),
  );

  done();
};
