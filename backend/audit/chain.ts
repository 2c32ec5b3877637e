import { createHmac } from 'node:crypto';
import type { AuditEventRow } from '../database/schema.ts';

/** What came before the first row. */
export const GENESIS = '';

/** A place in the chain: exported, it proves later that nothing behind it was cut off. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

/** HMAC-SHA-256 over the previous row's hash and this row's stored text, in hexadecimal. */
export function chainHash(key: Buffer, previous: string, body: string): string {
  return createHmac('sha256', key).update(previous).update('\n').update(body).digest('hex');
}

/** The last row that retention removed, with its time in milliseconds since the Unix epoch. */
export interface Checkpoint extends ChainHead {
  readonly at: number;
}

/** Signs a checkpoint. No row's hash can stand for it: what those are made of begins with a hash, or with nothing. */
export function checkpointMac(key: Buffer, { seq, hash, at }: Checkpoint): string {
  return createHmac('sha256', key).update(`checkpoint\n${seq}\n${hash}\n${at}`).digest('hex');
}

export type AuditContent = Omit<AuditEventRow, 'body' | 'hash'> & { details: Record<string, unknown> };

/** The text that is stored and hashed. Its keys stand in a fixed order. */
export function canonicalText(row: AuditContent): string {
  const { seq, id, at, event, actor, via, ip, target, details } = row;
  return JSON.stringify({ seq, id, at, event, actor, via, ip, target, details });
}

/** The row's content from its stored text, or nothing where that is not readable. */
export function parseBody(body: string): AuditContent | undefined {
  try {
    const content = JSON.parse(body) as AuditContent | null;
    return content !== null && typeof content === 'object' ? content : undefined;
  } catch {
    return undefined;
  }
}

/** What is wrong with one row, or nothing. */
export function rowProblem(key: Buffer, previous: ChainHead, row: AuditEventRow): string | undefined {
  if (row.seq !== previous.seq + 1) {
    return `row ${previous.seq + 1} is missing: the row after ${previous.seq} is ${row.seq}`;
  }
  if (row.hash !== chainHash(key, previous.hash, row.body)) {
    return 'its hash does not fit its text and the row before it';
  }
  const content = parseBody(row.body);
  const repeated = ['seq', 'id', 'at', 'event', 'actor', 'via', 'ip', 'target'] as const;
  const differing = content && repeated.find((column) => content[column] !== row[column]);
  if (!content || differing !== undefined)
    return `its column ${differing ?? 'body'} differs from the text that was hashed`;
  return undefined;
}
