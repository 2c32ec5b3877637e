import { describe, expect, test } from 'vitest';
import { BEGINNING, verifiedPages } from '../../backend/audit/chain-reader.ts';
import { createLogger } from '../../backend/lib/logger.ts';
import { auditKey, breakInserts, countedEvents, rawConnection, testServices } from '../support/services.ts';
import { engineSaw, eventEachDay, record, storedRows, testRetention } from '../support/retention.ts';
import { outside } from '../support/database.ts';

/** A log of twenty days, of which ten are kept; retention has run. */
async function pruned() {
  const t = await testServices();
  await eventEachDay(t, 20);
  const early = await t.services.audit.head();
  await engineSaw(t);
  await testRetention(t).runNow();
  return { t, early, raw: rawConnection(t.config), verify: () => t.services.audit.verify() };
}

test('what is older than the configuration says is removed from the front, and an event tells up to where', async () => {
  const { t, verify } = await pruned();
  expect(await storedRows(t)).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21]);
  const { items } = await t.services.audit.list({ limit: 1 });
  expect(items).toMatchObject([
    { seq: 21, event: 'audit.pruned', actor: null, via: 'system', ip: null, details: { upTo: 10, rows: 10 } },
  ]);
  expect(await verify()).toMatchObject({ ok: true, rows: 11, head: { seq: 21 }, removedUpTo: 10 });
});

test('a day later it goes on from there; where nothing is old enough it writes nothing', async () => {
  const { t, verify } = await pruned();
  await engineSaw(t);
  const retention = testRetention(t);
  await retention.runNow();
  expect((await storedRows(t)).at(-1)).toBe(21);
  t.clock.advance(24 * 3600 * 1000);
  await retention.runNow();
  expect((await storedRows(t))[0]).toBe(12);
  expect((await storedRows(t)).at(-1)).toBe(22);
  expect(await verify()).toMatchObject({ ok: true, rows: 11, removedUpTo: 11 });
});

test('many rows go in several transactions and are recorded by one event', async () => {
  const t = await testServices();
  await record(t, 1050);
  await eventEachDay(t, 20);
  await engineSaw(t);
  await testRetention(t).runNow();
  expect((await storedRows(t))[0]).toBe(1061);
  const { items } = await t.services.audit.list({ event: 'audit.pruned', limit: 9 });
  expect(items).toMatchObject([{ details: { upTo: 1060, rows: 1060 } }]);
});

test('the counters go on from where they were, and numbers are never given twice', async () => {
  const { t, verify } = await pruned();
  expect(await countedEvents(t.services)).toMatchObject({ 'token.created': 20, 'audit.pruned': 1 });
  const { audit } = await t.restart();
  expect(await countedEvents(t.services)).toMatchObject({ 'token.created': 20, 'audit.pruned': 1 });
  await record(t, 1);
  expect(await audit.head()).toMatchObject({ seq: 22 });
  expect(await verify()).toMatchObject({ ok: true, rows: 12 });
});

test('a row from a clock that ran ahead goes with those that come after it', async () => {
  const t = await testServices();
  await eventEachDay(t, 3);
  t.clock.step(1000 * 24 * 3600 * 1000);
  await record(t, 1);
  t.clock.step(-1000 * 24 * 3600 * 1000);
  await eventEachDay(t, 20);
  await engineSaw(t);
  await testRetention(t).runNow();
  expect((await storedRows(t))[0]).toBe(15);
});

test('rows of a start in 1970 in the midst of the log stay as long as the next one whose time is right', async () => {
  const t = await testServices();
  const day = 24 * 3600 * 1000;
  await eventEachDay(t, 11);
  const wrong = t.clock.now() - 5_000;
  t.clock.step(-wrong);
  await record(t, 2);
  t.clock.step(wrong);
  await record(t, 1);
  await engineSaw(t);
  const retention = testRetention(t);
  t.clock.advance(10 * day);
  await retention.runNow();
  expect((await storedRows(t)).slice(0, 3)).toEqual([12, 13, 14]);
  t.clock.advance(1);
  await engineSaw(t);
  await retention.runNow();
  expect((await storedRows(t))[0]).toBe(15);
  expect(await t.services.audit.verify()).toMatchObject({ ok: true, removedUpTo: 14 });
});

