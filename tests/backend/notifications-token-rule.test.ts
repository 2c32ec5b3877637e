import { expect, test } from 'vitest';
import type { AlarmRule } from '../../contract/api.ts';
import { addRule, alarms, queued, quietApp, ruleBody, testEngine, ticks, tokenCreated } from '../support/alarms.ts';
import { actor, testApp, type TestApp } from '../support/app.ts';
import { delivery } from '../support/notifications.ts';
import { eventually } from '../support/server.ts';
import { vectorReceiver } from '../support/vector.ts';

/** Changes a built-in rule as an administrator does it. */
async function changeRule({ services }: TestApp, id: string, part: Partial<AlarmRule>): Promise<void> {
  const rule = (await services.rules.list()).items.find((each) => each.id === id);
  if (!rule) throw new Error(`there is no rule ${id}`);
  const { name, severity, enabled, channels, condition } = { ...rule, ...part };
  await services.rules.change(id, { name, severity, enabled, channels, condition }, actor);
}

test('as delivered, the bell tells of a token that is created, rotated and revoked, and no alarm opens', async () => {
  const it = await testApp();
  const engine = testEngine(it);
  await engine.tick();
  const { token } = await it.services.tokens.create({ name: 'First' }, actor);
  await it.services.tokens.rotate(token.id, { grace: 3600 }, actor);
  await it.services.tokens.revoke(token.id, actor);
  await ticks(engine, it, 3);
  expect(await queued(it)).toEqual([
    { kind: 'token.created', title: 'Scrape token created', text: 'The scrape token “First” was created.' },
    { kind: 'token.rotated', title: 'Scrape token rotated', text: 'The scrape token “First” got a successor.' },
    { kind: 'token.revoked', title: 'Scrape token revoked', text: 'The scrape token “First” was revoked.' },
  ]);
  expect(await alarms(it)).toEqual([]);
});

test.each([
  ['is off', { enabled: false }],
  ['has no channel', { channels: [] }],
])('a rule that %s tells nothing, and the others go on', async (_, part) => {
  const it = await testApp();
  await changeRule(it, 'token-created', part);
  const { token } = await it.services.tokens.create({ name: 'First' }, actor);
  await it.services.tokens.revoke(token.id, actor);
  expect((await queued(it)).map(({ kind }) => kind)).toEqual(['token.revoked']);
});

test('a rule tells with its severity and on its channels', async () => {
  const vector = await vectorReceiver();
  const it = await testApp({ settings: { notifications: { vector: { url: vector.url } } } });
  await changeRule(it, 'token-created', { severity: 'critical', channels: ['vector'] });
  await it.mint('First');
  expect(await queued(it)).toEqual([]);
  const { depth } = delivery(it, vector);
  await eventually('all is delivered', async () => (await depth()).waiting === 0);
  expect(vector.accepted()).toMatchObject([{ kind: 'token.created', severity: 'critical', alarmId: null }]);
});

test('no rule of one’s own tells without an alarm', async () => {
  const it = await testApp();
  const condition = { kind: 'token_notice', event: 'token.created' } as const;
  await expect(addRule(it, ruleBody(condition))).rejects.toMatchObject({ code: 'invalid_request' });
});

test('a critical rule on the audit event opens an alarm once per token, and is all that tells where the built-in one is off', async () => {
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
    { kind: 'alarm.opened', title: 'Minted' },
    { kind: 'alarm.opened', title: 'Minted' },
  ]);

  const { state, depth } = delivery(it, vector);
  await eventually('all is delivered', async () => (await depth()).waiting === 0);
  expect(state.delivered).toEqual({ vector: { ok: 2, error: 0 }, bell: { ok: 2, error: 0 } });
  const reported = vector.accepted();
  expect(reported.map(({ alarmId }) => alarmId).sort()).toEqual(opened.sort());
  for (const one of reported)
    expect(one).toMatchObject({ kind: 'alarm.opened', severity: 'critical', title: 'Minted' });
});
