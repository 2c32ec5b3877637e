/** For each alert: series on which it fires, what it then says, and series on which it stays silent. */
import type { AlertName } from '../../contract/alerts/appliance.ts';

export interface AlertCase {
  /** Series and their values in promtool's notation, a value each 30 seconds. */
  readonly fires: Readonly<Record<string, string>>;
  /** When it is looked at: `for` has just passed. */
  readonly after: string;
  /** When it was not firing yet; absent where it fires at once. */
  readonly notYet?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What stands for `{value}` or `{duration}`. */
  readonly shown?: string;
  readonly silent: Readonly<Record<string, string>>;
}

const target = { job: 'dhcp-dpi', instance: 'a:9470' };
const of = (name: string, labels = '') => `${name}{job="dhcp-dpi", instance="a:9470"${labels && `, ${labels}`}}`;
const errors = of('dhcp_dpi_notifications_delivered_total', 'channel="vector", result="error"');
const delivered = of('dhcp_dpi_notifications_delivered_total', 'channel="vector", result="ok"');
const bucketAt = (le: string) => of('dhcp_dpi_clickhouse_batch_insert_seconds_bucket', `le="${le}"`);
const clickhouse = of('dhcp_dpi_clickhouse_up', 'exported_instance="embedded"');
const rejected = (reason: string) => of('dhcp_dpi_scrape_auth_failures_total', `reason="${reason}"`);

export const alertCases: Record<AlertName, AlertCase> = {
  VitalsApplianceDown: {
    fires: { [of('up')]: '1 0x10' },
    notYet: '2m',
    after: '2m30s',
    labels: target,
    silent: { [of('up')]: '1 0 0 1x10', 'up{job="node", instance="a:9100"}': '0x20' },
  },
  VitalsApplianceAbsent: {
    fires: { 'up{job="node", instance="a:9100"}': '1x20' },
    notYet: '4m30s',
    after: '5m',
    labels: { job: 'dhcp-dpi' },
    silent: { [of('up')]: '0x80' },
  },
  VitalsAlarmEngineStalled: {
    fires: { [of('dhcp_dpi_alarm_engine_tick_age_seconds')]: '30 60 90+30x10' },
    notYet: '1m30s',
    after: '2m',
    labels: target,
    shown: '2m 30s',
    silent: { [of('dhcp_dpi_alarm_engine_tick_age_seconds')]: '15 60 30 60 0x20' },
  },
  VitalsCriticalAlarm: {
    fires: { [of('dhcp_dpi_alarms_active', 'severity="critical"')]: '0 2x10' },
    notYet: '1m',
    after: '1m30s',
    labels: { ...target, severity: 'critical' },
    shown: '2',
    silent: {
      [of('dhcp_dpi_alarms_active', 'severity="critical"')]: '0x20',
      [of('dhcp_dpi_alarms_active', 'severity="warning"')]: '5x20',
    },
  },
  VitalsClickHouseDown: {
    fires: { [clickhouse]: '1 0x10' },
    notYet: '2m',
    after: '2m30s',
    labels: { ...target, exported_instance: 'embedded' },
    silent: { [clickhouse]: '1 0 0 0 0 1x20' },
  },
  VitalsBatchInsertSlow: {
    fires: { [bucketAt('1')]: '0x40', [bucketAt('5')]: '0+10x40', [bucketAt('+Inf')]: '0+10x40' },
    notYet: '10m',
    after: '10m30s',
    labels: target,
    shown: '4.96s',
    silent: { [bucketAt('1')]: '0+10x40', [bucketAt('5')]: '0+10x40', [bucketAt('+Inf')]: '0+10x40' },
  },
  VitalsQuarantined: {
    fires: { [of('dhcp_dpi_quarantined_total', 'kind="ingest"')]: '0 0 1x20' },
    after: '1m',
    labels: { ...target, kind: 'ingest' },
    silent: { [of('dhcp_dpi_quarantined_total', 'kind="ingest"')]: '4x20' },
  },
  VitalsNotificationErrors: {
    fires: { [errors]: '0 1+1x20', [delivered]: '0x20' },
    notYet: '3m',
    after: '3m30s',
    labels: { ...target, channel: 'vector', result: 'error' },
    silent: { [errors]: '7x20', [delivered]: '0+5x20' },
  },
  VitalsVectorBreakerOpen: {
    fires: { [of('dhcp_dpi_vector_circuit_breaker_open')]: '0 1x10' },
    notYet: '1m',
    after: '1m30s',
    labels: target,
    silent: { [of('dhcp_dpi_vector_circuit_breaker_open')]: '0 1 0x10' },
  },
  VitalsStorageLow: {
    fires: { [of('dhcp_dpi_storage_low', 'folder="spool"')]: '0 1x10' },
    notYet: '1m',
    after: '1m30s',
    labels: { ...target, folder: 'spool' },
    silent: { [of('dhcp_dpi_storage_low', 'folder="spool"')]: '0 1 0x10' },
  },
  VitalsNotificationBacklog: {
    fires: { [of('dhcp_dpi_notification_queue_depth')]: '0 3x60' },
    notYet: '15m',
    after: '16m',
    labels: target,
    shown: '3',
    silent: { [of('dhcp_dpi_notification_queue_depth')]: '50 50 50 50 0 50 50 50 50 0 0x60' },
  },
  VitalsTokenExpiresSoon: {
    fires: { [of('dhcp_dpi_scrape_token_expiry_timestamp_seconds')]: '87300x60' },
    notYet: '14m30s',
    after: '15m',
    labels: target,
    shown: '1d 0h 0m 0s',
    silent: { [of('dhcp_dpi_scrape_token_expiry_timestamp_seconds')]: `${30 * 24 * 3600}x60` },
  },
  VitalsScrapesRefused: {
    fires: { [rejected('expired')]: '0+1x20', [rejected('missing')]: '0+1x20' },
    after: '5m',
    labels: target,
    shown: '20',
    silent: { [rejected('expired')]: '100x20', [rejected('missing')]: '0 0 3x20' },
  },
};
