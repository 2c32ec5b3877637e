import { describe, expect, test } from 'vitest';
import type { RotateTokenBody } from '../../contract/api.ts';
import { createIdleTime } from '../../backend/tokens/usage/idle-time.ts';
import { actor, testApp, type TestApp } from '../support/app.ts';
import { queued } from '../support/alarms.ts';
import { breakInserts, rawConnection } from '../support/services.ts';
import { MINUTE, pass, scrape, story, testMaintenance, TICK } from '../support/tokens.ts';

/** A token that was scraped with every so often, and its rotation. */
async function rotating(intervalMs = 30_000, latestAt?: string) {
  const t = await testApp();
  const maintenance = testMaintenance(t);
  const old = await t.mint();
  for (let i = 0; i < 5; i++) {
    if (i > 0) await pass(t, maintenance, intervalMs);
    await scrape(t, old.secret);
  }
  const body: RotateTokenBody = { grace: 'observed', ...(latestAt !== undefined && { latestAt }) };
  const { token, secret } = await t.services.tokens.rotate(old.id, body, actor);
  await maintenance.run();
  return { t, maintenance, old, next: { id: token.id, secret } };
}

const statusOf = async ({ services }: TestApp, { id }: { id: string }) => (await services.tokens.get(id)).status;
const progressOf = async ({ services }: TestApp, { id }: { id: string }) =>
  (await services.tokens.rotation(id)).progress;

test('the predecessor is revoked by itself once the successor is used and it was idle for ten minutes', async () => {
  const { t, maintenance, old, next } = await rotating();
  await pass(t, maintenance, 20 * MINUTE);
  expect(await progressOf(t, old)).toMatchObject({ waitingFor: 'successor', successorUsedAt: null, silentSeconds: 0 });
  expect(await scrape(t, old.secret)).toBe(200);

  await scrape(t, next.secret);
  await pass(t, maintenance, 9 * MINUTE);
  expect(await progressOf(t, next)).toMatchObject({
    predecessorId: old.id,
    successorId: next.id,
    waitingFor: 'silence',
    successorUsedAt: '2027-01-01T00:22:00.000Z',
    silentSeconds: 9 * 60 - 30, // the ticks around its last use do not count
    silentSecondsNeeded: 600,
    latestAt: null,
  });
  await pass(t, maintenance, MINUTE + TICK);
  expect(await statusOf(t, old)).toBe('active');
  await pass(t, maintenance, TICK);
  expect(await t.services.tokens.get(old.id)).toMatchObject({ status: 'revoked', revokedBy: 'rotation' });
  expect(await scrape(t, next.secret)).toBe(200);
  expect((await story(t)).at(-1)).toMatchObject({
    event: 'token.revoked',
    via: 'system',
    target: old.id,
    details: { name: 'Prometheus', reason: 'rotation', successor: next.id },
  });
  expect((await queued(t)).at(-1)).toMatchObject({ kind: 'token.revoked' });
  expect(await progressOf(t, old)).toBeNull();
  expect((await t.services.tokens.rotation(next.id)).chain.map(({ id }) => id)).toEqual([old.id, next.id]);
});

test('one that scrapes every five minutes has to be idle for three times that', async () => {
  const { t, maintenance, old, next } = await rotating(5 * MINUTE);
  await scrape(t, next.secret);
  expect(await progressOf(t, old)).toMatchObject({ silentSecondsNeeded: 15 * 60 });
  await pass(t, maintenance, 15 * MINUTE);
  expect(await statusOf(t, old)).toBe('active');
  await pass(t, maintenance, TICK);
  expect(await statusOf(t, old)).toBe('revoked');
});

test('the slowest of its consumers counts, known from before a restart too', async () => {
  const { t: first, maintenance: ticks, old, next } = await rotating(20 * MINUTE);
  for (let i = 0; i < 5; i++) {
    await pass(first, ticks, 30_000);
    await scrape(first, old.secret, { ip: '192.0.2.2' });
  }
  await first.services.tokens.maintain(0);
  const t = await testApp({ folder: first.folder, clock: first.clock });
  expect(await progressOf(t, next)).toMatchObject({ silentSecondsNeeded: 60 * 60 });
});

test('as long as anybody scrapes with the predecessor it stays, however long the successor has been in use', async () => {
  const { t, maintenance, old, next } = await rotating();
  for (let i = 0; i < 12; i++) {
    await scrape(t, next.secret);
    await pass(t, maintenance, 9 * MINUTE);
    expect(await scrape(t, old.secret)).toBe(200);
  }
  expect(await progressOf(t, old)).toMatchObject({ waitingFor: 'silence', silentSeconds: 0 });
});

