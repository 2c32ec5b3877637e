import { describe, expect, test } from 'vitest';
import type { Alarm, AlarmRule } from '../../contract/api.ts';
import { bearer, testApp, type TestApp } from '../support/app.ts';
import {
  addRule,
  alarms,
  breakerOpen,
  quietApp,
  ruleBody,
  testEngine,
  ticks,
  tokenCreated,
} from '../support/alarms.ts';

interface Answer {
  readonly items: (Alarm & AlarmRule)[];
  readonly nextCursor: string | null;
  readonly rule: AlarmRule;
}

async function api(it: TestApp, role: 'admin' | 'viewer' | 'collector' = 'admin') {
  const headers = bearer(await it.jwt(role));
  return async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object) => {
    const answer = await it.app.inject({ method, url, headers, ...(payload && { payload }) });
    return { status: answer.statusCode, body: (answer.body === '' ? undefined : answer.json()) as Answer };
  };
}

async function events(it: TestApp) {
  const { items } = await it.services.audit.list({ limit: 200 });
  return items
    .filter(({ event }) => event.startsWith('alarm'))
    .map(({ event, actor, target, details }) => ({ event, actor, target, details }));
}

describe('GET /api/alarms', () => {
  test('filters by state and severity, and pages from the newest to the oldest', async () => {
    const it = await quietApp();
    const engine = testEngine(it);
    await addRule(it, ruleBody(tokenCreated, { name: 'Minted', severity: 'info' }));
    await addRule(it, ruleBody(breakerOpen, { name: 'Breaker', severity: 'critical' }));
    for (let i = 0; i < 5; i++) {
      await it.mint();
      await ticks(engine, it);
    }
    it.services.metrics.notifications.breakerOpen = true;
    await ticks(engine, it);
    const ask = await api(it, 'viewer');
    const all = await ask('GET', '/api/alarms');
    expect(all.status).toBe(200);
    expect(all.body.items.map((one) => `${one.ruleName} ${one.state}`)).toEqual([
      'Breaker firing',
      'Minted firing',
      'Minted firing',
      'Minted firing',
      'Minted resolved',
      'Minted resolved',
    ]);
    expect((await ask('GET', '/api/alarms?state=past')).body.items).toEqual(all.body.items.slice(4));
    expect((await ask('GET', '/api/alarms?state=active')).body.items).toEqual(all.body.items.slice(0, 4));
    expect((await ask('GET', '/api/alarms?severity=critical')).body.items).toEqual([all.body.items[0]]);
    const pages: Alarm[] = [];
    for (let cursor = ''; ;) {
      const { body } = await ask('GET', `/api/alarms?limit=4${cursor}`);
      pages.push(...body.items);
      if (body.nextCursor === null) break;
      cursor = `&cursor=${body.nextCursor}`;
    }
    expect(pages).toEqual(all.body.items);
  });

  test.each(['?state=firing', '?severity=fatal', '?limit=0', '?cursor=nonsense', '?what=ever'])(
    'refuses %s',
    async (query) => {
      const it = await testApp();
      expect(await (await api(it))('GET', `/api/alarms${query}`)).toMatchObject({ status: 400 });
    },
  );
});

describe('acknowledging', () => {
  test('is done once, by name, recorded and told to the rule’s channels; the alarm stays active', async () => {
    const it = await quietApp();
    const engine = testEngine(it);
    await addRule(it, ruleBody(breakerOpen, { name: 'Breaker' }));
    it.services.metrics.notifications.breakerOpen = true;
    await ticks(engine, it);
    const [{ id } = { id: '' }] = await alarms(it);
    const ask = await api(it);
    const url = `/api/alarms/${id}/acknowledge`;
    expect(await ask('POST', url, {})).toMatchObject({
      status: 200,
      body: {
        alarm: {
          id,
          state: 'acknowledged',
          acknowledgedBy: 'admin credential',
          timeline: [{ state: 'firing' }, { state: 'acknowledged', by: 'admin credential' }],
        },
      },
    });
    expect(await ask('POST', url, {})).toMatchObject({ status: 409, body: { code: 'alarm_not_firing' } });
    expect((await events(it))[0]).toEqual({
      event: 'alarm.acknowledged',
      actor: 'admin credential',
      target: id,
      details: { rule: expect.stringMatching(/^rul_/), name: 'Breaker', severity: 'warning' },
    });
    await it.services.metrics.refresh();
    expect(it.services.metrics.alarms).toMatchObject({
      active: { warning: 1 },
      transitions: { 'firing>acknowledged': 1, 'firing>resolved': 0 },
    });
    await ticks(engine, it);
    expect(await alarms(it)).toMatchObject([{ id, state: 'acknowledged' }]);
    it.services.metrics.notifications.breakerOpen = false;
    await ticks(engine, it);
    expect(await ask('POST', url, {})).toMatchObject({ status: 409, body: { code: 'alarm_not_firing' } });
  });

  const ways = ['/api/alarms/:id/acknowledge', '/api/alarm-acknowledgements/:id'];

  test.each(ways)('%s needs an alarm that exists, and more than a viewer', async (way) => {
    const it = await testApp();
    const url = way.replace(':id', 'alm_none');
    expect(await (await api(it))('POST', url, {})).toMatchObject({ status: 404, body: { code: 'alarm_not_found' } });
    expect(await (await api(it, 'viewer'))('POST', url, {})).toMatchObject({ status: 403 });
  });

  test.each(ways)('%s is open to an Editor of Grafana, whom the audit log names', async (way) => {
    const it = await quietApp({ settings: { auth: { grafana: { trust_context: true, org_id: 1 } } } });
    const engine = testEngine(it);
    await addRule(it, ruleBody(breakerOpen, { name: 'Breaker' }));
    it.services.metrics.notifications.breakerOpen = true;
    await ticks(engine, it);
    const [{ id } = { id: '' }] = await alarms(it);
    const grafana = await it.jwt('grafana');
    const as = (OrgRole: string, url: string) =>
      it.app.inject({
        method: 'POST',
        url,
        headers: {
          ...bearer(grafana),
          'x-grafana-context': JSON.stringify({ UserID: 2, OrgID: 1, OrgRole, Login: 'grace' }),
        },
      });
    const url = way.replace(':id', id);
    expect((await as('Viewer', url)).statusCode).toBe(403);
    expect((await as('Editor', '/api/alarm-rules')).statusCode).toBe(403);
    expect((await as('Editor', url)).json()).toMatchObject({
      alarm: { id, state: 'acknowledged', acknowledgedBy: 'grace' },
    });
    expect((await it.services.audit.list({ event: 'alarm.acknowledged', limit: 9 })).items).toMatchObject([
      { actor: 'grace', via: 'grafana', target: id },
    ]);
  });
});

