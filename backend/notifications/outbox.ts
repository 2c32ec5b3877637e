import type { Condition } from '../../contract/alarms.ts';
import type { NotificationKind } from '../../contract/notifications.ts';
import type { Channel, Severity } from '../../contract/metrics.ts';
import type { Tx } from '../database/database.ts';
import { newId } from '../lib/ids.ts';
import { enqueue } from './store.ts';

/** Something worth telling. Its words come from names and rules, never from traffic. */
export interface Notice {
  readonly kind: NotificationKind;
  readonly severity: Severity;
  readonly title: string;
  readonly text: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** `admin` where it tells of scrape tokens or of the audit log. */
  readonly audience: 'admin' | 'all';
  readonly alarmId?: string;
  readonly tokenId?: string;
  readonly channels: readonly Channel[];
}

/** Puts a notice into the outbox, inside the transaction of what it reports: both are kept or neither. */
export type Notify = (tx: Tx, notice: Notice) => Promise<void>;

/** @param configured channels that exist; for others nothing is queued. */
export function createNotify(configured: ReadonlySet<Channel>): Notify {
  return async (tx, { channels, alarmId, tokenId, ...notice }) => {
    for (const channel of channels) {
      if (!configured.has(channel)) continue;
      await enqueue(tx, {
        ...notice,
        id: newId('ntf'),
        channel,
        alarm_id: alarmId ?? null,
        token_id: tokenId ?? null,
      });
    }
  };
}

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
