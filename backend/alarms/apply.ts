import type { Database, Tx } from '../database/database.ts';
import type { AlarmPendingRow, AlarmRow } from '../database/schema.ts';
import { newId } from '../lib/ids.ts';
import type { Notify } from '../notifications/outbox.ts';
import { describe } from './condition.ts';
import type { ReadRule } from './evaluate.ts';
import { writeCursor } from './queries.ts';
import { noticeOf } from './service.ts';
import * as store from './store.ts';
import { ruleItself, summarise } from './subject.ts';

export interface OpenedAlarm {
  readonly rule: ReadRule;
  readonly subject: string;
  /** After so many milliseconds it resolves by itself; absent: when its condition clears. */
  readonly lastsMs?: number;
}

/** Everything that one tick changes. */
export interface TickChanges {
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  readonly opened: readonly OpenedAlarm[];
  /** Alarms by their id. */
  readonly resolved: readonly string[];
  readonly pending: readonly AlarmPendingRow[];
  readonly forgotten: readonly Pick<AlarmPendingRow, 'rule_id' | 'subject'>[];
  readonly cursor: number | undefined;
}

/** Writes it down together with the notifications about it, in one transaction, or in none where nothing changed. */
export async function applyTick(database: Database, changes: TickChanges, notify: Notify): Promise<void> {
  const { now, opened, resolved, pending, forgotten, cursor } = changes;
  const isQuiet = [opened, resolved, pending, forgotten].every((one) => one.length === 0) && cursor === undefined;
  if (isQuiet) return;
  await database.transaction(async (tx) => {
    for (const row of forgotten) await store.forgetPending(tx, row.rule_id, row.subject);
    for (const row of pending) await store.setPending(tx, row);
    for (const id of resolved) await resolve(tx, id, now, notify);
    for (const one of opened) await open(tx, one, now, notify);
    if (cursor !== undefined) await writeCursor(tx, cursor);
  });
}

async function open(tx: Tx, { rule, subject, lastsMs }: OpenedAlarm, now: number, notify: Notify): Promise<void> {
  const { row, condition } = rule;
  const alarm: AlarmRow = {
    id: newId('alm'),
    rule_id: row.id,
    rule_name: row.name,
    severity: row.severity,
    channels: row.channels,
    subject,
    summary: summarise(condition && subject !== ruleItself ? describe(condition) : '', subject),
    state: 'firing',
    opened_at: now,
    ends_at: lastsMs === undefined ? null : now + lastsMs,
    acknowledged_at: null,
    acknowledged_by: null,
    resolved_at: null,
  };
  if (await store.insertAlarm(tx, alarm)) await notify(tx, noticeOf('alarm.opened', alarm, now));
}

async function resolve(tx: Tx, id: string, now: number, notify: Notify): Promise<void> {
  const alarm = await store.findAlarm(tx, id);
  if (!alarm || alarm.state === 'resolved') return;
  await store.moveAlarm(tx, alarm, 'resolved', { resolved_at: now });
  await notify(tx, noticeOf('alarm.resolved', alarm, now));
}
