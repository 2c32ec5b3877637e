import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startInserter } from '../../backend/ingest/inserter.ts';
import { auditSource } from '../../backend/ingest/insert-sources.ts';
import { openSpooler, type Spooler } from '../../backend/ingest/spool/spooler.ts';
import { actor, testApp } from '../support/app.ts';
import { fakeClickHouse, rejectedPermanently, type Attempt } from '../support/fake-clickhouse.ts';
import { temporaryFolder } from '../support/folder.ts';
import { eventually } from '../support/server.ts';

async function started() {
  const { services, clock } = await testApp();
  const folder = temporaryFolder();
  const clickhouse = fakeClickHouse();
  let spooler: Spooler | undefined;
  let stop: () => Promise<void> = () => Promise.resolve();

  async function start() {
    const opened = openSpooler({ folder, maxBytes: 1 << 20, clock });
    spooler = opened;
    const source = auditSource({ table: 'audit_events', inserts: opened, database: services.database });
    const inserter = startInserter(source, clickhouse.options);
    stop = async () => {
      await inserter.stop();
      opened.close();
    };
    return inserter;
  }
  let inserter = await start();
  onTestFinished(() => stop());

  return {
    services,
    folder,
    clickhouse,
    state: () => spooler?.state,
    async restart() {
      await stop();
      inserter = await start();
    },
    async record(count: number) {
      for (let n = 0; n < count; n += 1)
        await services.tokens.create({ name: `token ${n}`, expiresAt: undefined }, actor);
    },
    /** Every event up to the last is written, or quarantined. */
    shipped: (rows: number) =>
      eventually(`${rows} rows are shipped`, () => {
        inserter.wake();
        return clickhouse.rows.length >= rows;
      }),
  };
}

const numbers = (rows: readonly string[]) => rows.map((row) => (JSON.parse(row) as { seq: number }).seq);
const upTo = (last: number, from = 1) => Array.from({ length: last - from + 1 }, (_, index) => from + index);
const away = () => Object.assign(new Error('away'), { code: 'ECONNREFUSED' });

test('the audit log is shipped as it is, in its order, each row once', async () => {
  const t = await started();
  await t.record(5);
  await t.shipped(5);
  await t.record(3);
  await t.shipped(8);
  expect(numbers(t.clickhouse.rows)).toEqual(upTo(8));
  const row = JSON.parse(t.clickhouse.rows[0]!) as Record<string, unknown>;
  const { items } = await t.services.audit.list({ limit: 200 });
  const first = items.at(-1)!;
  expect(row).toEqual({ ...first, at: Date.parse(first.at), details: JSON.stringify(first.details) });
});

test('a range stays the same until it is in, however the log grows meanwhile', async () => {
  const t = await started();
  await t.record(3);
  t.clickhouse.before = async () => {
    if (t.clickhouse.attempts.length > 4) return;
    await t.record(1);
    throw away();
  };
  await t.shipped(7);
  const [first, ...others] = t.clickhouse.attempts;
  expect(others.slice(0, 4)).toEqual([first, first, first, first]);
  expect(numbers(t.clickhouse.rows)).toEqual(upTo(7));
});

test('a restart goes on where it was, under the same token', async () => {
  const t = await started();
  await t.record(2);
  await t.shipped(2);
  let lost: Attempt | undefined;
  t.clickhouse.after = (attempt) => {
    lost ??= attempt;
    throw away();
  };
  await t.record(2);
  await eventually('an answer was lost', () => lost !== undefined);
  await t.restart();
  t.clickhouse.after = () => undefined;
  await t.record(1);
  await t.shipped(5);
  expect(numbers(t.clickhouse.rows)).toEqual(upTo(5));
  expect(t.clickhouse.attempts.filter(({ token }) => token === lost?.token).length).toBeGreaterThan(1);
});

test('rows that are rejected permanently are quarantined one by one, and the others stay in their order', async () => {
  const t = await started();
  const bad = [2, 9, 10];
  t.clickhouse.before = ({ lines }) => {
    if (numbers(lines).some((seq) => bad.includes(seq))) throw rejectedPermanently();
  };
  await t.record(12);
  await t.shipped(9);
  expect(numbers(t.clickhouse.rows)).toEqual(upTo(12).filter((seq) => !bad.includes(seq)));
  const aside = readFileSync(join(t.folder, 'quarantine', 'audit-events.ndjson'), 'utf8')
    .trimEnd()
    .split('\n');
  expect(numbers(aside)).toEqual(bad);
  expect(t.state()).toMatchObject({ quarantinedRows: 3, waitingRows: 0 });
  await t.restart();
  expect(t.state()).toMatchObject({ quarantinedRows: 3 });
  await t.record(1);
  await t.shipped(10);
  expect(numbers(t.clickhouse.rows).at(-1)).toBe(13);
});
