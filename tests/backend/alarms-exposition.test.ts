import { expect, test } from 'vitest';
import { actor, bearer, testApp, type TestApp } from '../support/app.ts';
import { addRule, alarms, breakerOpen, quietApp, ruleBody, testEngine, ticks } from '../support/alarms.ts';

/** The families of alarms and notifications on the wire, without the namespace. */
async function scrape(it: TestApp, secret: string): Promise<string[]> {
  const { body } = await it.app.inject({ url: '/api/metrics/prometheus', headers: bearer(secret) });
  const ours = /^dhcp_dpi_(alarm|notification|vector|quarantined)/;
  return body.split('\n').flatMap((line) => (ours.test(line) ? [line.replace('dhcp_dpi_', '')] : []));
}

test('every series is there from the first scrape, at zero', async () => {
  const it = await testApp();
  const { secret } = await it.mint();
  await testEngine(it).tick();
  it.clock.advance(7_000);
  expect(await scrape(it, secret)).toEqual([
    'alarms_active{severity="critical"} 0',
    'alarms_active{severity="warning"} 0',
    'alarms_active{severity="info"} 0',
    'alarms_state_transitions_total{from="firing",to="acknowledged"} 0',
    'alarms_state_transitions_total{from="firing",to="resolved"} 0',
    'alarms_state_transitions_total{from="acknowledged",to="resolved"} 0',
    'alarm_engine_tick_age_seconds 7',
    `alarm_engine_last_tick_timestamp_seconds ${Date.parse('2027-01-01T00:00:00Z') / 1000}`,
    'notifications_delivered_total{channel="vector",result="ok"} 0',
    'notifications_delivered_total{channel="vector",result="error"} 0',
    'notifications_delivered_total{channel="bell",result="ok"} 0',
    'notifications_delivered_total{channel="bell",result="error"} 0',
    'notification_queue_depth 1',
    'vector_circuit_breaker_open 0',
    'quarantined_total{kind="notification"} 0',
    'quarantined_total{kind="ingest"} 0',
  ]);
});

test('alarms move their own series and no other; what another process does counts, too', async () => {
  const it = await quietApp();
  const { secret } = await it.mint();
  const engine = testEngine(it);
  await addRule(it, ruleBody(breakerOpen, { severity: 'critical', channels: [] }));
  await ticks(engine, it);
  const before = await scrape(it, secret);
  const moved = async () =>
    (await scrape(it, secret)).filter((line) => !before.includes(line) && !line.includes('tick'));

  it.services.metrics.notifications.breakerOpen = true;
  await ticks(engine, it);
  expect(await moved()).toEqual(['alarms_active{severity="critical"} 1', 'vector_circuit_breaker_open 1']);
  const other = await testApp({ folder: it.folder, clock: it.clock });
  await other.services.alarms.acknowledge((await alarms(it))[0]!.id, actor);
  expect(await moved()).toEqual([
    'alarms_active{severity="critical"} 1',
    'alarms_state_transitions_total{from="firing",to="acknowledged"} 1',
    'vector_circuit_breaker_open 1',
  ]);
  it.services.metrics.notifications.breakerOpen = false;
  await ticks(engine, it);
  expect(await moved()).toEqual([
    'alarms_state_transitions_total{from="firing",to="acknowledged"} 1',
    'alarms_state_transitions_total{from="acknowledged",to="resolved"} 1',
  ]);
});

test('the age goes by the monotonic clock: a step of the wall clock does not show', async () => {
  const it = await testApp();
  const { secret } = await it.mint();
  await testEngine(it).tick();
  it.clock.advance(3_000);
  it.clock.step(-3_600_000);
  expect(await scrape(it, secret)).toContain('alarm_engine_tick_age_seconds 3');
});
