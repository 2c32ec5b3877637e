import type { Alarm } from '../../contract/api.ts';
import { nextNumber, ok, paged, problem, type Answer, type Call } from './fakeReplies.ts';

export interface AlarmState {
  /** Newest first. */
  readonly alarms: Alarm[];
}

export function fakeAlarms({ alarms }: AlarmState, { id, action, query }: Call): Answer {
  if (id === undefined) return ok(paged(alarms.filter(matches(query)), query));
  const alarm = alarms.find((each) => each.id === id);
  if (!alarm) return problem('alarm_not_found');
  if (action === 'acknowledge') {
    if (alarm.state !== 'firing') return problem('alarm_not_firing');
    Object.assign(alarm, acknowledged(alarm, new Date().toISOString(), 'ada'));
  }
  return ok({ alarm });
}

const matches = (query: URLSearchParams) => (alarm: Alarm) =>
  (query.get('state') === 'past') === (alarm.state === 'resolved') &&
  (query.get('severity') ?? alarm.severity) === alarm.severity;

export function makeAlarm(own: Partial<Alarm> = {}): Alarm {
  const number = nextNumber();
  const openedAt = own.openedAt ?? '2026-11-20T09:00:00Z';
  return {
    id: `alm${number}`,
    ruleId: 'notification-backlog',
    ruleName: `Rule ${number}`,
    severity: 'warning',
    state: 'firing',
    subject: { kind: 'metric', labels: {} },
    summary: 'dhcp_dpi_notification_queue_depth > 100 for 5 min',
    openedAt,
    acknowledgedAt: null,
    acknowledgedBy: null,
    resolvedAt: null,
    timeline: [{ state: 'firing', at: openedAt, by: null }],
    ...own,
  };
}

export function acknowledged(alarm: Alarm, at: string, by: string): Alarm {
  const timeline: Alarm['timeline'] = [...alarm.timeline, { state: 'acknowledged', at, by }];
  return { ...alarm, state: 'acknowledged', acknowledgedAt: at, acknowledgedBy: by, timeline };
}

export function resolved(alarm: Alarm, at: string): Alarm {
  const timeline: Alarm['timeline'] = [...alarm.timeline, { state: 'resolved', at, by: null }];
  return { ...alarm, state: 'resolved', resolvedAt: at, timeline };
}
