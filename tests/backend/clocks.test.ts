/** What goes by a clock, under each way in which a wall clock is set while the process runs. */
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createIdentityVerifier } from '../../backend/auth/grafana-identity.ts';
import type { Refusal } from '../../backend/http/refusal.ts';
import { createLogLimit } from '../../backend/lib/log-limit.ts';
import { silentLogger } from '../../backend/lib/logger.ts';
import { insertBell } from '../../backend/notifications/store.ts';
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
import { actor, bearer, testApp } from '../support/app.ts';
import { fakeClock, type FakeClock } from '../support/clock.ts';
import { testSpooler } from '../support/ingest.ts';
import { identity, ISSUER, keyServer, ORG_ID, signingKey, type SigningKey } from '../support/jwks.ts';
import { DAY_MS, engineSaw, record, storedRows, testRetention } from '../support/retention.ts';
import { rawConnection, testServices } from '../support/services.ts';
import { MINUTE, pass, scrape, scrapeFrom, testMaintenance, TICK } from '../support/tokens.ts';

const HOUR = 3_600_000;
const RIGHT = Date.parse('2027-01-01T00:00:00Z');
const BOOT_1970 = 5_000;

const walks = [
  { walk: 'an hour on', start: RIGHT, by: HOUR },
  { walk: 'an hour back', start: RIGHT, by: -HOUR },
  { walk: 'a day back', start: RIGHT, by: -DAY_MS },
  { walk: 'from 1970 at boot to the right time', start: BOOT_1970, by: RIGHT - BOOT_1970 },
  { walk: 'a leap second back, in a tick', start: RIGHT, by: -1000 },
];

