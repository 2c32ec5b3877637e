import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Alarm, AlarmRule, Health, Notification } from '../../contract/api.ts';
import { ruleBody, tokenCreated } from '../support/alarms.ts';
import { bearer } from '../support/app.ts';
import { startAppliance } from '../support/appliance.ts';
import { runVitals } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folder.ts';
import { eventually, freePort, startServer, writeConfig } from '../support/server.ts';
import { vectorReceiver } from '../support/vector.ts';

test('Vector goes away, the server is killed meanwhile, Vector comes back: every notification arrives', async () => {
  const vector = await vectorReceiver();
  const folder = temporaryFolder();
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const config = writeConfig(folder, {
    server: { port },
    prometheus: { enabled: true },
    alarms: { tick_seconds: 1 },
    notifications: { vector: { url: vector.url, timeout_seconds: 1, open_after_seconds: 1 } },
  });
  const cli = async (...args: string[]) => JSON.parse((await runVitals(...args, '--config', config, '--json')).stdout);
  const { jwt } = await cli('credential', 'issue', '--role', 'admin', '--name', 'ada');
  const mint = (name: string): Promise<{ token: { id: string }; secret: string }> =>
    cli('token', 'create', '--name', name);

  async function api<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const headers = { ...bearer(jwt), ...(body && { 'content-type': 'application/json' }) };
    const answer = await fetch(origin + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
    return (await answer.json()) as Answer;
  }
  const alarms = async (ruleId: string): Promise<Alarm[]> =>
    (await api<{ items: Alarm[] }>('GET', '/api/alarms?limit=200')).items.filter((one) => one.ruleId === ruleId);

  let server = await startServer(config);
  const { secret } = await mint('Prometheus');
  async function metric(series: string): Promise<number> {
    const answer = await fetch(`${origin}/api/metrics/prometheus`, { headers: bearer(secret) });
    const line = (await answer.text()).split('\n').find((one) => one.startsWith(`dhcp_dpi_${series} `));
    return Number(line?.split(' ').at(-1));
  }

  const { items } = await api<{ items: AlarmRule[] }>('GET', '/api/alarm-rules');
  const { name, severity, enabled, channels, condition } = items.find(({ id }) => id === 'vector-breaker-open')!;
  const quick = { name, severity, enabled, channels, condition: { ...condition, forSeconds: 0 } };
  await api('PUT', '/api/alarm-rules/vector-breaker-open', quick);
  const minted = ruleBody(tokenCreated, { name: 'Minted', severity: 'critical', channels: ['bell', 'vector'] });
  const { rule } = await api<{ rule: AlarmRule }>('POST', '/api/alarm-rules', minted);

  await mint('While all is well');
  await eventually('Vector is told', () => vector.accepted().length === 1);
  expect(await metric('vector_circuit_breaker_open')).toBe(0);

  await vector.away();
  for (let i = 1; i <= 3; i++) await mint(`While Vector is away ${i}`);
  await eventually('the breaker is open', async () => (await metric('vector_circuit_breaker_open')) === 1);
  await eventually('the queue has grown', async () => (await metric('notification_queue_depth')) === 3);
  const [fired] = await eventually('the alarm fires', async () => {
    const found = await alarms('vector-breaker-open');
    return found.length > 0 && found;
  });
  expect(fired).toMatchObject({ state: 'firing', severity: 'warning' });
  expect(await metric('notifications_delivered_total{channel="vector",result="error"}')).toBeGreaterThan(0);

  await server.kill('SIGKILL');
  await mint('While nothing runs');
  server = await startServer(config);
  expect(await alarms('vector-breaker-open')).toMatchObject([{ id: fired!.id, state: 'firing' }]);
  expect(await metric('vector_circuit_breaker_open')).toBe(1);
  await eventually('what was minted meanwhile is an alarm, too', async () => (await alarms(rule.id)).length === 5);

  await vector.back();
  await eventually('the breaker is closed', async () => (await metric('vector_circuit_breaker_open')) === 0);
  await eventually('the queue is empty', async () => (await metric('notification_queue_depth')) === 0);
  await eventually(
    'the alarm has resolved',
    async () => (await alarms('vector-breaker-open'))[0]?.state === 'resolved',
  );
  expect(await alarms('vector-breaker-open')).toHaveLength(1);

  const reported = new Map(vector.accepted().map((line) => [line.idempotencyKey, line]));
  const openings = [...reported.values()].filter(({ kind }) => kind === 'alarm.opened').map(({ alarmId }) => alarmId);
  const opened = (await alarms(rule.id)).map(({ id }) => id);
  expect(openings.sort()).toEqual(opened.sort());
  expect(await server.kill('SIGTERM')).toBe(0);
});

test('a critical rule on token creation fires once per token, rings the bell and reaches Vector, each once', async () => {
  const vector = await vectorReceiver();
  const appliance = await startAppliance(join(temporaryFolder(), 'appliance'), {
    settings: {
      alarms: { tick_seconds: 1 },
      notifications: { vector: { url: vector.url, timeout_seconds: 1 } },
    },
  });
  const body = ruleBody(tokenCreated, { name: 'Minted', severity: 'critical', channels: ['bell', 'vector'] });
  const { rule } = (await appliance.api<{ rule: AlarmRule }>('admin', '/api/alarm-rules', body)).body;
  const opened = async () => {
    const { items } = (await appliance.api<{ items: Alarm[] }>('admin', '/api/alarms?limit=200')).body;
    return items.filter(({ ruleId }) => ruleId === rule.id);
  };
  const tickAge = async () => {
    const { body: health } = await appliance.api<Health>('admin', '/api/health');
    return health.alarmEngineTickAgeSeconds ?? NaN;
  };
  const reported = () => vector.requests.flatMap(({ lines }) => lines);

  vector.answer('hang'); // so that it is told again of what it may have taken
  await appliance.api('admin', '/api/tokens', { name: 'By the API' });
  await runVitals('token', 'create', '--name', 'By the command line', '--config', appliance.config);
  await eventually('each has an alarm', async () => (await opened()).length === 2);
  await eventually('Vector is told more than once', () => vector.requests.length > 1);
  vector.answer(200);
  await eventually('Vector has both', () => new Set(vector.accepted().map(({ alarmId }) => alarmId)).size === 2);

  for (let ticks = 0; ticks < 3; ticks += 1) {
    const aged = await eventually('the last tick ages', tickAge);
    await eventually('another tick', async () => (await tickAge()) < aged);
  }
  const alarms = await opened();
  expect(alarms).toMatchObject([
    { severity: 'critical', state: 'firing' },
    { severity: 'critical', state: 'firing' },
  ]);
  const ids = alarms.map(({ id }) => id).sort();
  const { items } = (await appliance.api<{ items: Notification[] }>('admin', '/api/notifications?limit=200')).body;
  const rung = items.filter(({ title }) => title === 'Minted');
  expect(rung.map(({ kind, severity }) => [kind, severity])).toEqual(ids.map(() => ['alarm.opened', 'critical']));
  expect(rung.map(({ alarmId }) => alarmId).sort()).toEqual(ids);
  const once = new Map(reported().map((line) => [line.idempotencyKey, line.alarmId]));
  expect([...once.values()].sort()).toEqual(ids);
  expect(reported().length).toBeGreaterThan(once.size);
});
