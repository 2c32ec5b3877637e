import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IngestStream } from '../../contract/ingest.ts';
import { parseBody } from '../audit/chain.ts';
import { readCheckpoint, readHead, rowsAfter } from '../audit/store.ts';
import type { Database } from '../database/database.ts';
import type { AuditEventRow } from '../database/schema.ts';
import type { InsertSource } from './inserter.ts';
import type { Inserts, SealedParts, SealedRange } from './spool/inserts.ts';

/** Two at a time: while ClickHouse writes one, the next is on its way. The streams promise no order. */
const SPOOL_CONCURRENCY = 2;
/** How long a range takes to be acknowledged, about, in milliseconds. */
const ASK_AGAIN_MS = 100;

export interface SpoolSourceOptions {
  readonly stream: IngestStream;
  readonly table: string;
  readonly inserts: Inserts;
  readonly partsFolder: string;
}

/** A collector's stream: files of the spool, sealed into inserts in the order of their arrival. */
export function spoolSource({ stream, table, inserts, partsFolder }: SpoolSourceOptions): InsertSource<SealedParts> {
  return {
    stream,
    table,
    concurrency: SPOOL_CONCURRENCY,
    next: (inFlight) => inserts.next(stream, inFlight),
    content: (insert) => filesOf(insert, partsFolder, inserts),
    acknowledge: ({ id }) => inserts.acknowledge(id),
    reject: ({ id }) => inserts.reject(id),
  };
}

/** One after the other, so that only the one that is being sent takes memory. One that cannot be read is looked into. */
async function* filesOf({ id, files }: SealedParts, folder: string, inserts: Inserts): AsyncGenerator<Buffer> {
  for (const file of files) {
    yield await readFile(join(folder, file)).catch(async (error: unknown) => {
      await inserts.examine(id);
      throw error;
    });
  }
}

export interface AuditSourceOptions {
  readonly table: string;
  readonly inserts: Inserts;
  readonly database: Database;
}

/** The audit log, shipped from its own table by a persisted cursor, in sealed ranges and in its order. */
export function auditSource({ table, inserts, database }: AuditSourceOptions): InsertSource<SealedRange> {
  async function read({ from, to }: SealedRange): Promise<Buffer> {
    const rows = await rowsAfter(database.read, from - 1, to - from + 1);
    const inRange = rows.filter((row) => row.seq <= to);
    return Buffer.from(inRange.map((row) => `${JSON.stringify(toRow(row))}\n`).join(''));
  }

  return {
    stream: 'audit-events',
    table,
    concurrency: 1,
    async *content(range) {
      yield await read(range);
    },
    async next(inFlight) {
      if (inFlight.length > 0) return ASK_AGAIN_MS; // one range at a time: the next begins where this one ends
      const removed = await readCheckpoint(database.read);
      const { seq } = await readHead(database.read);
      return inserts.nextRange((removed?.seq ?? 0) + 1, seq);
    },
    acknowledge: ({ id }) => inserts.acknowledge(id),
    async reject(range) {
      const isSingle = range.from === range.to;
      await inserts.reject(range.id, isSingle ? await read(range) : undefined);
    },
  };
}

function toRow({ seq, id, at, event, actor, via, ip, target, body, hash }: AuditEventRow) {
  const details = JSON.stringify(parseBody(body)?.details ?? {});
  return { seq, id, at, event, actor, via, ip, target, details, hash };
}
