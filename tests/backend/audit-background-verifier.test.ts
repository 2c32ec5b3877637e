import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { AuditVerification } from '../../contract/api.ts';
import { bearer, testApp } from '../support/app.ts';
import { rawConnection, testServices, type TestCore } from '../support/services.ts';
import { DAY_MS, engineSaw, eventEachDay, record, testRetention } from '../support/retention.ts';

const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  return () => vi.useRealTimers();
});

/** What the verifier says once its walk is over. */
function settled({ services }: Pick<TestCore, 'services'>): Promise<AuditVerification> {
  return vi.waitFor(async () => {
    const verification = await services.auditVerifier.verification();
    expect(verification.state).not.toBe('checking');
    return verification;
  });
}

/** A log of 350 rows, verified to its end, and another connection to tamper with it. */
async function verified() {
  const t = await testServices();
  await record(t, 350);
  t.services.auditVerifier.start();
  const first = await settled(t);
  return { t, first, raw: rawConnection(t.config), ask: () => t.services.auditVerifier.verification() };
}

test('before its first walk has ended it promises nothing', async () => {
  const t = await testServices();
  await record(t, 350);
  const nothing = { state: 'checking', verifiedUpTo: null, checkedAt: null, removedUpTo: null, problem: null };
  expect(await t.services.auditVerifier.verification()).toEqual(nothing);
  expect(await t.services.auditVerifier.restart()).toEqual(nothing);
});

test('a whole log is intact up to its last row, and what is added is looked at by whoever asks', async () => {
  const { t, first, ask } = await verified();
  expect(first).toEqual({
    state: 'intact',
    verifiedUpTo: { seq: 350, at: '2027-01-01T00:00:00.000Z' },
    checkedAt: '2027-01-01T00:00:00.000Z',
    removedUpTo: null,
    problem: null,
  });
  t.clock.advance(MINUTE);
  await record(t, 1);
  expect(await ask()).toMatchObject({
    verifiedUpTo: { seq: 351, at: '2027-01-01T00:01:00.000Z' },
    checkedAt: '2027-01-01T00:00:00.000Z',
  });
});

test('whoever asks waits for a bounded number of rows; the rest is looked at within the minute', async () => {
  const { t, ask } = await verified();
  await record(t, 1_500);
  expect(await ask()).toMatchObject({ state: 'intact', verifiedUpTo: { seq: 1_350 } });
  await record(t, 1_500);
  vi.advanceTimersByTime(MINUTE);
  await vi.waitFor(async () => {
    const { services } = t;
    expect((await services.auditVerifier.verification()).verifiedUpTo).toMatchObject({ seq: 3_350 });
  });
});

test('an empty log is intact', async () => {
  const t = await testServices();
  t.services.auditVerifier.start();
  expect(await settled(t)).toMatchObject({ state: 'intact', verifiedUpTo: null });
});

describe('what was tampered with is found', () => {
  test('in a row that was verified before: when it is asked to start again, in the words of the command line', async () => {
    const { t, raw, ask } = await verified();
    raw.exec(`update audit_events set body = replace(body, 'tester', 'nobody') where seq = 200`);
    expect(await ask()).toMatchObject({ state: 'intact' });
    expect(await t.services.auditVerifier.restart()).toMatchObject({ state: 'checking', verifiedUpTo: null });
    expect(await settled(t)).toMatchObject({
      state: 'broken',
      verifiedUpTo: { seq: 199 },
      problem: {
        seq: 200,
        problem: 'The audit log was tampered with at row 200: its hash does not fit its text and the row before it.',
      },
    });
    expect(t.logged()).toContain('the audit log was tampered with');
  });

  test('in such a row also by itself, within a day', async () => {
    const { t, raw, ask } = await verified();
    raw.exec(`update audit_events set body = replace(body, 'tester', 'nobody') where seq = 200`);
    t.clock.advance(DAY_MS - 1);
    vi.advanceTimersByTime(MINUTE);
    expect(await ask()).toMatchObject({ state: 'intact' });
    t.clock.advance(1);
    await vi.waitFor(async () => {
      vi.advanceTimersByTime(MINUTE);
      expect(await ask()).toMatchObject({ state: 'broken', problem: { seq: 200 } });
    });
  });

  test.each([
    ['a new row that does not fit', `update audit_events set actor = 'x' where seq = 351`, 351],
    ['an end that was cut off', 'delete from audit_events where seq > 340', 341],
    [
      'an end that was cut off, with the counts mended',
      `delete from audit_events where seq > 340; update running_totals set value = 340 where name = 'audit.token.created'`,
      341,
    ],
    ['everything removed', 'delete from audit_events', 1],
  ])('%s: by whoever asks next', async (_what, statement, seq) => {
    const { t, raw, ask } = await verified();
    await record(t, 1);
    raw.exec(statement);
    expect(await ask()).toMatchObject({ state: 'broken', problem: { seq } });
  });
});

