/** Families of the appliance and their closed values, as plain data: what the plugin's rule editor offers, too. */
import type { PlatformFamily } from './catalogue-model.ts';
import { auditEventNames, scrapeRefusalReasonNames } from './audit-events.ts';

/** Namespace of the appliance's own families (seeds/000). Fixed: a second namespace is a second catalogue. */
export const NAMESPACE = 'dhcp_dpi';

/** Groups of routes that HTTP families tell apart. Ingest and reports are in neither: their rate would tell the traffic's volume. */
export const httpGroups = ['scrape', 'api'] as const;
export type HttpGroup = (typeof httpGroups)[number];
export const httpCodes = ['2xx', '3xx', '4xx', '5xx'] as const;
export type HttpCode = (typeof httpCodes)[number];

export const tokenStatuses = ['active', 'expired', 'revoked'] as const;

/** What is asked of ClickHouse. */
export const clickhouseOperations = [
  'insert_dhcp_events',
  'insert_counter_stats',
  'insert_set_stats',
  'insert_audit_events',
  'probe',
  'migrate',
] as const;
export type ClickHouseOperation = (typeof clickhouseOperations)[number];
export const severities = ['critical', 'warning', 'info'] as const;
export type Severity = (typeof severities)[number];

/** An alarm's lifecycle (seeds/000). An opening is no transition: there is no state before `firing`. */
export const alarmStates = ['firing', 'acknowledged', 'resolved'] as const;
export type AlarmState = (typeof alarmStates)[number];
export const alarmTransitions = [
  { from: 'firing', to: 'acknowledged' },
  { from: 'firing', to: 'resolved' },
  { from: 'acknowledged', to: 'resolved' },
] as const;
export type AlarmTransition = (typeof alarmTransitions)[number];

export const channels = ['vector', 'bell'] as const;
export type Channel = (typeof channels)[number];
export const deliveryResults = ['ok', 'error'] as const;
export type DeliveryResult = (typeof deliveryResults)[number];

/** What was set aside because a destination refused it for good, or because its file was damaged: notifications, and ingested rows. */
export const quarantinedKinds = ['notification', 'ingest'] as const;

/** Where data is kept on disks of the appliance. */
export const storageFolders = ['database', 'spool', 'clickhouse'] as const;
export type StorageFolder = (typeof storageFolders)[number];

/** Why a sample of a local exporter does not come out. */
export const dropReasons = {
  unknown_family: 'the catalogue has no such family',
  wrong_type: 'the exporter says that the family has another type',
  unknown_label: 'the family has no such label',
  unknown_value: 'the label has no such value, or not together with the others',
  too_many_values: 'the label has as many values as the catalogue allows',
  bad_value: 'the value is none that such a family can have',
  duplicate: 'the series was there before',
} as const;
export type DropReason = keyof typeof dropReasons;
export const dropReasonNames = Object.keys(dropReasons) as DropReason[];

/** Why a push to the Pushgateway, or the removal of what was pushed, failed. */
export const pushFailureReasons = {
  unreachable: 'nothing answers there',
  timeout: 'it did not answer in time',
  unauthorized: 'it refuses the user name or the password',
  refused: 'it refuses what was pushed, or is no Pushgateway',
  server_error: 'it failed itself',
} as const;
export type PushFailureReason = keyof typeof pushFailureReasons;
export const pushFailureReasonNames = Object.keys(pushFailureReasons) as PushFailureReason[];

