/** The tables, and the rows as they are inserted. */

/** Milliseconds since 1970: DateTime64(3) takes such a number in every version, a text depends on a setting. */
type Milliseconds = number;

export interface DhcpEventRow {
  readonly ts: Milliseconds;
  readonly message_type: string;
  readonly mac: string;
  readonly duid?: string;
  readonly ip?: string;
  readonly vendor_class?: string;
  readonly hostname?: string;
  readonly server_ip?: string;
  readonly vlan?: number;
}
export interface CounterStatsRow {
  readonly ts: Milliseconds;
  readonly name: string;
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}
export interface SetStatsRow {
  readonly ts: Milliseconds;
  readonly set: string;
  readonly size: number;
}
export interface AuditEventRow {
  readonly seq: number;
  readonly id: string;
  readonly at: Milliseconds;
  readonly event: string;
  readonly actor: string | null;
  readonly via: string;
  readonly ip: string | null;
  readonly target: string | null;
  /** JSON, as it is stored. */
  readonly details: string;
  readonly hash: string;
}

export interface TableRows {
  dhcp_events: DhcpEventRow;
  counter_stats: CounterStatsRow;
  set_stats: SetStatsRow;
  audit_events: AuditEventRow;
}
export type TableName = keyof TableRows;

export interface Table {
  readonly columns: string;
  /** The column that says how old a row is. */
  readonly time: 'ts' | 'at';
  /**
   * Rows of `ts` are at most 7 days old and 5 minutes ahead, so an insert meets at most 9 days. The audit log is shipped
   * from its beginning, 730 days or more: by month that is 25 partitions. 100 is ClickHouse's limit for one insert.
   */
  readonly partition: string;
  readonly order: string;
}

export const tables: Readonly<Record<TableName, Table>> = {
  dhcp_events: {
    columns: `
      ts DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
      message_type LowCardinality(String),
      mac String,
      duid Nullable(String),
      ip Nullable(String),
      vendor_class LowCardinality(Nullable(String)),
      hostname Nullable(String),
      server_ip LowCardinality(Nullable(String)),
      vlan Nullable(UInt16)`,
    time: 'ts',
    partition: 'toYYYYMMDD(ts)',
    order: 'mac, ts',
  },
  counter_stats: {
    columns: `
      ts DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
      name LowCardinality(String),
      value UInt64,
      labels Map(LowCardinality(String), String)`,
    time: 'ts',
    partition: 'toYYYYMMDD(ts)',
    order: 'name, ts',
  },
  set_stats: {
    columns: `
      ts DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
      \`set\` LowCardinality(String),
      size UInt64`,
    time: 'ts',
    partition: 'toYYYYMMDD(ts)',
    order: '`set`, ts',
  },
  audit_events: {
    columns: `
      seq UInt64,
      id String,
      at DateTime64(3, 'UTC'),
      event LowCardinality(String),
      actor Nullable(String),
      via LowCardinality(String),
      ip Nullable(String),
      target Nullable(String),
      details String,
      hash String`,
    time: 'at',
    partition: 'toYYYYMM(at)',
    order: 'at, seq',
  },
};

export const tableNames = Object.keys(tables) as TableName[];
