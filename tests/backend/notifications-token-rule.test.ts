import { expect, test } from 'vitest';
import { addRule, alarms, queued, quietApp, ruleBody, testEngine, ticks, tokenCreated } from '../support/alarms.ts';
import { delivery } from '../support/notifications.ts';
import { eventually } from '../support/server.ts';
import { vectorReceiver } from '../support/vector.ts';

test('a critical rule on token creation fires once per token, rings the bell and reaches Vector', async () => {
  const vector = await vectorReceiver();
  const it = await quietApp({ settings: { notifications: { vector: { url: vector.url } } } });
  const engine = testEngine(it);
  await addRule(it, ruleBody(tokenCreated, { name: 'Minted', severity: 'critical', channels: ['bell', 'vector'] }));
  await it.mint('First');
  await it.mint('Second');
  await ticks(engine, it, 3);

  const opened = (await alarms(it)).map(({ id }) => id);
  expect(opened).toHaveLength(2);
  expect(await queued(it)).toMatchObject([
    { kind: 'token.created', text: 'The scrape token “First” was created.' },
    { kind: 'token.created', text: 'The scrape token “Second” was created.' },
    { kind: 'alarm.opened', title: 'Minted' },
    { kind: 'alarm.opened', title: 'Minted' },
  ]);

  const { state, depth } = delivery(it, vector);
  await eventually('all is delivered', async () => (await depth()).waiting === 0);
  expect(state.delivered).toEqual({ vector: { ok: 2, error: 0 }, bell: { ok: 4, error: 0 } });
  const told = vector.accepted();
  expect(told.map(({ alarmId }) => alarmId).sort()).toEqual(opened.sort());
  for (const one of told) expect(one).toMatchObject({ kind: 'alarm.opened', severity: 'critical', title: 'Minted' });
});