describe('alarm rules', () => {
  const body = ruleBody({ ...breakerOpen, forSeconds: 30 } as typeof breakerOpen, {
    name: '  Mine  ',
    channels: ['bell', 'vector'],
  });

  test('are made, changed and deleted by administrators, each recorded with the name of who did it', async () => {
    const it = await testApp();
    const ask = await api(it);
    const made = await ask('POST', '/api/alarm-rules', body);
    expect(made).toMatchObject({
      status: 201,
      body: { rule: { ...body, name: 'Mine', builtIn: false, createdBy: 'admin credential', changedAt: null } },
    });
    const { id } = made.body.rule;
    const changed = await ask('PUT', `/api/alarm-rules/${id}`, { ...body, severity: 'critical' });
    expect(changed).toMatchObject({
      status: 200,
      body: { rule: { id, severity: 'critical', changedBy: 'admin credential' } },
    });
    const { items } = (await ask('GET', '/api/alarm-rules')).body;
    expect(items.at(-1)).toEqual(changed.body.rule);
    expect(await ask('DELETE', `/api/alarm-rules/${id}`)).toEqual({ status: 204, body: undefined });
    expect(await ask('DELETE', `/api/alarm-rules/${id}`)).toMatchObject({
      status: 404,
      body: { code: 'alarm_rule_not_found' },
    });
    expect(await ask('PUT', `/api/alarm-rules/${id}`, body)).toMatchObject({ status: 404 });
    expect((await events(it)).map(({ event, actor, target }) => [event, actor, target])).toEqual([
      ['alarm_rule.deleted', 'admin credential', id],
      ['alarm_rule.changed', 'admin credential', id],
      ['alarm_rule.created', 'admin credential', id],
    ]);
    expect((await events(it))[1]?.details).toMatchObject({ severity: 'critical', before: { severity: 'warning' } });
  });

  test('a change that changes nothing is recorded nowhere', async () => {
    const it = await testApp();
    const ask = await api(it);
    const { rule } = (await ask('POST', '/api/alarm-rules', body)).body;
    await ask('PUT', `/api/alarm-rules/${rule.id}`, body);
    expect((await events(it)).map(({ event }) => event)).toEqual(['alarm_rule.created']);
  });

  test('a built-in one can be changed in its numbers, severity and channels and be disabled, and nothing else', async () => {
    const it = await testApp();
    const ask = await api(it);
    const { items } = (await ask('GET', '/api/alarm-rules')).body;
    const rule = items.find(({ id }) => id === 'notification-errors')!;
    const { name, severity, enabled, channels, condition } = rule;
    const same = { name, severity, enabled, channels, condition };
    const url = '/api/alarm-rules/notification-errors';
    const numbers = { ...condition, threshold: 5, windowSeconds: 60, forSeconds: 0 };
    expect(
      await ask('PUT', url, { ...same, severity: 'critical', enabled: false, channels: [], condition: numbers }),
    ).toMatchObject({
      status: 200,
      body: { rule: { severity: 'critical', enabled: false, channels: [], condition: numbers, builtIn: true } },
    });
    for (const more of [
      { name: 'Another' },
      { condition: { ...condition, compare: '<' } },
      { condition: { ...condition, labels: {} } },
      { condition: breakerOpen },
    ]) {
      expect(await ask('PUT', url, { ...same, ...more })).toMatchObject({
        status: 400,
        body: { code: 'invalid_request' },
      });
    }
    expect(await ask('DELETE', url)).toMatchObject({ status: 409, body: { code: 'alarm_rule_built_in' } });
  });

  const gauge = { ...breakerOpen };
  const counter = { ...gauge, metric: 'scrapeAuthFailures', windowSeconds: 60 };
  const audit = { ...tokenCreated };
  test.each([
    ['an unknown family', { ...gauge, metric: 'dhcp_packets' }, 'condition.metric'],
    ['a family that no rule can watch', { ...gauge, metric: 'alarmsActive' }, 'condition.metric'],
    ['a histogram', { ...gauge, metric: 'httpRequestDuration' }, 'condition.metric'],
    ['a family of the runtime', { ...gauge, metric: 'heapUsed' }, 'condition.metric'],
    ['a label that the family has not', { ...gauge, labels: { mac: '00:11:22:33:44:55' } }, 'condition.labels.mac'],
    ['a label of every object', { ...gauge, labels: { constructor: 'x' } }, 'condition.labels.constructor'],
    ['a value outside the closed list', { ...counter, labels: { reason: 'bored' } }, 'condition.labels.reason'],
    ['a label that is no text', { ...counter, labels: { reason: 1 } }, 'condition.labels.reason'],
    ['a counter without a window', { ...counter, windowSeconds: undefined }, 'condition.windowSeconds'],
    ['a gauge with a window', { ...gauge, windowSeconds: 60 }, 'condition.windowSeconds'],
    ['an unknown comparison', { ...gauge, compare: '=~' }, 'condition.compare'],
    ['a threshold that is no number', { ...gauge, threshold: '1' }, 'condition.threshold'],
    ['an endless for', { ...gauge, forSeconds: 1e9 }, 'condition.forSeconds'],
    ['an unknown event', { ...audit, event: 'token.stolen' }, 'condition.event'],
    ['a count of zero', { ...audit, atLeast: 0 }, 'condition.atLeast'],
    ['a field of another kind', { ...audit, threshold: 1 }, 'condition.threshold'],
    ['an unknown kind', { kind: 'llm' }, 'condition'],
    ['no kind', {}, 'condition.kind'],
    ['no condition', undefined, 'condition'],
  ])('refuses %s and names the field', async (_what, condition, field) => {
    const it = await testApp();
    const answer = await (await api(it))('POST', '/api/alarm-rules', { ...body, condition });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [{ field }] } });
  });

  test.each([
    ['an empty name', { name: ' ' }, 'name'],
    ['an unknown severity', { severity: 'fatal' }, 'severity'],
    ['an unknown channel', { channels: ['pager'] }, 'channels.0'],
    ['a channel twice', { channels: ['bell', 'bell'] }, 'channels'],
    ['an unknown field', { sound: 'loud' }, 'sound'],
  ])('refuses %s', async (_what, more, field) => {
    const it = await testApp();
    const answer = await (await api(it))('POST', '/api/alarm-rules', { ...body, ...more });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field }] } });
  });

  test('are read by viewers and written by administrators only', async () => {
    const it = await testApp();
    const viewer = await api(it, 'viewer');
    expect(await viewer('GET', '/api/alarm-rules')).toMatchObject({ status: 200 });
    expect(await viewer('POST', '/api/alarm-rules', body)).toMatchObject({ status: 403 });
    expect(await viewer('PUT', '/api/alarm-rules/quarantined', body)).toMatchObject({ status: 403 });
    expect(await viewer('DELETE', '/api/alarm-rules/quarantined')).toMatchObject({ status: 403 });
    expect(await (await api(it, 'collector'))('GET', '/api/alarms')).toMatchObject({ status: 403 });
  });

  test('are at most 200', async () => {
    const it = await testApp();
    const ask = await api(it);
    const { items } = (await ask('GET', '/api/alarm-rules')).body;
    for (let i = items.length; i < 200; i++) await addRule(it, ruleBody(breakerOpen));
    expect(await ask('POST', '/api/alarm-rules', body)).toMatchObject({
      status: 409,
      body: { code: 'too_many_alarm_rules' },
    });
  });
});

test('health tells how long ago the engine ticked, and is degraded where it stalled', async () => {
  const it = await testApp();
  const ask = await api(it, 'viewer');
  expect((await ask('GET', '/api/health')).body).toMatchObject({ status: 'ok', alarmEngineTickAgeSeconds: null });
  await ticks(testEngine(it), it);
  it.clock.advance(20_000);
  expect((await ask('GET', '/api/health')).body).toMatchObject({ status: 'ok', alarmEngineTickAgeSeconds: 20 });
  it.clock.advance(60_000);
  expect((await ask('GET', '/api/health')).body).toMatchObject({ status: 'degraded', alarmEngineTickAgeSeconds: 80 });
});
