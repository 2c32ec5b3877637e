import type { AuditEventName, AuditVia } from '../../contract/audit-events.ts';
import type { NotificationKind, TokenOrigin, TokenStatus } from '../../contract/api.ts';
import type { AlarmState, Channel, Severity } from '../../contract/metrics.ts';
import type { Role } from '../../contract/roles.ts';

/** Times are milliseconds since the Unix epoch, hashes lower-case hexadecimal. */
export interface Schema {
  scrape_tokens: ScrapeTokenRow;
  token_rotations: TokenRotationRow;
  token_observations: TokenObservationRow;
  token_consumers: TokenConsumerRow;
  credentials: CredentialRow;
  audit_events: AuditEventRow;
  audit_checkpoint: AuditCheckpointRow;
  audit_clock_steps: AuditClockStepRow;
  alarm_rules: AlarmRuleRow;
  alarm_pending: AlarmPendingRow;
  alarms: AlarmRow;
  notification_outbox: OutboxRow;
  bell_notifications: BellRow;
  bell_readers: BellReaderRow;
  bell_reads: BellReadRow;
  running_totals: RunningTotalRow;
  meta: MetaRow;
  operational_settings: OperationalSettingRow;
  push_groups: PushGroupRow;
}

export interface ScrapeTokenRow {
  id: string;
  name: string;
  /** The name folded for case-insensitive search and sorting. */
  name_folded: string;
  prefix: string;
  hash: string;
  created_at: number;
  created_by: string;
  expires_at: number | null;
  revoked_at: number | null;
  revoked_by: string | null;
  last_used_at: number | null;
  last_ip: string | null;
  /** Status as last accounted for in `running_totals`; `expired` is sticky, whatever the clock does afterwards. */
  state: TokenStatus;
  predecessor_id: string | null;
  successor_id: string | null;
  /** When the next notification that the token expires is due; null: no more. */
  notice_at: number | null;
  /** Its scope: a JSON array of catalogue ids, sorted; `platform` is the platform's own endpoint. */
  catalogues: string;
  origin: TokenOrigin;
}

/** A rotation from one token to the next that is under way. */
export interface TokenRotationRow {
  predecessor_id: string;
  successor_id: string;
  grace: 'observed' | 'timed';
  started_at: number;
  started_by: string;
  /** When the predecessor ends in any case; null: only by what is observed. */
  latest_at: number | null;
}

/** What is seen of a token's user, and of who is refused with it. Durations are in milliseconds. */
export interface TokenObservationRow {
  token_id: string;
  usual_ms: number | null;
  /** When several consumers at once were seen last. */
  shared_at: number | null;
  last_duration_ms: number | null;
  last_format: string | null;
  last_user_agent: string | null;
  knock_at: number | null;
  knock_ip: string | null;
  knock_reason: 'expired' | 'revoked' | null;
  knock_count: number;
}

/** An address and user agent that scraped of late; without a user agent that is empty. */
export interface TokenConsumerRow {
  token_id: string;
  ip: string;
  user_agent: string;
  first_at: number;
  last_at: number;
  scrapes: number;
  usual_ms: number | null;
}

export interface CredentialRow {
  /** The JWT's `jti`. */
  id: string;
  name: string;
  role: Role;
  /** The catalogue that a reporter reports for. */
  catalogue: string | null;
  created_at: number;
  created_by: string;
  expires_at: number;
  revoked_at: number | null;
  revoked_by: string | null;
  last_used_at: number | null;
  last_ip: string | null;
}

/** `body` is the canonical text that `hash` covers; the other columns repeat parts of it for filtering. */
export interface AuditEventRow {
  seq: number;
  id: string;
  at: number;
  event: AuditEventName;
  actor: string | null;
  via: AuditVia;
  ip: string | null;
  target: string | null;
  body: string;
  hash: string;
}

/** Where retention cut the log: what came up to this row is removed. At most one; `mac` signs the rest. */
export interface AuditCheckpointRow {
  seq: number;
  hash: string;
  /** The last removed row's own time. */
  at: number;
  mac: string;
}

/** A row whose time is before that of the row before it: the clock was set back. */
export interface AuditClockStepRow {
  seq: number;
}

/** `channels` and `condition` are JSON; `enabled` and `built_in` are 0 or 1. */
export interface AlarmRuleRow {
  id: string;
  name: string;
  severity: Severity;
  enabled: number;
  built_in: number;
  channels: string;
  condition: string;
  /** Audit events up to this one are none of the rule's business: they came before it was made or enabled. */
  since_seq: number;
  created_at: number;
  /** Null for a built-in rule; there, `changed_at` is null as long as nobody changed it. */
  created_by: string | null;
  changed_at: number | null;
  changed_by: string | null;
}

/** A condition that holds, but not yet for as long as its rule asks. */
export interface AlarmPendingRow {
  rule_id: string;
  subject: string;
  since: number;
  /** The last tick that saw the condition hold. */
  seen_at: number;
}

/** Name, severity and channels are the rule's at the opening: an alarm outlives changes of its rule. */
export interface AlarmRow {
  id: string;
  rule_id: string;
  rule_name: string;
  severity: Severity;
  channels: string;
  /** Canonical JSON. */
  subject: string;
  summary: string;
  state: AlarmState;
  opened_at: number;
  /** When an event's alarm resolves by itself; null: when its condition clears. */
  ends_at: number | null;
  acknowledged_at: number | null;
  acknowledged_by: string | null;
  resolved_at: number | null;
}

export interface BellRow {
  /** The order of delivery. */
  seq: number;
  id: string;
  kind: NotificationKind;
  severity: Severity;
  title: string;
  text: string;
  audience: 'admin' | 'all';
  alarm_id: string | null;
  token_id: string | null;
  at: number;
}

/** A notification on its way to one channel. It leaves the table when it is delivered. */
export interface OutboxRow extends BellRow {
  channel: Channel;
  state: 'queued' | 'quarantined';
  /** Why it was quarantined. */
  reason: string | null;
}

export interface BellReaderRow {
  reader: string;
  /** Everything up to this `seq` is read. */
  up_to: number;
}

export interface BellReadRow {
  reader: string;
  seq: number;
}

/** Sums that are kept in the transaction of the write they count, so that nobody counts rows at a scrape. */
export interface RunningTotalRow {
  name: string;
  value: number;
}

export interface MetaRow {
  name: string;
  value: string;
}

/** What administrators set while the backend runs. `value` is JSON; secrets in it are encrypted. */
export interface OperationalSettingRow {
  name: string;
  value: string;
  changed_at: number;
  changed_by: string;
}

/** A group that was pushed to a Pushgateway and is not known to be removed again. */
export interface PushGroupRow {
  url: string;
  job: string;
  instance: string;
  username: string | null;
  /** Encrypted. */
  password: string | null;
  /** When it stopped being pushed and still had to be removed; null: it is the one that is pushed. */
  stale_since: number | null;
  failure: string | null;
}