describe.each(walks)('a clock that is set $walk', ({ start, by }) => {
  const clockBefore = (): FakeClock => fakeClock(start);

  test('moves the start of the process along, and afterwards it is one number again', async () => {
    const clock = clockBefore();
    const { services } = await testServices({ clock });
    const startTime = () => services.metrics.feeds.processStartTime({}) ?? NaN;
    const before = startTime();
    clock.advance(90_000);
    expect(startTime()).toBe(before);
    clock.step(by);
    const after = startTime();
    expect(after).toBeCloseTo(before + by / 1000, 2);
    clock.advance(90_000);
    expect(startTime()).toBe(after);
  });

  test('leaves no last use, of a token or a credential, that the next one does not replace', async () => {
    const t = await testApp({ clock: clockBefore() });
    const { id } = await t.mint();
    const use = (ip: string) => t.services.tokens.recordUse(id, scrapeFrom(ip, ip));
    const { credential } = await t.services.credentials.issue({ role: 'viewer', name: 'v', ttlSeconds: 60 }, actor);
    use('192.0.2.1');
    t.services.credentials.recordUse(credential.id, '192.0.2.1');
    await t.services.tokens.maintain(0);
    t.clock.step(by);
    t.clock.advance(10);
    use('192.0.2.2');
    t.services.credentials.recordUse(credential.id, '192.0.2.2');
    await t.services.tokens.maintain(0);
    await t.services.credentials.close();
    const raw = rawConnection(t.config);
    const last = { last_used_at: t.clock.now(), last_ip: '192.0.2.2' };
    expect(raw.prepare('select last_used_at, last_ip from scrape_tokens').all()).toEqual([last]);
    expect(raw.prepare('select last_used_at, last_ip from credentials').all()).toEqual([last]);
    const seen = raw.prepare('select max(first_at, last_at) as at from token_consumers').all() as { at: number }[];
    for (const { at } of seen) expect(at).toBeLessThanOrEqual(t.clock.now());
  });

  test('refuses no user of Grafana whose identity is right by the clock as it is, and a new key only for a minute', async () => {
    const clock = clockBefore();
    const [key, next] = [await signingKey('first'), await signingKey('next')];
    const server = await keyServer(key);
    const settings = { jwks_url: server.url, issuer: ISSUER, org_id: ORG_ID, trust_context: false };
    const verify = createIdentityVerifier({ settings, clock, logLimit: createLogLimit(silentLogger, clock) });
    const ask = async (signer: SigningKey) =>
      verify({ id: [await identity(signer, clock.now() + 10_000)], context: [] }).then(
        ({ name }) => name,
        (error: unknown) => (error as Refusal).code,
      );
    expect(await ask(key)).toBe('ada');
    server.publish(key, next);
    clock.step(by);
    expect(await ask(key)).toBe('ada');
    clock.advance(59_999);
    expect(await ask(next)).toBe('identity_not_verified');
    clock.advance(1);
    expect(await ask(next)).toBe('ada');
  });

  test('changes no rotation’s grace', async () => {
    const t = await testApp({ clock: clockBefore() });
    const maintenance = testMaintenance(t);
    const { id, secret } = await t.mint();
    await t.services.tokens.rotate(id, { grace: 600 }, actor);
    await pass(t, maintenance, 5 * MINUTE);
    t.clock.step(by);
    await pass(t, maintenance, 5 * MINUTE - TICK);
    expect(await scrape(t, secret)).toBe(200);
    await pass(t, maintenance, TICK);
    expect(await scrape(t, secret)).toBe(401);
  });

  test('changes no grace of a rotation that begins before anybody has seen that it was set', async () => {
    const t = await testApp({ clock: clockBefore() });
    const maintenance = testMaintenance(t);
    const { id, secret } = await t.mint();
    t.clock.step(by);
    await t.services.tokens.rotate(id, { grace: 600 }, actor);
    await pass(t, maintenance, 10 * MINUTE - TICK);
    expect(await scrape(t, secret)).toBe(200);
    await pass(t, maintenance, TICK);
    expect(await scrape(t, secret)).toBe(401);
  });

  test('changes nothing of how long a condition has to hold until its alarm opens', async () => {
    const it = await quietApp({ clock: clockBefore() });
    const engine = testEngine(it);
    await addRule(it, ruleBody({ ...breakerOpen, forSeconds: 60 } as typeof breakerOpen));
    it.services.metrics.notifications.breakerOpen = true;
    await ticks(engine, it, 2);
    it.clock.step(by);
    await ticks(engine, it, 2);
    expect(await alarms(it)).toEqual([]);
    await ticks(engine, it);
    expect(await alarms(it)).toMatchObject([{ state: 'firing' }]);
  });

  test('changes nothing of how long an event’s alarm lasts', async () => {
    const it = await quietApp({ clock: clockBefore() });
    const engine = testEngine(it);
    await addRule(it, ruleBody(tokenCreated));
    await ticks(engine, it);
    await it.mint();
    await ticks(engine, it);
    it.clock.step(by);
    await ticks(engine, it, 3);
    expect(await alarms(it)).toMatchObject([{ state: 'firing' }]);
    await ticks(engine, it);
    expect(await alarms(it)).toMatchObject([{ state: 'resolved' }]);
  });

  test('holds no alarm about several events beyond their window', async () => {
    const it = await quietApp({ clock: clockBefore() });
    const engine = testEngine(it);
    const condition = { ...tokenCreated, atLeast: 2 } as typeof tokenCreated;
    await addRule(it, ruleBody(condition));
    await it.mint();
    await it.mint();
    await ticks(engine, it);
    expect(await alarms(it)).toMatchObject([{ state: 'firing' }]);
    it.clock.step(by);
    await ticks(engine, it, 4);
    expect(await alarms(it)).toMatchObject([{ state: 'resolved' }]);
    expect((await it.services.previewRule(condition)).wouldFire).toEqual([]);
  });

  test('lengthens no session', async () => {
    const t = await testApp({ clock: clockBefore() });
    const jwt = await t.jwt('viewer');
    const status = async () => (await t.app.inject({ url: '/api/health', headers: bearer(jwt) })).statusCode;
    expect(await status()).toBe(200);
    t.clock.step(by);
    t.clock.advance(HOUR - 1000);
    if (by < 0) expect(await status()).toBe(200);
    t.clock.advance(1000);
    expect(await status()).toBe(401);
    const { items } = await t.services.credentials.list({ limit: 9 });
    expect(items).toMatchObject([{ status: 'expired' }]);
  });

  test('frees nobody who is throttled, and holds nobody for longer', async () => {
    const t = await testApp({ clock: clockBefore() });
    const fail = async () => {
      const { statusCode, headers } = await t.app.inject({ url: '/api/health', headers: bearer('x') });
      return [statusCode, headers['retry-after']];
    };
    for (let attempt = 0; attempt < 20; attempt++) expect(await fail()).toEqual([401, undefined]);
    const [status, wait] = await fail();
    expect(status).toBe(429);
    t.clock.step(by);
    expect(await fail()).toEqual([429, wait]);
    t.clock.advance(Number(wait) * 1000);
    expect(await fail()).toEqual([401, undefined]);
  });

  test('forgets no Idempotency-Key early, and lets no row wait in the spool', async () => {
    const clock = clockBefore();
    const { spooler } = testSpooler({ clock });
    const request = { stream: 'set-stats', credentialId: 'crd', encoding: 'identity' } as const;
    const send = async (text: string, idempotencyKey?: string) =>
      (await spooler.accept({ ...request, idempotencyKey }, Readable.from([Buffer.from(text)]))).batchId;
    const first = await send('\n', 'batch-1');
    await send(JSON.stringify({ ts: clock.now(), set: 'leases', size: 1 }));
    clock.step(by);
    clock.advance(2000);
    expect(await spooler.next('set-stats', [])).toMatchObject({ rows: 1 });
    clock.advance(DAY_MS - 2001);
    expect(await send('\n', 'batch-1')).toBe(first);
    clock.advance(1);
    expect(await send('\n', 'batch-1')).not.toBe(first);
  });

  test('makes no event, and no notification, old that is young', async () => {
    const t = await testApp({ clock: clockBefore() });
    const retention = testRetention(t);
    await record(t, 2);
    await t.services.database.transaction((tx) => insertBell(tx, [notification(t.clock.now())]));
    t.clock.step(by);
    await record(t, 1);
    await engineSaw(t);
    const bell = () => t.services.database.read.selectFrom('bell_notifications').select('seq').execute();
    for (let day = 0; day < 9; day++) {
      if (day === 2) await record(t, 1);
      await retention.runNow();
      t.clock.advance(DAY_MS);
    }
    expect(await storedRows(t)).toEqual([1, 2, 3, 4]);
    expect(await bell()).toHaveLength(1);
    t.clock.advance(4 * DAY_MS);
    await engineSaw(t);
    await retention.runNow();
    expect(await storedRows(t)).toEqual([5]);
    expect(await bell()).toHaveLength(0);
  });
});

