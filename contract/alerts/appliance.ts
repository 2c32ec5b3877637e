/** The alert rules that are shipped: what the appliance's manual suggests, and what concerns the integration itself. */
import type { AlertGroup, AlertSpec } from './spec.ts';
import { health } from '../dashboards/health/health.ts';
import { integration } from '../dashboards/integration.ts';
import {
  MANY_REFUSED_SCRAPES,
  SLOW_INSERT_SECONDS,
  STALLED_TICK_AGE_SECONDS,
  TOKEN_EXPIRES_SOON_SECONDS,
} from '../limits.ts';
import { catalogue } from '../metrics.ts';
import { promql } from '../promql.ts';

/** Name of the scrape job. By it alone Prometheus knows an appliance of which it has no series. */
export const SCRAPE_JOB = 'dhcp-dpi';

const { metric, bucket, by } = promql(catalogue);
const { target } = promql(catalogue, [`job="${SCRAPE_JOB}"`]);
const onHealth = (title: string) => ({ dashboard: health.uid, title });
const onIntegration = (title: string) => ({ dashboard: integration.uid, title });

const platform = [
  {
    name: 'VitalsApplianceDown',
    severity: 'critical',
    value: target('up'),
    is: '==',
    limit: 0,
    for: '2m',
    summary: 'Appliance {instance} cannot be scraped',
    description:
      'Prometheus has had no answer from {instance} for two minutes, or only refusals. Its target page says which: 401 is the token, anything else the appliance or the way to it.',
    panel: onHealth('Appliance up'),
    tellsOfErrors: true,
  },
  {
    name: 'VitalsApplianceAbsent',
    severity: 'critical',
    value: `absent(${target('up')})`,
    is: '==',
    limit: 1,
    for: '5m',
    summary: 'No appliance is scraped at all',
    description:
      'Prometheus has no target in the job {job}: its configuration or service discovery lost the appliance.',
  },
  {
    name: 'VitalsAlarmEngineStalled',
    severity: 'critical',
    value: metric('alarmEngineTickAge'),
    is: '>',
    limit: STALLED_TICK_AGE_SECONDS,
    for: '1m',
    summary: 'The alarm engine of {instance} has stalled',
    description:
      'Its last tick was {duration} ago: the appliance raises and resolves no alarms. Read the backend’s log, then restart it.',
    panel: onHealth('Active alarms by severity'),
  },
  {
    name: 'VitalsCriticalAlarm',
    severity: 'critical',
    value: metric('alarmsActive', { severity: 'critical' }),
    is: '>',
    limit: 0,
    for: '1m',
    summary: '{value} critical alarms on {instance}',
    description: 'The appliance itself reports {value} active critical alarms. Its alarms page in Grafana says which.',
    panel: onHealth('Active alarms by severity'),
  },
] as const satisfies AlertSpec[];

const clickhouse = [
  {
    name: 'VitalsClickHouseDown',
    severity: 'critical',
    value: metric('clickhouseUp'),
    is: '==',
    limit: 0,
    for: '2m',
    summary: 'ClickHouse {exported_instance} does not answer {instance}',
    description:
      'ClickHouse has been silent for longer than the staleness window. Rows wait on the appliance’s disk, which fills up in time.',
    panel: onHealth('ClickHouse up'),
  },
  {
    name: 'VitalsBatchInsertSlow',
    severity: 'warning',
    value: `histogram_quantile(0.99, sum ${by('clickhouseBatchInsert', 'job', 'instance', 'le')} (rate(${bucket('clickhouseBatchInsert')}[5m])))`,
    is: '>',
    limit: SLOW_INSERT_SECONDS,
    for: '10m',
    summary: 'Batches of {instance} are inserted slowly',
    description:
      'The 99th percentile of batch inserts into ClickHouse is {duration}. Look at ClickHouse’s load, merges and disk.',
    panel: onHealth('Batch insert p50 and p99'),
  },
  {
    name: 'VitalsQuarantined',
    severity: 'warning',
    value: `increase(${metric('quarantined')}[1h])`,
    is: '>',
    limit: 0,
    for: '0s',
    summary: 'Something was set aside on {instance}',
    description:
      '{kind}: within the last hour it could not be delivered and was set aside. The backend’s log says what and why.',
    panel: onHealth('Set aside'),
  },
  {
    name: 'VitalsStorageLow',
    severity: 'critical',
    value: metric('storageLow'),
    is: '==',
    limit: 1,
    for: '1m',
    summary: 'The disk of {folder} is nearly full on {instance}',
    description:
      'Less than storage.min_free_mb is left where the appliance keeps this. Once it is full nothing can be stored: no change, no row, no alarm.',
    panel: onHealth('Disks nearly full'),
  },
] as const satisfies AlertSpec[];

const notifications = [
  {
    name: 'VitalsNotificationErrors',
    severity: 'warning',
    value: `rate(${metric('notificationsDelivered', { result: 'error' })}[5m])`,
    is: '>',
    limit: 0,
    for: '3m',
    summary: 'Notifications of {instance} fail on {channel}',
    description: 'Deliveries to {channel} have kept failing for minutes. They are tried again; nothing is lost yet.',
    panel: onHealth('Notification delivery rate'),
  },
  {
    name: 'VitalsVectorBreakerOpen',
    severity: 'warning',
    value: metric('vectorCircuitBreakerOpen'),
    is: '==',
    limit: 1,
    for: '1m',
    summary: 'Vector is unreachable from {instance}',
    description: 'The circuit breaker of the vector sink is open: notifications pile up until Vector answers again.',
    panel: onHealth('Vector breaker'),
  },
  {
    name: 'VitalsNotificationBacklog',
    severity: 'warning',
    value: `min_over_time(${metric('notificationQueueDepth')}[10m])`,
    is: '>',
    limit: 0,
    for: '5m',
    summary: 'Notifications of {instance} pile up',
    description: 'The queue has not been empty for ten minutes; at least {value} notifications waited all the time.',
    panel: onHealth('Notification queue depth'),
  },
] as const satisfies AlertSpec[];

const tokens = [
  {
    name: 'VitalsTokenExpiresSoon',
    severity: 'warning',
    value: `${metric('scrapeTokenExpiry')} - time()`,
    is: '<',
    limit: TOKEN_EXPIRES_SOON_SECONDS,
    for: '15m',
    summary: 'The scrape token for {instance} expires in {duration}',
    description:
      'Prometheus scrapes {instance} with a token that expires in {duration}; from then on scrapes are refused. Rotate it now.',
    panel: onIntegration('Token expires in'),
  },
  {
    name: 'VitalsScrapesRefused',
    severity: 'warning',
    value: `sum ${by('scrapeAuthFailures', 'job', 'instance')} (increase(${metric('scrapeAuthFailures')}[5m]))`,
    is: '>=',
    limit: MANY_REFUSED_SCRAPES,
    for: '0s',
    summary: 'Scrapes of {instance} are refused',
    description:
      '{value} scrapes were refused within five minutes. The audit log says from where and why: a forgotten job, or somebody who tries.',
    panel: onIntegration('Refused scrapes by reason'),
  },
] as const satisfies AlertSpec[];

const all = [...platform, ...clickhouse, ...notifications, ...tokens] as const;
export type AlertName = (typeof all)[number]['name'];

export const alertGroups: readonly AlertGroup[] = [{ name: 'vitals', prefix: 'Vitals', alerts: all }];