test('while the clock says a year before this software, nothing is removed', async () => {
  const t = await testServices();
  await eventEachDay(t, 20);
  await engineSaw(t);
  t.clock.step(5_000 - t.clock.now());
  const lines: object[] = [];
  const logger = createLogger({ write: (line: string) => void lines.push(JSON.parse(line) as object) });
  await testRetention(t, { logger }).runNow();
  expect((await storedRows(t))[0]).toBe(1);
  expect(lines).toMatchObject([{ msg: 'retention waits: the clock of this machine is not set yet' }]);
});

describe('a row stays, however old, until', () => {
  test('the alarm engine has looked at it', async () => {
    const t = await testServices();
    await eventEachDay(t, 20);
    const retention = testRetention(t);
    await retention.runNow();
    expect((await storedRows(t))[0]).toBe(1);
    await engineSaw(t, 4);
    await retention.runNow();
    expect((await storedRows(t))[0]).toBe(5);
  });

  test('ClickHouse has it, where the log is shipped there', async () => {
    const t = await testServices();
    await eventEachDay(t, 20);
    await engineSaw(t);
    await testRetention(t, { shippedUpTo: () => Promise.resolve(6) }).runNow();
    expect((await storedRows(t))[0]).toBe(7);
  });

  test('it is known what ClickHouse has', async () => {
    const t = await testServices();
    await eventEachDay(t, 20);
    await engineSaw(t);
    const lines: string[] = [];
    const logger = createLogger({ write: (line: string) => void lines.push(line) });
    await testRetention(t, { logger, shippedUpTo: () => Promise.reject(new Error('away')) }).runNow();
    expect(await storedRows(t)).toHaveLength(20);
    expect(lines.join('')).toContain('audit events could not be removed by retention');
  });
});

describe('all or nothing:', () => {
  test('where the event cannot be written nothing is removed', async () => {
    const t = await testServices();
    await eventEachDay(t, 20);
    await engineSaw(t);
    const mend = breakInserts(t.config, 'audit_checkpoint');
    await testRetention(t).runNow();
    expect(await storedRows(t)).toHaveLength(20);
    expect(await t.services.audit.verify()).toMatchObject({ ok: true, rows: 20 });
    mend();
    await testRetention(t).runNow();
    expect(await t.services.audit.verify()).toMatchObject({ ok: true, rows: 11 });
  });

  test('stopped before the rows themselves are gone, the log verifies, shows none of them, and the next run removes them', async () => {
    const t = await testServices();
    await eventEachDay(t, 20);
    await engineSaw(t);
    const connection = outside(t.config.database.url.slice('sqlite:'.length));
    connection.exec(`create trigger kept before delete on audit_events begin select raise(abort, 'killed here'); end`);
    await testRetention(t).runNow();
    expect(await storedRows(t)).toHaveLength(21);
    expect(await t.services.audit.verify()).toMatchObject({ ok: true, rows: 11, removedUpTo: 10 });
    expect((await t.services.audit.list({ limit: 200 })).items.map(({ seq }) => seq).at(-1)).toBe(11);
    connection.exec('drop trigger kept');
    await testRetention(t).runNow();
    expect((await storedRows(t))[0]).toBe(11);
    expect((await storedRows(t)).at(-1)).toBe(21);
  });
});

describe('a prefix that somebody tampered with is not signed for', () => {
  test.each([
    ['a changed text', `update audit_events set body = replace(body, 'tester', 'nobody') where seq = 5`],
    ['a row made old, so that it would go', `update audit_events set at = 0 where seq = 15`],
    ['a removed row', 'delete from audit_events where seq = 5'],
  ])('%s', async (_what, statement) => {
    const t = await testServices();
    await eventEachDay(t, 14);
    if (statement.includes('15')) await eventEachDay(t, 6);
    t.clock.advance(10 * 24 * 3600 * 1000);
    await engineSaw(t);
    rawConnection(t.config).exec(statement);
    const before = await storedRows(t);
    await testRetention(t).runNow();
    expect(await storedRows(t)).toEqual(before);
    expect(t.logged()).toMatch(/tampered with at row \d+: .*Nothing is removed from it/);
    expect(await t.services.audit.verify()).toMatchObject({ ok: false });
  });
});

