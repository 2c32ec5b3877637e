import { createHmac, randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { chainHash } from '../../backend/audit/chain.ts';
import { ConfigError } from '../../backend/config/error.ts';
import { actor } from '../support/app.ts';
import { auditKey, rawConnection, testServices } from '../support/services.ts';

const ROWS = 6;

/** A log of six events, and another connection to tamper with it. */
async function written() {
  const t = await testServices();
  for (let row = 1; row <= ROWS; row++) {
    t.clock.advance(1000);
    await t.services.tokens.create({ name: `token ${row}` }, actor);
  }
  return { t, raw: rawConnection(t.config), head: await t.services.audit.head() };
}

test('a log that nobody touched verifies, before and after a restart, with and without its head', async () => {
  const { t, head } = await written();
  const verified = { ok: true, rows: ROWS, head };
  expect(await t.services.audit.verify()).toEqual(verified);
  expect(await t.services.audit.verify(head)).toEqual(verified);
  const { audit } = await t.restart();
  expect(await audit.verify(head)).toEqual(verified);
});

test('an empty log verifies', async () => {
  const { services } = await testServices();
  expect(await services.audit.verify()).toEqual({ ok: true, rows: 0, head: { seq: 0, hash: '' } });
  expect(await services.audit.verify({ seq: 0, hash: '' })).toMatchObject({ ok: true });
});

test('a log that grew since its head was kept still verifies by that head', async () => {
  const { t, head } = await written();
  await t.services.tokens.create({ name: 'one more' }, actor);
  expect(await t.services.audit.verify(head)).toMatchObject({ ok: true, rows: ROWS + 1 });
});

test('the first row that does not fit is described: what is missing, or what differs', async () => {
  const problemAfter = async (statement: string) => {
    const { t, raw } = await written();
    raw.exec(statement);
    const result = await t.services.audit.verify();
    return result.ok ? 'none' : result.problem;
  };
  expect(await problemAfter('delete from audit_events where seq in (3, 4)')).toBe(
    'row 3 is missing: the row after 2 is 5',
  );
  expect(await problemAfter('update audit_events set ip = 1 where seq = 3')).toMatch(/column ip/);
  expect(await problemAfter('delete from audit_events where seq = 6')).toMatch(/ends at row 5, but 6 events/);
});

test('a log of several pages is walked to its end', async () => {
  const { services } = await testServices();
  await services.database.transaction(async (tx) => {
    for (let row = 0; row < 1001; row++) {
      await services.audit.record(tx, { event: 'token.created', actor, target: null, details: { row } });
    }
  });
  expect(await services.audit.verify()).toMatchObject({ ok: true, rows: 1001 });
});

/** Copies row 3 behind row 3 with a hash that fits its text and row 3, and moves everything after it up by one. */
function insertAfter3(raw: Sqlite.Database, hash: (previous: string, body: string) => string): void {
  raw.exec('update audit_events set seq = -(seq + 1) where seq > 3; update audit_events set seq = -seq where seq < 0');
  const row3 = raw.prepare('select * from audit_events where seq = 3').get() as { body: string; hash: string };
  const body = row3.body.replace('"seq":3', '"seq":4').replace('"evt_', '"evt_X');
  raw
    .prepare(
      `insert into audit_events (seq, id, at, event, actor, via, ip, target, body, hash)
       select 4, 'evt_X' || substr(id, 5), at, event, actor, via, ip, target, ?, ? from audit_events where seq = 3`,
    )
    .run(body, hash(row3.hash, body));
}

describe('verify finds it and names the first row that does not fit:', () => {
  const bodySays = (row: number) =>
    `update audit_events set body = replace(body, 'tester', 'nobody') where seq = ${row}`;
  const column = (name: string, value: string) => `update audit_events set ${name} = ${value} where seq = 3`;
  const swap = (columns: string) =>
    `update audit_events set (${columns}) = (select ${columns} from audit_events as other where other.seq = 7 - audit_events.seq) where seq in (3, 4)`;
  const tampering: [string, string, number][] = [
    ['a changed text', bodySays(3), 3],
    ['a changed text in the first row', bodySays(1), 1],
    ['changed details in the first row', `update audit_events set body = replace(body, 'token 1', 'token X')`, 1],
    ['changed details in the last row', `update audit_events set body = replace(body, 'token 6', 'token X')`, ROWS],
    ['a changed text in the last row', bodySays(ROWS), ROWS],
    ['a text of the same meaning', `update audit_events set body = replace(body, ',', ', ') where seq = 3`, 3],
    ['a text that is nothing', column('body', `''`), 3],
    ['a changed hash', column('hash', `replace(hash, substr(hash, 1, 1), 'x')`), 3],
    ['a changed actor', column('actor', `'nobody'`), 3],
    ['an actor taken away', column('actor', 'null'), 3],
    ['an address added', column('ip', `'192.0.2.1'`), 3],
    ['a changed time', column('at', 'at + 1'), 3],
    ['a changed event', column('event', `'token.revoked'`), 3],
    ['a changed interface', column('via', `'api'`), 3],
    ['a changed target', column('target', `'tok_0'`), 3],
    ['a changed id', column('id', `'evt_0'`), 3],
    ['a removed row', 'delete from audit_events where seq = 3', 4],
    ['the first row removed', 'delete from audit_events where seq = 1', 2],
    [
      'a removed row with the rest moved up',
      'delete from audit_events where seq = 3; update audit_events set seq = seq - 1 where seq > 3',
      3,
    ],
    ['two rows swapped', swap('id, at, event, actor, via, ip, target, body, hash'), 3],
    ['a number beyond all', 'update audit_events set seq = 99 where seq = 6', 99],
  ];
  test.each(tampering)('%s', async (_what, statement, row) => {
    const { t, raw } = await written();
    // A unique id stands in the way of swapping in one statement.
    raw.exec('create table copy as select * from audit_events; drop table audit_events');
    raw.exec('alter table copy rename to audit_events');
    raw.exec(statement);
    const { audit } = await t.restart();
    const result = await audit.verify();
    expect(result).toMatchObject({ ok: false, seq: row });
    expect(result).toHaveProperty('problem', expect.stringMatching(/\w/));
  });

  test('an inserted row whose hash was made without the key', async () => {
    const { t, raw } = await written();
    insertAfter3(raw, (previous, body) => createHmac('sha256', '').update(`${previous}\n${body}`).digest('hex'));
    expect(await t.services.audit.verify()).toMatchObject({ ok: false, seq: 4 });
  });

  test('an inserted row whose hash was made with the key: the row after it', async () => {
    const { t, raw } = await written();
    insertAfter3(raw, (previous, body) => chainHash(auditKey(t.config), previous, body));
    expect(await t.services.audit.verify()).toMatchObject({ ok: false, seq: 5 });
  });

  test('a row added at the end', async () => {
    const { t, raw } = await written();
    raw.exec(`insert into audit_events select seq + 1, id || 'X', at, event, actor, via, ip, target,
      replace(replace(body, '"seq":6', '"seq":7'), id, id || 'X'), hash from audit_events where seq = 6`);
    expect(await t.services.audit.verify()).toMatchObject({ ok: false, seq: 7 });
  });
});

describe('a cut-off end is found', () => {
  test('by the running totals', async () => {
    const { t, raw } = await written();
    raw.exec('delete from audit_events where seq > 4');
    expect(await t.services.audit.verify()).toMatchObject({ ok: false, seq: 5 });
  });

  test('by the head that was kept elsewhere, where the totals were falsified too', async () => {
    const { t, raw, head } = await written();
    raw.exec(`delete from audit_events where seq > 4; update running_totals set value = 4 where name like 'audit.%'`);
    expect(await t.services.audit.verify()).toMatchObject({ ok: true, rows: 4 });
    expect(await t.services.audit.verify(head)).toMatchObject({ ok: false, seq: 5 });
  });

  test('by the head, where the log was written again after the cut', async () => {
    const { t, raw, head } = await written();
    raw.exec(`delete from audit_events where seq > 4; update running_totals set value = 4 where name like 'audit.%'`);
    for (const name of ['x', 'y', 'z']) await t.services.tokens.create({ name }, actor);
    expect(await t.services.audit.verify()).toMatchObject({ ok: true, rows: 7 });
    expect(await t.services.audit.verify(head)).toMatchObject({ ok: false, seq: 6 });
  });

  test('where nothing is left at all', async () => {
    const { t, raw } = await written();
    raw.exec('delete from audit_events');
    expect(await t.services.audit.verify()).toMatchObject({ ok: false, seq: 1 });
  });
});

test('with another key beside the database nothing is opened, so that no row is written with it', async () => {
  const { t } = await written();
  await t.services.close();
  const file = join(dirname(t.config.auth.key_file), 'audit-key.json');
  rmSync(file);
  writeFileSync(file, JSON.stringify({ kty: 'oct', k: randomBytes(32).toString('base64url') }), { mode: 0o600 });
  const { openServices } = await import('../../backend/services.ts');
  const { silentLogger } = await import('../../backend/lib/logger.ts');
  const opening = openServices(t.config, t.clock, silentLogger);
  await expect(opening).rejects.toThrow(ConfigError);
  await expect(opening).rejects.toThrow(/audit-key\.json/);
});
