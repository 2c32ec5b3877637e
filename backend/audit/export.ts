import { yieldToEventLoop } from '../lib/event-loop.ts';
import { stringify } from 'csv-stringify/sync';
import type { AuditEvent, AuditExportFormat, ExportAuditQuery } from '../../contract/audit.ts';
import type { Database } from '../database/database.ts';
import { toAuditEvent, toFilter, type Actor, type AuditLog } from './log.ts';
import { readHead, rowsWithin } from './store.ts';

/**
 * The rows that match, oldest first, as text in pieces: up to the last row of the moment it is asked for, however long it
 * takes to read them. Recorded before there is a first piece. Memory holds one piece at a time.
 * @throws Refusal `invalid_request`
 */
export type ExportAuditLog = (query: ExportAuditQuery, actor: Actor) => Promise<AsyncGenerator<string>>;

/** Rows looked at in one statement, whether they match or not: two or three milliseconds. In between other work goes on. */
const ROWS_AT_ONCE = 100;

const columns = ['seq', 'id', 'at', 'event', 'actor', 'via', 'ip', 'target', 'details', 'hash'] as const;

export function createAuditExport(database: Database, audit: AuditLog): ExportAuditLog {
  async function* pieces(query: ExportAuditQuery, last: number): AsyncGenerator<string> {
    const { format } = query;
    const filter = toFilter(query);
    if (format === 'csv') yield csv([[...columns]]);
    for (let seq = 0; seq < last; seq += ROWS_AT_ONCE) {
      const rows = await rowsWithin(database.bulk, filter, { after: seq, last: Math.min(seq + ROWS_AT_ONCE, last) });
      if (rows.length > 0) yield textOf(rows.map(toAuditEvent), format);
      await yieldToEventLoop();
    }
  }

  return async (query, actor) => {
    const { format, ...filters } = query;
    toFilter(query);
    const last = await database.transaction(async (tx) => {
      const { seq } = await readHead(tx);
      await audit.record(tx, { event: 'audit.exported', actor, target: null, details: { format, filters } });
      return seq;
    });
    return pieces(query, last);
  };
}

function textOf(events: readonly AuditEvent[], format: AuditExportFormat): string {
  if (format === 'ndjson') return events.map((event) => `${JSON.stringify(event)}\n`).join('');
  return csv(events.map((event) => columns.map((column) => cellOf(event[column]))));
}

function cellOf(value: AuditEvent[keyof AuditEvent]): string | number | null {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

/** RFC 4180. A cell that a spreadsheet would take for a formula begins with an apostrophe instead. */
function csv(rows: readonly (readonly (string | number | null)[])[]): string {
  return stringify([...rows], { record_delimiter: '\r\n', escape_formulas: true });
}
