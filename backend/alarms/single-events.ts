import type { Kysely } from 'kysely';
import type { Schema } from '../database/schema.ts';
import type { OpenedAlarm } from './apply.ts';
import type { ReadRule } from './evaluate.ts';
import { eventsAfter, lastSeq, readCursor } from './queries.ts';
import { subjectText } from './subject.ts';

export interface SingleEvents {
  readonly opened: readonly OpenedAlarm[];
  /** The last audit event that was dealt with; undefined where there was none. */
  readonly cursor: number | undefined;
  /** Whether more wait. */
  readonly more: boolean;
}

/**
 * What happened since the last tick, for the rules that want an alarm for each event. A cursor in the database follows
 * the audit log, so what the command line wrote, or what happened while nothing ran, is not missed.
 */
export async function singleEvents(
  db: Kysely<Schema>,
  rules: readonly ReadRule[],
  limit: number,
): Promise<SingleEvents> {
  const wanting = rules.flatMap(({ row, condition }) =>
    condition?.kind === 'audit' && condition.atLeast === 1 ? [{ row, condition }] : [],
  );
  const known = await readCursor(db);
  const cursor = known ?? Math.min(await lastSeq(db), ...wanting.map(({ row }) => row.since_seq));
  const seen = await eventsAfter(db, cursor, limit);
  const opened: OpenedAlarm[] = [];
  let last = cursor;
  for (const { seq, event } of seen) {
    if (opened.length >= limit) break;
    for (const { row, condition } of wanting) {
      if (condition.event !== event || seq <= row.since_seq) continue;
      const subject = subjectText({ kind: 'audit_event', event, seq });
      opened.push({ rule: { row, condition }, subject, lastsMs: condition.windowSeconds * 1000 });
    }
    last = seq;
  }
  return { opened, cursor: last === known ? undefined : last, more: seen.length === limit };
}