describe('behind a checkpoint verify still finds', () => {
  const cases: [string, string, number, RegExp][] = [
    ['a checkpoint that was moved', 'update audit_checkpoint set seq = 12', 12, /checkpoint/],
    ['a changed hash of it', `update audit_checkpoint set hash = 'x'`, 10, /checkpoint/],
    ['a changed time of it', 'update audit_checkpoint set at = at + 1', 10, /checkpoint/],
    ['a signature that was made without the key', `update audit_checkpoint set mac = 'x'`, 10, /checkpoint/],
    ['a checkpoint taken away', 'delete from audit_checkpoint', 11, /row 1 is missing/],
    ['rows removed behind it', 'delete from audit_events where seq <= 13', 14, /row 11 is missing/],
    [
      'rows removed and the checkpoint moved after them',
      `delete from audit_events where seq <= 13;
      update audit_checkpoint set seq = 13, hash = 'x'`,
      13,
      /checkpoint/,
    ],
    ['the first row changed', `update audit_events set body = replace(body, 'tester', 'x') where seq = 11`, 11, /hash/],
    ['everything removed', 'delete from audit_events', 11, /ends at row 10, but 21 events/],
  ];
  test.each(cases)('%s', async (_what, statement, seq, problem) => {
    const { raw, verify } = await pruned();
    raw.exec(statement);
    expect(await verify()).toEqual({ ok: false, seq, problem: expect.stringMatching(problem) as string });
  });

  test('an old checkpoint that was put back', async () => {
    const { t, raw, verify } = await pruned();
    const old = raw.prepare('select * from audit_checkpoint').get();
    t.clock.advance(3 * 24 * 3600 * 1000);
    await engineSaw(t);
    await testRetention(t).runNow();
    expect(await verify()).toMatchObject({ ok: true, removedUpTo: 13 });
    raw.exec('delete from audit_checkpoint');
    raw.prepare('insert into audit_checkpoint (seq, hash, at, mac) values (:seq, :hash, :at, :mac)').run(old);
    expect(await verify()).toMatchObject({ ok: false, seq: 14, problem: 'row 11 is missing: the row after 10 is 14' });
  });
});

describe('a head that was kept elsewhere', () => {
  test('is compared where its row is there, or the last that was removed', async () => {
    const { t, early, raw } = await pruned();
    const { audit } = t.services;
    expect(await audit.verify(early)).toEqual({ ...(await audit.verify()) });
    const last = raw.prepare('select seq, hash from audit_checkpoint').get() as { seq: number; hash: string };
    expect(await audit.verify(last)).toMatchObject({ ok: true });
    expect(await audit.verify({ seq: 10, hash: 'x' })).toMatchObject({ ok: false, seq: 10 });
    expect(await audit.verify(early)).not.toHaveProperty('knownIsRemoved');
  });

  test('from before the checkpoint is said to be removed', async () => {
    const { t } = await pruned();
    expect(await t.services.audit.verify({ seq: 4, hash: 'x' })).toMatchObject({
      ok: true,
      removedUpTo: 10,
      knownIsRemoved: true,
    });
  });
});

test('a walk that retention overtakes goes on behind the new checkpoint', async () => {
  const t = await testServices();
  await eventEachDay(t, 20);
  await engineSaw(t);
  const walk = verifiedPages(t.services.database.bulk, auditKey(t.config), BEGINNING, 4);
  const seen = [...((await walk.next()).value ?? [])];
  await testRetention(t).runNow();
  for await (const page of walk) seen.push(...page);
  expect(seen.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21]);
});
