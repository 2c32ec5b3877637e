import { Push, PushSettingsBody, PushTest } from '../../contract/api.ts';
import type { Routes } from '../http/validation.ts';
import type { PushService } from './service.ts';

export interface PushRoutesOptions {
  readonly push: PushService;
}

export const pushRoutes: Routes<PushRoutesOptions> = (app, { push }, done) => {
  const write = { permission: 'push:write', group: 'api', refuses: ['push_unavailable'] } as const;

  app.get(
    '/api/push',
    {
      config: { permission: 'push:read', group: 'api' },
      schema: {
        operationId: 'getPush',
        summary: 'The push to a Pushgateway: its settings, and how it is doing',
        response: { 200: Push },
      },
    },
    () => push.read(),
  );

  app.put(
    '/api/push',
    {
      config: write,
      schema: {
        operationId: 'changePush',
        summary: 'Configure the push to a Pushgateway, or switch it on or off',
        body: PushSettingsBody,
        response: { 200: Push },
      },
    },
    (request) => push.change(request.body, request.caller.actor),
  );

  app.post(
    '/api/push/test',
    {
      config: write,
      schema: {
        operationId: 'testPush',
        summary: 'Push once with these settings to a group of its own, and remove it; nothing is saved',
        body: PushSettingsBody,
        response: { 200: PushTest },
      },
    },
    (request) => push.test(request.body),
  );

  done();
};
