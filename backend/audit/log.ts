import type { AuditEventName, AuditVia } from '../../contract/audit-events.ts';
import type { AuditEvent, AuditList, ListAuditQuery } from '../../contract/api.ts';
import { iso, type Clock } from '../lib/clock.ts';
import type { Database, Tx } from '../database/database.ts';
import type { AuditEventRow } from '../database/schema.ts';
import { newId } from '../lib/ids.ts';
import { timeField } from '../http/fields.ts';
import { canonicalText, chainHash, parseBody, type ChainHead } from './chain.ts';
import { appendRow, listRows, readHead, seqRange, type AuditFilter } from './store.ts';
import { verifyChain, type Verification } from './verify-once.ts';

/** Who does something, through which interface and from where. Built once, from the caller. */
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

export interface AuditLog {
  /** Records an event inside the transaction of the change that it records. */
  record(tx: Tx, record: AuditRecord): Promise<void>;
  list(query: ListAuditQuery): Promise<AuditList>;
  /** The last row's number and hash. Kept elsewhere, it shows later whether the log's end was cut off. */
  head(): Promise<ChainHead>;
  /** Walks the whole chain, from where retention left it, and names the first row that does not fit. */
  verify(known?: ChainHead): Promise<Verification>;
}

export function createAuditLog(database: Database, key: Buffer, clock: Clock): AuditLog {
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
      const filter = toFilter(query);
      const { from, to } = filter;
      const isBounded = from !== undefined || to !== undefined;
      const within = isBounded ? await seqRange(database.read, from, to) : { first: 1, last: Infinity };
      if (!within) return { items: [], nextCursor: null };
      const bounds = { after: within.first - 1, last: within.last };
      const { rows, nextCursor } = await listRows(database.read, filter, query, bounds);
      return { items: rows.map(toAuditEvent), nextCursor };
    },

    head: () => readHead(database.read),

    verify: (known) => verifyChain(database.bulk, key, known),
  };
}

/** @throws Refusal `invalid_request` where a time does not exist. */
export function toFilter({
  event,
  actor,
  ip,
  target,
  from,
  to,
}: Omit<ListAuditQuery, 'limit' | 'cursor'>): AuditFilter {
  return { event, actor, ip, target, from: timeField('from', from), to: timeField('to', to) };
}

export function toAuditEvent(row: AuditEventRow): AuditEvent {
  const { seq, id, event, actor, via, ip, target, hash } = row;
  return { seq, id, at: iso(row.at), event, actor, via, ip, target, details: parseBody(row.body)?.details ?? {}, hash };
}