test('broken stays broken, until a walk from the first row on finds it mended', async () => {
  const { t, raw, ask } = await verified();
  const swap = (from: string, to: string) =>
    raw.exec(`update audit_events set body = replace(body, '${from}', '${to}') where seq = 200`);
  swap('tester', 'nobody');
  await t.services.auditVerifier.restart();
  expect(await settled(t)).toMatchObject({ state: 'broken' });
  swap('nobody', 'tester');
  expect(await ask()).toMatchObject({ state: 'broken' });
  await t.services.auditVerifier.restart();
  expect(await settled(t)).toMatchObject({ state: 'intact', verifiedUpTo: { seq: 350 }, problem: null });
});

test('behind a checkpoint it starts there, and says what was removed', async () => {
  const t = await testServices();
  await eventEachDay(t, 20);
  await engineSaw(t);
  await testRetention(t).runNow();
  t.services.auditVerifier.start();
  expect(await settled(t)).toMatchObject({
    state: 'intact',
    verifiedUpTo: { seq: 21 },
    removedUpTo: { seq: 10, at: '2027-01-10T00:00:00.000Z' },
  });
  rawConnection(t.config).exec(`update audit_checkpoint set mac = 'x'`);
  await t.services.auditVerifier.restart();
  expect(await settled(t)).toMatchObject({ state: 'broken', problem: { seq: 10 } });
});

test('asked again and again, the last one counts; closed in the middle, it ends', async () => {
  const t = await testServices();
  await record(t, 2_000);
  const { auditVerifier } = t.services;
  for (let time = 0; time < 5; time++) await auditVerifier.restart();
  expect(await settled(t)).toMatchObject({ state: 'intact', verifiedUpTo: { seq: 2_000 } });
  auditVerifier.start();
  await auditVerifier.close();
  expect(vi.getTimerCount()).toBe(0);
});

test('a database that cannot be read breaks nothing: it is tried again', async () => {
  const t = await testServices();
  await record(t, 10);
  const raw = rawConnection(t.config);
  raw.exec('alter table audit_events rename to away');
  t.services.auditVerifier.start();
  await vi.waitFor(() => expect(t.logged()).toContain('audit log verification failed'));
  expect(await t.services.auditVerifier.verification()).toMatchObject({ state: 'checking', problem: null });
  raw.exec('alter table away rename to audit_events');
  vi.advanceTimersByTime(MINUTE);
  expect(await settled(t)).toMatchObject({ state: 'intact', verifiedUpTo: { seq: 10 } });
});

test('over HTTP: asked with GET, started again with POST, by administrators', async () => {
  const t = await testApp();
  const headers = bearer(await t.jwt('admin'));
  const ask = (method: 'GET' | 'POST') => t.app.inject({ method, url: '/api/audit/verification', headers });
  expect((await ask('GET')).json()).toMatchObject({ state: 'checking' });
  expect((await ask('POST')).json()).toMatchObject({ state: 'checking' });
  await vi.waitFor(async () => expect((await ask('GET')).json()).toMatchObject({ state: 'intact' }));
});
