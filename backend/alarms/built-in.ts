import type { AlarmRuleBody } from '../../contract/alarms.ts';

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
  {
    // Off as delivered: creation rings the bell by itself, and a default start mints a token but raises no alarm.
    id: 'token-created',
    name: 'A scrape token was created',
    severity: 'info',
    enabled: false,
    channels: ['bell'],
    condition: { kind: 'audit', event: 'token.created', atLeast: 1, windowSeconds: DAY },
  },
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