test('a scrape that was let in and could not be answered ends the idle time', async () => {
  const { t, maintenance, old, next } = await rotating();
  await scrape(t, next.secret);
  for (let i = 0; i < 3; i++) {
    await pass(t, maintenance, 9 * MINUTE);
    expect(await t.services.tokens.verify(old.secret)).toMatchObject({ ok: true });
  }
  expect(await statusOf(t, old)).toBe('active');
});

test('a use that another process has written ends the idle time', async () => {
  const { t, maintenance, old, next } = await rotating();
  await scrape(t, next.secret);
  for (let i = 0; i < 3; i++) {
    await pass(t, maintenance, 9 * MINUTE);
    rawConnection(t.config)
      .prepare('update scrape_tokens set last_used_at = ? where id = ?')
      .run(t.clock.now(), old.id);
  }
  await pass(t, maintenance, 9 * MINUTE);
  expect(await statusOf(t, old)).toBe('active');
});

describe('time in which nobody could have scraped is no idle time:', () => {
  test('the backend was down', async () => {
    const { t: first, maintenance: ticks, old, next } = await rotating();
    await scrape(first, next.secret);
    await pass(first, ticks, 9 * MINUTE);
    first.clock.advance(60 * MINUTE);
    const t = await testApp({ folder: first.folder, clock: first.clock });
    const maintenance = testMaintenance(t);
    await pass(t, maintenance, 10 * MINUTE);
    expect(await statusOf(t, old)).toBe('active');
    await pass(t, maintenance, 2 * TICK);
    expect(await statusOf(t, old)).toBe('revoked');
  });

  test('the process stood still', async () => {
    const { t, maintenance, old, next } = await rotating();
    await scrape(t, next.secret);
    await pass(t, maintenance, MINUTE);
    t.clock.advance(60 * MINUTE);
    await maintenance.run();
    expect(await progressOf(t, old)).toMatchObject({ silentSeconds: 60 - 15 + 15 });
  });

  test('the database could not be asked', async () => {
    const { t, maintenance, old, next } = await rotating();
    await scrape(t, next.secret);
    await pass(t, maintenance, MINUTE);
    const raw = rawConnection(t.config);
    raw.exec('alter table token_rotations rename to elsewhere');
    await expect(pass(t, maintenance, TICK)).rejects.toThrow('token_rotations');
    raw.exec('alter table elsewhere rename to token_rotations');
    await maintenance.run();
    expect(await progressOf(t, old)).toMatchObject({ silentSeconds: 60 - 15 });
  });

  test('the wall clock stepped', async () => {
    const { t, maintenance, old, next } = await rotating();
    await scrape(t, next.secret);
    await pass(t, maintenance, MINUTE);
    t.clock.step(24 * 60 * MINUTE);
    await maintenance.run();
    expect(await progressOf(t, old)).toMatchObject({ silentSeconds: 60 - 15 });
  });
});

test('at its latest date the predecessor ends in any case', async () => {
  const { t, maintenance, old, next } = await rotating(30_000, '2027-01-01T06:00:00Z');
  t.clock.advance(Date.parse('2027-01-01T06:00:00Z') - t.clock.now() - 1);
  await maintenance.run();
  expect(await scrape(t, old.secret)).toBe(200);
  t.clock.advance(1);
  await maintenance.run();
  expect(await scrape(t, old.secret)).toBe(401);
  expect(await statusOf(t, next)).toBe('active');
});

test('uses that wait in memory are written before anything is decided', async () => {
  const { t, maintenance, old, next } = await rotating();
  const mend = breakInserts(t.config, 'token_observations');
  await scrape(t, next.secret);
  await pass(t, maintenance, TICK);
  const lastUse = rawConnection(t.config).prepare('select last_used_at from scrape_tokens where id = ?').pluck();
  expect(lastUse.get(next.id)).toBeNull();
  mend();
  await pass(t, maintenance, TICK);
  expect(lastUse.get(next.id)).toBe(t.clock.now() - 2 * TICK);
  await pass(t, maintenance, 11 * MINUTE);
  expect(await statusOf(t, old)).toBe('revoked');
});

test('idle time is certain: of the time between two counts of which one saw the token, nothing is idle', () => {
  const idleTime = createIdleTime();
  idleTime.served(1000);
  expect(idleTime.of('a')).toBe(1000);
  idleTime.seen('a');
  expect(idleTime.of('a')).toBe(0);
  idleTime.served(1000);
  expect(idleTime.of('a')).toBe(0);
  idleTime.served(1000);
  expect([idleTime.of('a'), idleTime.of('b')]).toEqual([1000, 3000]);
});
