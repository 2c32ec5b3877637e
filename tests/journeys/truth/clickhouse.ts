import { expect } from 'vitest';
import { LATE_MS } from '../../support/faulty-clickhouse.ts';
import type { ClickHouseOperation } from '../../../contract/metrics.ts';
import { differences } from './exposition.ts';
import type { ProofsOf } from './proof.ts';
import { CLICKHOUSE_HOST, type Stage } from './stage.ts';

/** Something for each table, and what stands for it in ClickHouse's requests. */
const inserts: readonly { operation: ClickHouseOperation; table: string; cause: (stage: Stage) => Promise<unknown> }[] =
  [
    {
      operation: 'insert_dhcp_events',
      table: 'dhcp_events',
      cause: (stage) => ingest(stage, 'dhcp-events', { message_type: 'ack', mac: '00:1a:2b:3c:4d:5e' }),
    },
    {
      operation: 'insert_counter_stats',
      table: 'counter_stats',
      cause: (stage) => ingest(stage, 'counter-stats', { name: 'leases', value: 1 }),
    },
    {
      operation: 'insert_set_stats',
      table: 'set_stats',
      cause: (stage) => ingest(stage, 'set-stats', { set: 'clients', size: 1 }),
    },
    { operation: 'insert_audit_events', table: 'audit_events', cause: (stage) => stage.mint('Audited') },
  ];

export const clickhouseProofs: ProofsOf<'clickhouseUp' | 'clickhouseQueryErrors' | 'clickhouseBatchInsert'> = {
  clickhouseUp: {
    by: 'ClickHouse answers no more, then it does',
    async prove(stage) {
      const watch = await stage.watch('clickhouseUp');
      stage.clickhouse.misbehave('hangs');
      await watch.moved({ [`instance=${CLICKHOUSE_HOST}`]: -1 });
      stage.clickhouse.misbehave('none');
      await watch.moved({});
    },
  },

  clickhouseQueryErrors: {
    by: 'ClickHouse answers errors to one kind of question after the other: each counts as often as it met one',
    async prove(stage) {
      for (const { operation, table, cause } of inserts) {
        await stage.shipped();
        await failing(stage, operation, new RegExp(`^INSERT INTO ${table} `), cause);
        await stage.calm();
      }
      await failing(stage, 'probe', /^SELECT 'ping'/, () => Promise.resolve());
      await failing(stage, 'migrate', /^$/, () => stage.restart()); // its statements are in the body
    },
  },

  clickhouseBatchInsert: {
    by: 'an insert that ClickHouse takes its time for is counted once, beyond every bucket that is shorter',
    async prove(stage) {
      await stage.shipped();
      const watch = await stage.watch('clickhouseBatchInsert');
      const made = () => inserts.reduce((sum, { table }) => sum + stage.clickhouse.inserts(table), 0);
      const before = made();
      stage.clickhouse.misbehave('is late', /^INSERT INTO counter_stats /);
      await ingest(stage, 'counter-stats', { name: 'late', value: 1 });
      const now = await stage.sees('it is counted', (scraped) => watch.by(scraped)['count'] === 1 && scraped);
      const moved = watch.by(now);
      expect(moved['sum']).toBeGreaterThanOrEqual(LATE_MS / 1000);
      for (const bound of [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25]) {
        expect(moved).not.toHaveProperty([`bucket le=${bound}`]);
      }
      expect(moved['bucket le=+Inf']).toBe(1);
      stage.clickhouse.misbehave('none');
      for (const { cause } of inserts) await cause(stage);
      await stage.calm();
      await stage.shipped();
      await stage.sees('every insert is counted', (later) => {
        expect(made() - before).toBeGreaterThan(inserts.length);
        expect(watch.by(later)['count']).toBe(made() - before);
        return true;
      });
    },
  },
};

/** ClickHouse answers errors to what this operation asks, until it did so twice. */
async function failing(
  stage: Stage,
  operation: ClickHouseOperation,
  asked: RegExp,
  cause: (stage: Stage) => Promise<unknown>,
): Promise<void> {
  const before = (await stage.scrape()).family('clickhouseQueryErrors');
  const since = operation === 'migrate' ? {} : before; // a restart begins at zero
  const met = stage.clickhouse.faults;
  const wanted = operation === 'migrate' ? 1 : 2;
  stage.clickhouse.misbehave('errors', asked);
  await cause(stage);
  const sees = (times: number) =>
    stage.sees(`${operation} fails`, (now) => {
      const faults = stage.clickhouse.faults - met;
      expect(differences(since, now.family('clickhouseQueryErrors'))).toEqual({ [`operation=${operation}`]: faults });
      return faults >= times;
    });
  await sees(wanted);
  stage.clickhouse.misbehave('none');
  await stage.calm();
  await sees(wanted);
}

async function ingest({ appliance }: Stage, stream: string, row: object): Promise<void> {
  expect(await appliance.ingest(stream, [{ ts: Date.now(), ...row }])).toBe(202);
}