test('a start in 1970 moves along nothing that a clock before it has written', async () => {
  const before = await quietApp();
  const { id, secret } = await before.mint();
  await before.services.tokens.rotate(id, { grace: 60 }, actor);
  await addRule(before, ruleBody(tokenCreated));
  const first = testEngine(before);
  await first.tick();
  await before.mint();
  await first.tick();

  const t = await testApp({ folder: before.folder, clock: fakeClock(BOOT_1970) });
  const [engine, maintenance] = [testEngine(t), testMaintenance(t)];
  await engine.tick();
  await maintenance.run();
  t.clock.step(before.clock.now() + 45_000 - BOOT_1970);
  await engine.tick();
  await maintenance.run();
  expect(await scrape(t, secret)).toBe(200);
  expect(await alarms(t)).toMatchObject([{ state: 'firing' }]);
  t.clock.advance(TICK);
  await engine.tick();
  await maintenance.run();
  expect(await scrape(t, secret)).toBe(401);
  expect(await alarms(t)).toMatchObject([{ state: 'resolved' }]);
});

function notification(at: number) {
  const about = { alarm_id: null, token_id: null, reason: null, title: 'Title', text: 'Text' } as const;
  const kind = { kind: 'alarm.opened', severity: 'info', audience: 'all', channel: 'bell', state: 'queued' } as const;
  return { seq: 1, id: 'ntf_1', at, ...about, ...kind };
}
