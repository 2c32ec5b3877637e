import type { AlarmRuleBody, TokenNotice } from '../../contract/alarms.ts';

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
    name: 'Something was refused for good and set aside',
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

/** Told and no alarm: a default start mints a token, and nothing is wrong. */
function tokenNotice(id: string, name: string, event: TokenNotice): BuiltInRule {
  const condition = { kind: 'token_notice', event } as const;
  return { id, name, severity: 'info', enabled: true, channels: ['bell'], condition };
}
