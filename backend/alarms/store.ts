import { sql, type Kysely } from 'kysely';
import type { ListAlarmsQuery } from '../../contract/alarms.ts';
import { alarmTransitions, severities, type AlarmState, type Severity } from '../../contract/metrics.ts';
import type { Tx } from '../database/database.ts';
import type { AlarmPendingRow, AlarmRow, Schema } from '../database/schema.ts';
import { addToTotal } from '../database/totals.ts';
import { decodeCursor, page, type Page } from '../lib/pagination.ts';
import type { TransitionName } from './state.ts';

const activeTotal = (severity: Severity) => `alarms.active.${severity}`;
const transitionTotal = (name: TransitionName) => `alarms.transitions.${name}`;
const transitionNames = alarmTransitions.map(({ from, to }): TransitionName => `${from}>${to}`);
const isActive = sql<boolean>`state <> 'resolved'`;

export interface AlarmTotals {
  readonly active: Record<Severity, number>;
  /** Ever, by every process. */
  readonly transitions: Record<TransitionName, number>;
}

/** How many alarms are active and how often they changed, from the running totals. */
export function alarmTotals(total: ReadonlyMap<string, number>): AlarmTotals {
  const of = <Key extends string>(keys: readonly Key[], name: (key: Key) => string) =>
    Object.fromEntries(keys.map((key) => [key, total.get(name(key)) ?? 0])) as Record<Key, number>;
  return { active: of(severities, activeTotal), transitions: of(transitionNames, transitionTotal) };
}

/** @returns whether it was opened: there is at most one active alarm of a rule about a subject. */
export async function insertAlarm(tx: Tx, row: AlarmRow): Promise<boolean> {
  const result = await tx
    .insertInto('alarms')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (Number(result.numInsertedOrUpdatedRows) === 0) return false;
  await addToTotal(tx, activeTotal(row.severity), 1);
  return true;
}

export async function findAlarm(db: Kysely<Schema>, id: string): Promise<AlarmRow | undefined> {
  return db.selectFrom('alarms').selectAll().where('id', '=', id).executeTakeFirst();
}

type Moved = Pick<AlarmRow, 'acknowledged_at' | 'acknowledged_by'> | Pick<AlarmRow, 'resolved_at'>;

/** Moves an alarm on. @param alarm as this transaction read it. */
export async function moveAlarm(
  tx: Tx,
  alarm: AlarmRow,
  to: Exclude<AlarmState, 'firing'>,
  moved: Moved,
): Promise<void> {
  await tx
    .updateTable('alarms')
    .set({ ...moved, state: to })
    .where('id', '=', alarm.id)
    .execute();
  await addToTotal(tx, transitionTotal(`${alarm.state}>${to}` as TransitionName), 1);
  if (to === 'resolved') await addToTotal(tx, activeTotal(alarm.severity), -1);
}

export type ConditionAlarm = Pick<AlarmRow, 'id' | 'rule_id' | 'subject'>;

/** Active alarms that last until their condition clears. */
export async function conditionAlarms(db: Kysely<Schema>): Promise<ConditionAlarm[]> {
  return db
    .selectFrom('alarms')
    .select(['id', 'rule_id', 'subject'])
    .where(isActive)
    .where('ends_at', 'is', null)
    .execute();
}

/** Alarms about single events that are over, or whose rule is. */
export async function endedEventAlarms(
  db: Kysely<Schema>,
  now: number,
  enabled: readonly string[],
  limit: number,
): Promise<string[]> {
  const rows = await db
    .selectFrom('alarms')
    .select('id')
    .where(isActive)
    .where('ends_at', 'is not', null)
    .where((eb) =>
      eb.or([eb('ends_at', '<=', now), enabled.length > 0 ? eb('rule_id', 'not in', enabled) : eb.lit(true)]),
    )
    .orderBy('ends_at')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

export async function listAlarms(db: Kysely<Schema>, query: ListAlarmsQuery): Promise<Page<AlarmRow>> {
  const listing = 'alarms -openedAt';
  const after = decodeCursor(query.cursor, listing, 'number');
  let select = db.selectFrom('alarms').selectAll();
  if (query.state === 'active') select = select.where(isActive);
  if (query.state === 'past') select = select.where('state', '=', 'resolved');
  if (query.severity !== undefined) select = select.where('severity', '=', query.severity);
  if (after) {
    select = select.where(sql<boolean>`opened_at <= ${after.key} and (opened_at < ${after.key} or id < ${after.id})`);
  }
  const rows = await select
    .orderBy('opened_at', 'desc')
    .orderBy('id', 'desc')
    .limit(query.limit + 1)
    .execute();
  return page(rows, query.limit, (last) => ({ listing, key: last.opened_at, id: last.id }));
}

/** Gives alarms that were resolved before a time that cannot be another one. */
export async function dateResolved(tx: Tx, earliest: number, at: number): Promise<void> {
  await tx
    .updateTable('alarms')
    .set({ resolved_at: at })
    .where('state', '=', sql.lit('resolved'))
    .where('resolved_at', '<', earliest)
    .execute();
}

/** Deletes some of the alarms that were resolved before this time. @returns how many. */
export async function deleteResolved(tx: Tx, before: number, limit: number): Promise<number> {
  const result = await tx
    .deleteFrom('alarms')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('alarms')
        .select('id')
        .where('state', '=', sql.lit('resolved'))
        .where('resolved_at', '<', before)
        .orderBy('resolved_at')
        .limit(limit),
    )
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/**
 * Moves along, as the wall clock was set, what ends after a while: conditions that do not hold for long enough yet, and alarms
 * about single events.
 * @param before the time by the clock as it was: what lies behind it was written by another one, and stays
 */
export async function moveWaiting(tx: Tx, by: number, before: number): Promise<void> {
  await tx
    .updateTable('alarm_pending')
    .set((eb) => ({ since: eb('since', '+', by), seen_at: eb('seen_at', '+', by) }))
    .where('seen_at', '<=', before)
    .execute();
  await tx
    .updateTable('alarms')
    .set((eb) => ({ opened_at: eb('opened_at', '+', by), ends_at: eb('ends_at', '+', by) }))
    .where(isActive)
    .where('ends_at', 'is not', null)
    .where('opened_at', '<=', before)
    .execute();
}

export async function pendingConditions(db: Kysely<Schema>): Promise<AlarmPendingRow[]> {
  return db.selectFrom('alarm_pending').selectAll().execute();
}

export async function setPending(tx: Tx, row: AlarmPendingRow): Promise<void> {
  const { since, seen_at } = row;
  await tx
    .insertInto('alarm_pending')
    .values(row)
    .onConflict((conflict) => conflict.columns(['rule_id', 'subject']).doUpdateSet({ since, seen_at }))
    .execute();
}

export async function forgetPending(tx: Tx, ruleId: string, subject: string): Promise<void> {
  await tx.deleteFrom('alarm_pending').where('rule_id', '=', ruleId).where('subject', '=', subject).execute();
}
