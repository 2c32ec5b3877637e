import Type from 'typebox';
import {
  AlarmList,
  AlarmRuleBody,
  AlarmRuleList,
  IdParams,
  ListAlarmsQuery,
  NoBody,
  OneAlarm,
  OneAlarmRule,
  PreviewRuleBody,
  RulePreview,
} from '../../contract/api.ts';
import type { Routes } from '../http/validation.ts';
import type { PreviewRule } from './preview.ts';
import type { AlarmRules } from './rules.ts';
import type { AlarmService } from './service.ts';

export interface AlarmRoutesOptions {
  readonly alarms: AlarmService;
  readonly rules: AlarmRules;
  readonly preview: PreviewRule;
}

export const alarmRoutes: Routes<AlarmRoutesOptions> = (app, { alarms, rules, preview }, done) => {
  const read = { permission: 'alarms:read', group: 'api' } as const;
  const acknowledge = { permission: 'alarms:acknowledge', group: 'api' } as const;
  const write = { permission: 'alarms:write', group: 'api' } as const;

  app.get(
    '/api/alarms',
    {
      config: read,
      schema: { summary: 'Alarms, newest first', querystring: ListAlarmsQuery, response: { 200: AlarmList } },
    },
    (request) => alarms.list(request.query),
  );

  app.get(
    '/api/alarms/:id',
    { config: read, schema: { summary: 'One alarm', params: IdParams, response: { 200: OneAlarm } } },
    async (request) => ({ alarm: await alarms.get(request.params.id) }),
  );

  // The second has a prefix of its own, by which Grafana's routes open it to Editors; the first is how it has always been.
  for (const url of ['/api/alarms/:id/acknowledge', '/api/alarm-acknowledgements/:id']) {
    app.post(
      url,
      {
        config: acknowledge,
        schema: {
          summary: 'Take notice of a firing alarm',
          params: IdParams,
          body: NoBody,
          response: { 200: OneAlarm },
        },
      },
      async (request) => ({ alarm: await alarms.acknowledge(request.params.id, request.caller.actor) }),
    );
  }

  app.get(
    '/api/alarm-rules',
    { config: read, schema: { summary: 'Every alarm rule', response: { 200: AlarmRuleList } } },
    () => rules.list(),
  );

  app.post(
    '/api/alarm-rules',
    { config: write, schema: { summary: 'Add an alarm rule', body: AlarmRuleBody, response: { 201: OneAlarmRule } } },
    async (request, reply) => {
      const rule = await rules.create(request.body, request.caller.actor);
      return reply.code(201).send({ rule });
    },
  );

  app.post(
    '/api/alarm-rules/preview',
    {
      config: write,
      schema: {
        summary: 'What a rule would find now, without storing it',
        body: PreviewRuleBody,
        response: { 200: RulePreview },
      },
    },
    (request) => preview(request.body.condition),
  );

  app.put(
    '/api/alarm-rules/:id',
    {
      config: write,
      schema: {
        summary: 'Change an alarm rule; of a built-in one all but its name and what it watches',
        params: IdParams,
        body: AlarmRuleBody,
        response: { 200: OneAlarmRule },
      },
    },
    async (request) => ({ rule: await rules.change(request.params.id, request.body, request.caller.actor) }),
  );

  app.delete(
    '/api/alarm-rules/:id',
    {
      config: write,
      schema: { summary: 'Delete an alarm rule', params: IdParams, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      await rules.delete(request.params.id, request.caller.actor);
      return reply.code(204).send(null);
    },
  );

  done();
};
