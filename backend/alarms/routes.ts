import Type from 'typebox';
import {
  AlarmList,
  AlarmRuleBody,
  AlarmRuleList,
  IdParams,
  ListAlarmsQuery,
  NewAlarmRuleBody,
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
      schema: {
        operationId: 'listAlarms',
        summary: 'Alarms, newest first',
        querystring: ListAlarmsQuery,
        response: { 200: AlarmList },
      },
    },
    (request) => alarms.list(request.query),
  );

  app.get(
    '/api/alarms/:id',
    {
      config: { ...read, refuses: ['alarm_not_found'] },
      schema: { operationId: 'getAlarm', summary: 'One alarm', params: IdParams, response: { 200: OneAlarm } },
    },
    async (request) => ({ alarm: await alarms.get(request.params.id) }),
  );

  // The second has a prefix of its own, by which Grafana's routes open it to Editors; the first is how it has always been.
  for (const [url, operationId] of [
    ['/api/alarms/:id/acknowledge', 'acknowledgeAlarm'],
    ['/api/alarm-acknowledgements/:id', 'createAlarmAcknowledgement'],
  ] as const) {
    app.post(
      url,
      {
        config: { ...acknowledge, refuses: ['alarm_not_found', 'alarm_not_firing'] },
        schema: {
          operationId,
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
    {
      config: read,
      schema: { operationId: 'listAlarmRules', summary: 'Every alarm rule', response: { 200: AlarmRuleList } },
    },
    () => rules.list(),
  );

  app.post(
    '/api/alarm-rules',
    {
      config: { ...write, refuses: ['too_many_alarm_rules'] },
      schema: {
        operationId: 'createAlarmRule',
        summary: 'Add an alarm rule',
        body: NewAlarmRuleBody,
        response: { 201: OneAlarmRule },
      },
    },
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
        operationId: 'previewAlarmRule',
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
      config: { ...write, refuses: ['alarm_rule_not_found'] },
      schema: {
        operationId: 'changeAlarmRule',
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
      config: { ...write, refuses: ['alarm_rule_not_found', 'alarm_rule_built_in'] },
      schema: {
        operationId: 'deleteAlarmRule',
        summary: 'Delete an alarm rule',
        params: IdParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await rules.delete(request.params.id, request.caller.actor);
      return reply.code(204).send(null);
    },
  );

  done();
};