/** Families of the appliance, in the order of the exposition. A key is how dashboards, alerts and code speak of a family. */
export const applianceFamilies = {
  buildInfo: {
    name: 'dhcp_dpi_build_info',
    type: 'gauge',
    help: 'Always 1. Labels carry the running release.',
    labels: {
      version: { constant: 'version' },
      commit: { constant: 'commit' },
      go_version: { constant: 'goVersion' },
      node_version: { constant: 'nodeVersion' },
    },
  },
  processStartTime: {
    name: 'dhcp_dpi_process_start_time_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Unix time at which the appliance started.',
    labels: {},
  },
  alarmsActive: {
    name: 'dhcp_dpi_alarms_active',
    type: 'gauge',
    help: 'Current count of firing or acknowledged alarms by severity.',
    labels: { severity: severities },
  },
  alarmsStateTransitions: {
    name: 'dhcp_dpi_alarms_state_transitions_total',
    type: 'counter',
    help: 'Total alarm state transitions since process start.',
    labels: { from: ['firing', 'acknowledged'], to: ['acknowledged', 'resolved'] },
    combinations: alarmTransitions,
  },
  alarmEngineTickAge: {
    name: 'dhcp_dpi_alarm_engine_tick_age_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Seconds since the last alarm engine evaluation.',
    labels: {},
  },
  alarmEngineLastTick: {
    name: 'dhcp_dpi_alarm_engine_last_tick_timestamp_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Unix time of the last alarm engine evaluation, 0 before the first.',
    labels: {},
  },
  notificationsDelivered: {
    name: 'dhcp_dpi_notifications_delivered_total',
    type: 'counter',
    help: 'Total notifications delivered since process start; result error counts every attempt that failed.',
    labels: { channel: channels, result: deliveryResults },
  },
  notificationQueueDepth: {
    name: 'dhcp_dpi_notification_queue_depth',
    type: 'gauge',
    help: 'Notifications that wait for their delivery.',
    labels: {},
  },
  vectorCircuitBreakerOpen: {
    name: 'dhcp_dpi_vector_circuit_breaker_open',
    type: 'gauge',
    help: '1 if the circuit breaker of the vector sink is currently open, else 0.',
    labels: {},
  },
  // ClickHouse: clickhouseUp, clickhouseQueryErrors and clickhouseBatchInsert stand here.
  quarantined: {
    name: 'dhcp_dpi_quarantined_total',
    type: 'counter',
    help: 'Notifications and ingested rows that could not be delivered and were set aside since process start by kind.',
    labels: { kind: quarantinedKinds },
  },
  scrapeTokens: {
    name: 'dhcp_dpi_scrape_tokens',
    type: 'gauge',
    help: 'Scrape tokens by status.',
    labels: { status: tokenStatuses },
  },
  scrapeTokenExpiry: {
    name: 'dhcp_dpi_scrape_token_expiry_timestamp_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Unix time at which the token of this very scrape expires.',
    labels: {},
    absentWhen: 'the calling token never expires',
  },
  scrapeAuthFailures: {
    name: 'dhcp_dpi_scrape_auth_failures_total',
    type: 'counter',
    help: 'Refused scrapes since process start by reason.',
    labels: { reason: scrapeRefusalReasonNames },
  },
  auditEvents: {
    name: 'dhcp_dpi_audit_events_total',
    type: 'counter',
    help: 'Audit events recorded since process start by event.',
    labels: { event: auditEventNames },
  },
  clickhouseUp: {
    name: 'dhcp_dpi_clickhouse_up',
    type: 'gauge',
    help: '1 if ClickHouse responded within the staleness window, else 0.',
    labels: { instance: { constant: 'clickhouseInstance' } },
    absentWhen: 'no ClickHouse is configured',
  },
  clickhouseQueryErrors: {
    name: 'dhcp_dpi_clickhouse_query_errors_total',
    type: 'counter',
    help: 'Errors returned from ClickHouse calls since process start by the operation that failed.',
    labels: { operation: clickhouseOperations },
  },
  clickhouseBatchInsert: {
    name: 'dhcp_dpi_clickhouse_batch_insert_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Time spent inserting a batch into ClickHouse.',
    labels: {},
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 10],
  },
  ingestSpoolFill: {
    name: 'dhcp_dpi_ingest_spool_fill_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'Used part of the room on disk for rows that wait for ClickHouse, 0 where no ClickHouse is configured.',
    labels: {},
  },
  // How much is free would tell the traffic's volume by how fast it falls.
  storageLow: {
    name: 'dhcp_dpi_storage_low',
    type: 'gauge',
    help: '1 if less than the configured room is left on the disk of this data folder, else 0.',
    labels: { folder: storageFolders },
  },
  httpRequests: {
    name: 'dhcp_dpi_http_requests_total',
    type: 'counter',
    help: 'HTTP requests answered since process start by group of routes and class of status code.',
    labels: { group: httpGroups, code: httpCodes },
  },
  httpRequestDuration: {
    name: 'dhcp_dpi_http_request_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Time from the first byte of a request to the end of its answer by group of routes.',
    labels: { group: httpGroups },
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 10],
  },
  catalogueSourceUp: {
    name: 'dhcp_dpi_catalogue_source_up',
    type: 'gauge',
    help: '1 if the local exporter of the catalogue answered at this scrape, else 0.',
    labels: { catalogue: { constant: 'catalogueSources' } },
    absentWhen: 'no catalogue has a local exporter',
  },
  catalogueDropped: {
    name: 'dhcp_dpi_catalogue_dropped_total',
    type: 'counter',
    help: 'Samples of local exporters that the catalogue does not allow since process start by catalogue and reason.',
    labels: { catalogue: { constant: 'catalogueSources' }, reason: dropReasonNames },
    absentWhen: 'no catalogue has a local exporter',
  },
  pushLastSuccess: {
    name: 'dhcp_dpi_push_last_success_timestamp_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Unix time of the last push that the Pushgateway took.',
    labels: {},
    absentWhen: 'nothing was pushed since process start',
  },
  pushFailures: {
    name: 'dhcp_dpi_push_failures_total',
    type: 'counter',
    help: 'Failed pushes to the Pushgateway since process start by reason.',
    labels: { reason: pushFailureReasonNames },
  },
} as const satisfies Record<string, PlatformFamily>;
