import { Readable } from 'node:stream';
import { ingestStreamNames, type IngestStream } from '../../contract/ingest.ts';
import type { ClickHouseOperation } from '../../contract/metrics.ts';
import { classifyError, errorLabel } from '../clickhouse/errors.ts';
import type { ClickHouseService } from '../clickhouse/service.ts';
import type { ClickHouseState } from '../clickhouse/state.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../database/database.ts';
import type { Logger } from '../lib/logger.ts';
import { startInserter, type Inserter, type InserterOptions } from './inserter.ts';
import { auditSource, spoolSource } from './insert-sources.ts';
import type { Accept } from './spool/accept.ts';
import type { InsertStream } from './spool/journal.ts';
import { partsFolder } from './spool/files.ts';
import { openSpoolOnDemand } from './worker/spool-on-demand.ts';

const tables = {
  'dhcp-events': 'dhcp_events',
  'counter-stats': 'counter_stats',
  'set-stats': 'set_stats',
  'audit-events': 'audit_events',
} as const satisfies Record<InsertStream, string>;

export interface IngestPipelineOptions {
  readonly folder: string;
  readonly maxBytes: number;
  readonly database: Database;
  readonly clickhouse: ClickHouseService;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where failures and durations are counted. */
  readonly state: ClickHouseState;
}

/** From the request to ClickHouse: accepted onto the spool, sealed into inserts, sent until they are in ClickHouse. */
export interface IngestPipeline {
  readonly accept: Accept;
  /** The spool, as plain numbers; `maxBytes` is what rows may take of its folder’s bound. */
  readonly spool: { readonly usedBytes: number; readonly maxBytes: number; readonly waitingRows: number };
  /** Rows that ClickHouse rejected permanently, or that the spool had to set aside, since the process started. */
  readonly quarantinedRows: number;
  /** The last row of the audit log that ClickHouse has. */
  auditShippedUpTo(): Promise<number>;
  /** Makes no more inserts; what comes in is still accepted. */
  stopInserting(): Promise<void>;
  close(): Promise<void>;
}

/** @throws ConfigError where the spool's folder cannot be used. */
export async function startIngest(options: IngestPipelineOptions): Promise<IngestPipeline> {
  const { folder, maxBytes, database, clickhouse, clock, logger, state } = options;
  const spooler = await openSpoolOnDemand({ folder, maxBytes, logger });
  const common: InserterOptions = {
    ready: clickhouse.migrated,
    insert: (table, rows, { token, signal }) =>
      clickhouse.client.insert(table, Readable.from(rows, { objectMode: false }), { token, signal }),
    isPermanent: (error) => classifyError(error) === 'permanent',
    label: errorLabel,
    clock,
    logger,
    onInserted: (seconds) => {
      state.batchInserted(seconds);
    },
    onFailed: (stream) => {
      state.errors[operationOf(stream as InsertStream)] += 1;
    },
  };
  const parts = partsFolder(folder);
  const inserters = Object.fromEntries(
    ingestStreamNames.map((stream) => {
      const source = spoolSource({ stream, table: tables[stream], inserts: spooler, partsFolder: parts });
      return [stream, startInserter(source, common)];
    }),
  ) as Record<IngestStream, Inserter>;
  const shipper = startInserter(auditSource({ table: tables['audit-events'], inserts: spooler, database }), common);

  async function stopInserting(): Promise<void> {
    await Promise.all([...Object.values(inserters), shipper].map((inserter) => inserter.stop()));
  }

  return {
    async accept(request, body) {
      const accepted = await spooler.accept(request, body);
      inserters[request.stream].wake();
      return accepted;
    },
    get spool() {
      const { usedBytes, reservedBytes, waitingRows } = spooler.state;
      return { usedBytes, maxBytes: maxBytes - reservedBytes, waitingRows };
    },
    get quarantinedRows() {
      const { quarantinedRows, quarantinedBefore } = spooler.state;
      return quarantinedRows - quarantinedBefore;
    },
    auditShippedUpTo: () => spooler.auditCursor(),
    stopInserting,
    async close() {
      await stopInserting();
      await spooler.close();
    },
  };
}

function operationOf(stream: InsertStream): ClickHouseOperation {
  return `insert_${tables[stream]}`;
}
