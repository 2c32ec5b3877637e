import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AuditEventName, AuditVia } from '../../contract/audit-events.ts';
import type { AuditEvent, AuditList, ListAuditQuery } from '../../contract/api.ts';
import { iso, type Clock } from '../clock.ts';
import type { Database, Tx } from '../database/database.ts';
import type { AuditEventRow } from '../database/schema.ts';
import { newId } from '../ids.ts';
import { timeField } from '../fields.ts';
import { canonicalText, chainHash, GENESIS, parseBody, rowProblem, type ChainHead } from './chain.ts';
import { appendRow, countedAndLast, eventCounter, listRows, readHead, rowsAfter } from './store.ts';

/** Who does something, through which door and from where. Built once, from the caller. */
export interface Actor {
  readonly name: string | null;
  readonly via: AuditVia;
  readonly ip: string | null;
}

export interface AuditRecord {
  readonly event: AuditEventName;
  readonly actor: Actor;
  readonly target: string | null;
  readonly details: Record<string, unknown>;
}

export type Verification =
  | { readonly ok: true; readonly rows: number; readonly head: ChainHead }
  | { readonly ok: false; readonly seq: number; readonly problem: string };

export interface AuditLog {
  /** Records an event inside the transaction of the change that it records. */
  record(tx: Tx, record: AuditRecord): Promise<void>;
  list(query: ListAuditQuery): Promise<AuditList>;
  /** Rows ever recorded, by event. */
  counts(): Promise<Record<AuditEventName, number>>;
  /** The last row's number and hash. Kept elsewhere, it shows later whether the log's end was cut off. */
  head(): Promise<ChainHead>;
  /** Walks the whole chain and names the first row that does not fit. */
  verify(known?: ChainHead): Promise<Verification>;
}

/** Rows read at a time while verifying; between pages other work goes on. */
const PAGE = 500;

export function createAuditLog(database: Database, key: Buffer, clock: Clock): AuditLog {
  const counts = eventCounter(database);
  return {
    async record(tx, { event, actor, target, details }) {
      const previous = await readHead(tx);
      const content = {
        seq: previous.seq + 1,
        id: newId('evt'),
        at: clock.now(),
        event,
        actor: actor.name,
        via: actor.via,
        ip: actor.ip,
        target,
      };
      const body = canonicalText({ ...content, details });
      await appendRow(tx, { ...content, body, hash: chainHash(key, previous.hash, body) });
    },

    async list(query) {
      const { rows, nextCursor } = await listRows(database.read, {
        ...query,
        from: timeField('from', query.from),
        to: timeField('to', query.to),
      });
      return { items: rows.map(toAuditEvent), nextCursor };
    },

    counts,

    head: () => readHead(database.read),

    async verify(known) {
      const before = await countedAndLast(database.read);
      let previous: ChainHead = { seq: 0, hash: GENESIS };
      for (;;) {
        const rows = await rowsAfter(database.read, previous.seq, PAGE);
        for (const row of rows) {
          const problem = rowProblem(key, previous, row);
          if (problem !== undefined) return { ok: false, seq: row.seq, problem };
          if (known?.seq === row.seq && known.hash !== row.hash) {
            return { ok: false, seq: row.seq, problem: 'it is not the row that the given head names' };
          }
          previous = { seq: row.seq, hash: row.hash };
        }
        if (rows.length < PAGE) break;
        await nextTurn();
      }
      return ending(previous, before.counted, known) ?? { ok: true, rows: previous.seq, head: previous };
    },
  };
}

/** Finds a log whose end was cut off, by the count of events and by the head that was kept elsewhere. */
function ending(last: ChainHead, counted: number, known: ChainHead | undefined): Verification | undefined {
  if (known !== undefined && known.seq > last.seq) {
    return {
      ok: false,
      seq: last.seq + 1,
      problem: `the log ends at row ${last.seq}, but the given head is row ${known.seq}`,
    };
  }
  if (counted > last.seq) {
    return {
      ok: false,
      seq: last.seq + 1,
      problem: `the log ends at row ${last.seq}, but ${counted} events were counted`,
    };
  }
  return undefined;
}

function toAuditEvent(row: AuditEventRow): AuditEvent {
  const { seq, id, event, actor, via, ip, target, hash } = row;
  return { seq, id, at: iso(row.at), event, actor, via, ip, target, details: parseBody(row.body)?.details ?? {}, hash };
}
