/**
 * Brings the database to what this version needs. Every statement may be run twice, and by two backends at the same
 * time: what is there is left alone, and a version is written down only after its statements have succeeded.
 */
import type { ClickHouse } from './client.ts';
import type { Logger } from '../lib/logger.ts';
import { tableNames, tables, type TableName } from './tables.ts';

export interface MigrateOptions {
  /** How long rows are kept: 90 days, audit events 730. Changed for existing tables too. */
  readonly ttlDays?: Partial<Record<TableName, number>>;
  /** Has every insert reach the disk before it is answered: for the embedded server, whose appliance may lose power. */
  readonly fsync?: boolean;
  readonly logger: Logger;
}

/** Audit events as long as the log itself: it is shipped from its beginning. */
const defaultDays = (table: TableName) => (table === 'audit_events' ? 730 : 90);

/**
 * How many inserts a table remembers by their token, one entry for each partition that an insert met. A batch that is
 * retried with a minute's pauses stays within it beside 10 inserts a second of up to 9 days each (5,400); at about
 * 100 bytes an entry it is one megabyte a table.
 */
const DEDUPLICATION_WINDOW = 10_000;

interface Migration {
  readonly version: number;
  readonly statements: (context: Context) => string[];
}
interface Context {
  readonly name: (table: TableName | 'schema_migrations') => string;
  readonly days: (table: TableName) => number;
  readonly fsync: boolean;
}

/** Only ever appended to, and only by what an older version can live with: two versions may share the database. */
const migrations: readonly Migration[] = [
  { version: 1, statements: (context) => tableNames.map((table) => createTable(table, context)) },
];

/** Resolves once the tables are there with the wanted TTL. @throws what ClickHouse says; it can be called again. */
export async function migrate(
  client: ClickHouse,
  { ttlDays = {}, fsync = false, logger }: MigrateOptions,
): Promise<void> {
  const database = quote(client.database);
  const run = (statement: string) => client.command(statement, { outsideDatabase: true });
  const context: Context = {
    name: (table) => `${database}.${table}`,
    days: (table) => wholeDays(ttlDays[table] ?? defaultDays(table)),
    fsync,
  };
  const versions = context.name('schema_migrations');
  await run(`CREATE DATABASE IF NOT EXISTS ${database}`);
  await run(
    `CREATE TABLE IF NOT EXISTS ${versions} (version UInt32, applied_at DateTime64(3, 'UTC'))
     ENGINE = ReplacingMergeTree ORDER BY version`,
  );
  const [row] = await client.select<{ version: number }>('SELECT max(version) AS version FROM schema_migrations');
  const applied = row?.version ?? 0;
  for (const { version, statements } of migrations) {
    if (version <= applied) continue;
    for (const statement of statements(context)) await run(statement);
    await client.insert('schema_migrations', [{ version, applied_at: Date.now() }], { token: `schema-${version}` });
    logger.info({ version }, 'migrated the ClickHouse database');
  }
  await adjustTtl(client, context, run);
}

function createTable(table: TableName, { name, days, fsync }: Context): string {
  const { columns, time, partition, order } = tables[table];
  return `CREATE TABLE IF NOT EXISTS ${name(table)} (${columns})
    ENGINE = MergeTree PARTITION BY ${partition} ORDER BY (${order}) TTL ${ttl(time, days(table))}
    SETTINGS non_replicated_deduplication_window = ${DEDUPLICATION_WINDOW}, ttl_only_drop_parts = 1
    ${fsync ? ', fsync_after_insert = 1, fsync_part_directory = 1' : ''}`;
}

/** Written as ClickHouse prints it, so that it can be compared. */
const ttl = (time: string, days: number) => `toDateTime(${time}) + toIntervalDay(${days})`;

async function adjustTtl(client: ClickHouse, { name, days }: Context, run: (statement: string) => Promise<void>) {
  const rows = await client.select<{ name: TableName; engine_full: string }>(
    'SELECT name, engine_full FROM system.tables WHERE database = {database:String}',
    { params: { database: client.database } },
  );
  for (const { name: table, engine_full } of rows) {
    if (!tableNames.includes(table)) continue;
    const wanted = ttl(tables[table].time, days(table));
    if (!engine_full.includes(`TTL ${wanted} `)) await run(`ALTER TABLE ${name(table)} MODIFY TTL ${wanted}`);
  }
}

function quote(database: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(database)) {
    throw new Error('clickhouse.database: take a name of letters, digits and underscores');
  }
  return `\`${database}\``;
}

function wholeDays(days: number): number {
  if (!Number.isInteger(days) || days < 1 || days > 36_500)
    throw new Error('The time that rows are kept is 1 to 36500 days.');
  return days;
}
