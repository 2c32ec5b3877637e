/** The rules that every appliance has, and how they come into the database. */
import type { AlarmRuleBody, TokenNotice } from '../../contract/alarms.ts';
import type { Database } from '../database/database.ts';
import type { AlarmRuleRow } from '../database/schema.ts';
import type { Clock } from '../lib/clock.ts';
import { newId } from '../lib/ids.ts';
import { lastSeq } from './queries.ts';
import { allRules, putRule } from './rule-store.ts';

export interface BuiltInRule extends AlarmRuleBody {
  readonly id: string;
}

const MINUTE = 60;
const DAY = 24 * 3600;

/**
 * The rules every appliance has. They can be disabled and changed in their numbers. What tells that a way out is
 * blocked rings the bell alone: it would not get through there.
 */
export const builtInRules: readonly BuiltInRule[] = [
  {
    id: 'clickhouse-down',
    name: 'ClickHouse does not answer',
    severity: 'critical',
    enabled: true,
    channels: ['bell', 'vector'],
    condition: {
      kind: 'metric',
      metric: 'clickhouseUp',
      labels: {},
      compare: '==',
      threshold: 0,
      forSeconds: 2 * MINUTE,
    },
  },
  {
    id: 'notification-errors',
    name: 'Notifications cannot be delivered',
    severity: 'warning',
    enabled: true,
    channels: ['bell'],
    condition: {
      kind: 'metric',
      metric: 'notificationsDelivered',
      labels: { result: 'error' },
      windowSeconds: 5 * MINUTE,
      compare: '>',
      threshold: 0,
      forSeconds: 3 * MINUTE,
    },
  },
  {
    id: 'vector-breaker-open',
    name: 'Vector is unreachable',
    severity: 'warning',
    enabled: true,
    channels: ['bell'],
    condition: {
      kind: 'metric',
      metric: 'vectorCircuitBreakerOpen',
      labels: {},
      compare: '==',
      threshold: 1,
      forSeconds: MINUTE,
    },
  },
  {
    id: 'notification-backlog',
    name: 'Notifications pile up',
    severity: 'warning',
    enabled: true,
    channels: ['bell'],
    condition: {
      kind: 'metric',
      metric: 'notificationQueueDepth',
      labels: {},
      compare: '>',
      threshold: 100,
      forSeconds: 5 * MINUTE,
    },
  },
  {
    id: 'storage-low',
    name: 'A disk is nearly full',
    severity: 'critical',
    enabled: true,
    channels: ['bell', 'vector'],
    condition: {
      kind: 'metric',
      metric: 'storageLow',
      labels: {},
      compare: '==',
      threshold: 1,
      forSeconds: 0,
    },
  },
  {
    id: 'scrape-auth-failures',
    name: 'Scrapes are refused',
    severity: 'warning',
    enabled: true,
    channels: ['bell', 'vector'],
    condition: {
      kind: 'metric',
      metric: 'scrapeAuthFailures',
      labels: {},
      windowSeconds: 5 * MINUTE,
      compare: '>=',
      threshold: 10,
      forSeconds: 0,
    },
  },
  {
    id: 'token-expiry',
    name: 'A scrape token in use expires soon',
    severity: 'warning',
    enabled: true,
    channels: ['bell', 'vector'],
    condition: { kind: 'token_expiry', withinSeconds: 14 * DAY },
  },
  tokenNotice('token-created', 'A scrape token was created', 'token.created'),
  tokenNotice('token-revoked', 'A scrape token was revoked', 'token.revoked'),
  tokenNotice('token-rotated', 'A scrape token was rotated', 'token.rotated'),
  tokenNotice('token-expiring', 'A scrape token expires in 14, 7 or 1 days', 'token.expiring'),
  {
    id: 'quarantined',
    name: 'Something was set aside undelivered',
    severity: 'warning',
    enabled: true,
    channels: ['bell'],
    condition: {
      kind: 'metric',
      metric: 'quarantined',
      labels: {},
      windowSeconds: 60 * MINUTE,
      compare: '>',
      threshold: 0,
      forSeconds: 0,
    },
  },
];

/** A notification and no alarm: a default start mints a token, and nothing is wrong. */
function tokenNotice(id: string, name: string, event: TokenNotice): BuiltInRule {
  const condition = { kind: 'token_notice', event } as const;
  return { id, name, severity: 'info', enabled: true, channels: ['bell'], condition };
}

/**
 * Adds the built-in rules that are missing, and gives those that nobody changed the numbers of this release. Where a release
 * made another kind of rule of one, what somebody made of it before goes on as a rule of their own.
 */
export async function seedBuiltInRules(database: Database, clock: Clock): Promise<void> {
  const known = new Map((await allRules(database.read)).map((row) => [row.id, row]));
  const due = builtInRules.filter((rule) => isDue(rule, known.get(rule.id)));
  if (due.length === 0) return;
  await database.transaction(async (tx) => {
    const sinceSeq = await lastSeq(tx);
    for (const rule of due) {
      const before = known.get(rule.id);
      if (before?.enabled === 1 && before.changed_at !== null) {
        await putRule(tx, { ...before, id: newId('rul'), built_in: 0, created_by: before.changed_by });
      }
      await putRule(tx, {
        id: rule.id,
        ...stored(rule),
        built_in: 1,
        since_seq: before?.since_seq ?? sinceSeq,
        created_at: before?.created_at ?? clock.now(),
        created_by: null,
        changed_at: null,
        changed_by: null,
      });
    }
  });
}

function isDue(rule: BuiltInRule, row: AlarmRuleRow | undefined): boolean {
  if (!row) return true;
  if (row.changed_at !== null) return kindOf(row) !== rule.condition.kind;
  return Object.entries(stored(rule)).some(([column, value]) => row[column as keyof AlarmRuleRow] !== value);
}

function kindOf({ condition }: AlarmRuleRow): unknown {
  return (JSON.parse(condition) as { kind?: unknown }).kind;
}

function stored(rule: BuiltInRule) {
  return {
    name: rule.name,
    severity: rule.severity,
    enabled: rule.enabled ? 1 : 0,
    channels: JSON.stringify(rule.channels),
    condition: JSON.stringify(rule.condition),
  };
}
