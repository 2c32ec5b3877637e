import type { Condition } from '../../contract/alarms.ts';
import type { Channel, Severity } from '../../contract/metrics.ts';
import type { NotificationKind } from '../../contract/notifications.ts';
import type { Tx } from '../database/database.ts';

/** How a rule wants something told. */
export interface NoticeRule {
  readonly severity: Severity;
  readonly channels: readonly Channel[];
}

/** The enabled rules that want to be told of this without an alarm. */
export async function noticeRules(tx: Tx, kind: NotificationKind): Promise<NoticeRule[]> {
  const rows = await tx
    .selectFrom('alarm_rules')
    .select(['severity', 'channels', 'condition'])
    .where('enabled', '=', 1)
    .where('condition', 'like', '%"token_notice"%')
    .execute();
  return rows
    .filter(({ condition }) => wants(JSON.parse(condition) as Condition, kind))
    .map(({ severity, channels }) => ({ severity, channels: JSON.parse(channels) as Channel[] }));
}

const wants = (condition: Condition, kind: NotificationKind) =>
  condition.kind === 'token_notice' && condition.event === kind;
