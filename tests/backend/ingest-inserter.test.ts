import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClickHouseError } from '@clickhouse/client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startInserter } from '../../backend/ingest/inserter.ts';
import { spoolSource } from '../../backend/ingest/insert-sources.ts';
import { partsFolder } from '../../backend/ingest/spool/files.ts';
import { quarantineFolder } from '../../backend/ingest/spool/quarantine.ts';
import { fakeClickHouse, rejectedPermanently, type Attempt } from '../support/fake-clickhouse.ts';
import { chunks, dhcpEvents, dhcpRequest, diskUsage, ndjson, testSpooler } from '../support/ingest.ts';
import { eventually } from '../support/server.ts';

function started() {
  const t = testSpooler();
  const clickhouse = fakeClickHouse();
  const source = spoolSource({
    stream: 'dhcp-events',
    table: 'dhcp_events',
    inserts: t.spooler,
    partsFolder: partsFolder(t.folder),
  });
  const inserter = startInserter(source, clickhouse.options);
  onTestFinished(() => inserter.stop());
  return {
    ...t,
    clickhouse,
    inserter,
    async accept(rows: readonly object[]) {
      await t.spooler.accept(dhcpRequest, chunks(ndjson(rows)));
      t.clock.advance(1_000);
      inserter.wake();
    },
    isEmpty: () =>
      eventually('the spool is empty', () => {
        inserter.wake();
        return t.spooler.state.waitingRows === 0;
      }),
  };
}

const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row));
const error = (code: string) => new ClickHouseError({ message: 'it says', code, type: 'IT' });
const quarantined = (folder: string) => {
  const file = join(folder, 'quarantine', 'dhcp-events.ndjson');
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
};

test('what was accepted is written once, and timed', async () => {
  const t = started();
  const [first, second] = [dhcpEvents(30_000), dhcpEvents(12_000, 30_000)];
  await t.accept(first);
  await t.accept(second);
  await t.isEmpty();
  expect(t.clickhouse.rows.sort()).toEqual(lines([...first, ...second]).sort());
  expect(t.clickhouse.inserted).toBe(2);
  expect(t.clickhouse.failed).toEqual([]);
  expect(readdirSync(partsFolder(t.folder))).toEqual([]);
});

describe('a failure that may pass', () => {
  const failures = ['ECONNREFUSED', 'ECONNRESET', 'Timeout error.', '60', '159', '202', '241', '252', '516', '999'];

  test.each(failures)(
    '%s is tried again under the same token with the same rows, and quarantines nothing',
    async (code) => {
      const t = started();
      let left = 4;
      t.clickhouse.before = () => {
        if (left-- <= 0) return;
        throw /^\d/.test(code) ? error(code) : Object.assign(new Error(code), /^E/.test(code) ? { code } : {});
      };
      await t.accept(dhcpEvents(100));
      await t.isEmpty();
      expect(new Set(t.clickhouse.attempts.map(({ token, lines: all }) => `${token}${all.join()}`)).size).toBe(1);
      expect(t.clickhouse.rows).toHaveLength(100);
      expect(t.clickhouse.failed).toEqual(Array.from({ length: 4 }, () => 'dhcp-events'));
      expect(quarantined(t.folder)).toEqual([]);
    },
  );

  test('whose answer was lost after the rows were written does not double them', async () => {
    const t = started();
    let left = 3;
    t.clickhouse.after = () => {
      if (left-- > 0) throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    };
    await t.accept(dhcpEvents(100));
    await t.isEmpty();
    expect(t.clickhouse.attempts).toHaveLength(4);
    expect(t.clickhouse.rows).toEqual(lines(dhcpEvents(100)));
  });

  test('of the spool itself, once ClickHouse has the rows, neither doubles nor keeps them', async () => {
    const t = started();
    const { acknowledge } = t.spooler;
    const source = { ...t.spooler, acknowledge: (_id: string): Promise<void> => Promise.reject(new Error('no')) };
    await t.inserter.stop();
    const folder = partsFolder(t.folder);
    const inserter = startInserter(
      spoolSource({ stream: 'dhcp-events', table: 'dhcp_events', inserts: source, partsFolder: folder }),
      t.clickhouse.options,
    );
    await t.accept(dhcpEvents(10));
    inserter.wake();
    await eventually('it was written', () => {
      inserter.wake();
      return t.clickhouse.attempts.length > 1;
    });
    source.acknowledge = acknowledge;
    await t.isEmpty().finally(() => inserter.stop());
    expect(t.clickhouse.rows).toEqual(lines(dhcpEvents(10)));
  });
});

describe('rows that are rejected permanently', () => {
  const isBad = (line: string) => /"hostname":"host-(3|77|78|4999)"/.test(line);

  test('are found by halving, quarantined and counted; all others are written', async () => {
    const t = started();
    t.clickhouse.before = ({ lines: all }) => {
      if (all.some(isBad)) throw rejectedPermanently();
    };
    const rows = dhcpEvents(5_000);
    await t.accept(rows);
    await t.isEmpty();
    expect(t.clickhouse.rows.sort()).toEqual(
      lines(rows)
        .filter((line) => !isBad(line))
        .sort(),
    );
    expect(quarantined(t.folder).sort()).toEqual(lines(rows).filter(isBad).sort());
    expect(t.spooler.state).toMatchObject({
      quarantinedRows: 4,
      waitingRows: 0,
      usedBytes: diskUsage(quarantineFolder(t.folder)),
    });
    const tokens = t.clickhouse.attempts.map(({ token }) => token);
    expect(new Set(tokens).size).toBe(tokens.length);
  });

  test('leave others alone while ClickHouse is away in between', async () => {
    const t = started();
    let calls = 0;
    t.clickhouse.before = ({ lines: all }) => {
      calls += 1;
      if (calls % 3 === 0) throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
      if (all.some(isBad)) throw rejectedPermanently();
    };
    await t.accept(dhcpEvents(100));
    await t.isEmpty();
    expect(t.clickhouse.rows).toHaveLength(97);
    expect(quarantined(t.folder)).toHaveLength(3);
  });
});

test('two inserts of a stream are under way at a time, never one of them twice', async () => {
  const t = started();
  const running: string[] = [];
  let most = 0;
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  t.clickhouse.before = async ({ token }: Attempt) => {
    expect(running).not.toContain(token);
    running.push(token);
    most = Math.max(most, running.length);
    await gate;
    running.splice(running.indexOf(token), 1);
  };
  for (let n = 0; n < 5; n += 1) await t.accept(dhcpEvents(9_000, n * 9_000));
  await eventually('two are under way', () => running.length === 2);
  open();
  await t.isEmpty();
  expect(most).toBe(2);
  expect(t.clickhouse.rows).toHaveLength(45_000);
});

test('an inserter that is stopped gives up what hangs, and the next one makes it again', async () => {
  const t = started();
  const source = spoolSource({
    stream: 'dhcp-events',
    table: 'dhcp_events',
    inserts: t.spooler,
    partsFolder: partsFolder(t.folder),
  });
  await t.inserter.stop();
  const hanging = startInserter(source, {
    ...t.clickhouse.options,
    insert: (_table, _rows, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
  });
  await t.accept(dhcpEvents(10));
  hanging.wake();
  await eventually('it is in flight', async () => typeof (await t.spooler.next('dhcp-events', [])) !== 'number');
  await hanging.stop();
  expect(t.clickhouse.failed).toEqual([]);
  expect(t.spooler.state.waitingRows).toBe(10);
});
