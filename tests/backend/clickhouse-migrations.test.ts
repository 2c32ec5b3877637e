import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createClickHouse, type ClickHouse } from '../../backend/clickhouse/client.ts';
import { startEmbedded, type EmbeddedClickHouse } from '../../backend/clickhouse/embedded/process.ts';
import { migrate } from '../../backend/clickhouse/migrations.ts';
import { tableNames } from '../../backend/clickhouse/tables.ts';
import { rememberingLogger } from './clickhouse-harness.ts';

const { logger } = rememberingLogger();
const dir = mkdtempSync(join(tmpdir(), 'vitals-clickhouse-'));
let embedded: EmbeddedClickHouse;
beforeAll(async () => {
  embedded = await startEmbedded({ dir, logger });
});
afterAll(async () => {
  await embedded.stop();
  rmSync(dir, { recursive: true, force: true });
});

function clientFor(database: string): ClickHouse {
  const client = createClickHouse({ embedded, database });
  onTestFinished(() => client.close());
  return client;
}

const engines = async (client: ClickHouse) => {
  const query = 'SELECT name, engine_full FROM system.tables WHERE database = {database:String}';
  const rows = await client.select<{ name: string; engine_full: string }>(query, {
    params: { database: client.database },
  });
  return new Map(rows.map(({ name, engine_full }) => [name, engine_full]));
};

test('every table is there, deduplicates and forgets after 90 days, the audit log after 730', async () => {
  const client = clientFor('fresh');
  await migrate(client, { logger });
  const made = await engines(client);
  expect(new Set(made.keys())).toEqual(new Set([...tableNames, 'schema_migrations']));
  for (const table of tableNames) {
    expect(made.get(table)).toMatch(/^MergeTree PARTITION BY .* TTL /);
    expect(made.get(table)).toContain(`toIntervalDay(${table === 'audit_events' ? 730 : 90})`);
    expect(made.get(table)).toContain('non_replicated_deduplication_window = 10000');
    expect(made.get(table)).not.toContain('fsync');
  }
});

test('with fsync every insert reaches the disk', async () => {
  const client = clientFor('durable');
  await migrate(client, { fsync: true, logger });
  const made = await engines(client);
  for (const table of tableNames) expect(made.get(table)).toContain('fsync_after_insert = 1, fsync_part_directory = 1');
});

test('again and again it changes nothing and keeps the rows', async () => {
  const client = clientFor('again');
  const { logger: watched, lines } = rememberingLogger();
  await migrate(client, { logger: watched });
  await client.insert('set_stats', [{ ts: Date.now(), set: 's', size: 1 }], { token: 'a' });
  const before = await engines(client);
  await migrate(client, { logger: watched });
  expect(await engines(client)).toEqual(before);
  expect(await client.select('SELECT size FROM set_stats')).toEqual([{ size: 1 }]);
  expect(lines).toHaveLength(1);
});

test('another time to keep rows is applied to tables that are there, one by one', async () => {
  const client = clientFor('ttl');
  await migrate(client, { logger });
  await migrate(client, { ttlDays: { dhcp_events: 7, audit_events: 365 }, logger });
  const made = await engines(client);
  expect(made.get('dhcp_events')).toContain('toIntervalDay(7)');
  expect(made.get('audit_events')).toContain('toIntervalDay(365)');
  expect(made.get('counter_stats')).toContain('toIntervalDay(90)');
});

test('several backends may migrate at the same time', async () => {
  const clients = Array.from({ length: 4 }, () => clientFor('shared'));
  await Promise.all(clients.map((client) => migrate(client, { logger })));
  const [client] = clients as [ClickHouse];
  expect((await engines(client)).size).toBe(tableNames.length + 1);
  expect(await client.select('SELECT version FROM schema_migrations FINAL')).toEqual([{ version: 1 }]);
});

test('a migration that was broken off is completed', async () => {
  const client = clientFor('halfway');
  await migrate(client, { logger });
  await client.command('DROP TABLE set_stats');
  await client.command('DROP TABLE schema_migrations');
  await migrate(client, { logger });
  expect((await engines(client)).has('set_stats')).toBe(true);
});

test.each(['a`b', 'a b', '', '1a', 'x; DROP DATABASE y'])('%j is no name for a database', async (name) => {
  await expect(migrate(clientFor(name), { logger })).rejects.toThrow('clickhouse.database');
});

test.each([0, -1, 1.5, Number.NaN])('%d days are refused', async (days) => {
  await expect(migrate(clientFor('days'), { ttlDays: { dhcp_events: days }, logger })).rejects.toThrow(
    '1 to 36500 days',
  );
});
