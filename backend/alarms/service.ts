import type { Alarm, AlarmList, ListAlarmsQuery } from '../../contract/alarms.ts';
import type { Channel } from '../../contract/metrics.ts';
import type { NotificationKind } from '../../contract/notifications.ts';
import type { Actor, AuditLog } from '../audit/log.ts';
import { iso, type Clock } from '../lib/clock.ts';
import type { Database } from '../database/database.ts';
import type { AlarmRow } from '../database/schema.ts';
import type { Notice, Notify } from '../notifications/outbox.ts';
import { Refusal } from '../http/refusal.ts';
import * as store from './store.ts';
import { audienceOf, parseSubject } from './subject.ts';

/** Alarms as users see them. The engine opens and resolves them. */
export interface AlarmService {
  list(query: ListAlarmsQuery): Promise<AlarmList>;
  /** @throws Refusal `alarm_not_found` */
  get(id: string): Promise<Alarm>;
  /** @throws Refusal `alarm_not_found`, `alarm_not_firing` */
  acknowledge(id: string, actor: Actor): Promise<Alarm>;
}

export interface AlarmServiceOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly notify: Notify;
  readonly clock: Clock;
}

export function createAlarmService({ database, audit, notify, clock }: AlarmServiceOptions): AlarmService {
  return {
    async list(query) {
      const { rows, nextCursor } = await store.listAlarms(database.read, query);
      return { items: rows.map(present), nextCursor };
    },

    async get(id) {
      const row = await store.findAlarm(database.read, id);
      if (!row) throw new Refusal('alarm_not_found');
      return present(row);
    },

    async acknowledge(id, actor) {
      const row = await database.transaction(async (tx) => {
        const alarm = await store.findAlarm(tx, id);
        if (!alarm) throw new Refusal('alarm_not_found');
        if (alarm.state !== 'firing') throw new Refusal('alarm_not_firing');
        const moved = { acknowledged_at: clock.now(), acknowledged_by: actor.name ?? 'unknown' };
        await store.moveAlarm(tx, alarm, 'acknowledged', moved);
        await notify(tx, noticeOf('alarm.acknowledged', alarm, moved.acknowledged_at));
        const details = { rule: alarm.rule_id, name: alarm.rule_name, severity: alarm.severity };
        await audit.record(tx, { event: 'alarm.acknowledged', actor, target: id, details });
        return { ...alarm, ...moved, state: 'acknowledged' as const };
      });
      return present(row);
    },
  };
}

const stateNames = {
  'alarm.opened': 'Firing',
  'alarm.acknowledged': 'Acknowledged',
  'alarm.resolved': 'Resolved',
} as const satisfies Partial<Record<NotificationKind, string>>;

/** What the rule's channels are told of an alarm. */
export function noticeOf(kind: keyof typeof stateNames, alarm: AlarmRow, at: number): Notice {
  return {
    kind,
    severity: alarm.severity,
    title: alarm.rule_name,
    text: `${stateNames[kind]}: ${alarm.summary}`,
    at,
    audience: audienceOf(alarm.subject),
    alarmId: alarm.id,
    channels: JSON.parse(alarm.channels) as Channel[],
  };
}

function present(row: AlarmRow): Alarm {
  const { opened_at, acknowledged_at, acknowledged_by, resolved_at } = row;
  const timeline: Alarm['timeline'] = [{ state: 'firing', at: iso(opened_at), by: null }];
  if (acknowledged_at !== null) {
    timeline.push({ state: 'acknowledged', at: iso(acknowledged_at), by: acknowledged_by });
  }
  if (resolved_at !== null) timeline.push({ state: 'resolved', at: iso(resolved_at), by: null });
  return {
    id: row.id,
    ruleId: row.rule_id,
    ruleName: row.rule_name,
    severity: row.severity,
    state: row.state,
    subject: parseSubject(row.subject),
    summary: row.summary,
    openedAt: iso(opened_at),
    acknowledgedAt: iso(acknowledged_at),
    acknowledgedBy: acknowledged_by,
    resolvedAt: iso(resolved_at),
    timeline,
  };
}
