import type { Catalogue, Family } from './catalogue.ts';
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

/** What a destination refused for good and was set aside: notifications, and rows of ingested batches. */
export const quarantinedKinds = ['notification', 'ingest'] as const;
export type QuarantinedKind = (typeof quarantinedKinds)[number];

const heapSpaces = [
  'read_only',
  'new',
  'old',
  'code',
  'shared',
  'trusted',
  'shared_trusted',
  'new_large_object',
  'large_object',
  'code_large_object',
  'shared_large_object',
  'shared_trusted_large_object',
  'trusted_large_object',
] as const;
const heapSpaceAbsent = 'this release of Node.js has no such heap space';
const linuxOnly = 'the operating system is not Linux';

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
    help: 'Notifications and ingested rows that were refused for good and set aside since process start by kind.',
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
} as const satisfies Record<string, Family>;

/**
 * Families of the process and of Node.js, under prom-client's standard names. Collectors whose labels are open or whose
 * gauges are misnamed `_total` (active handles, requests and resources) are left out: the contract is closed.
 */
export const runtimeFamilies = {
  processCpuUser: counter('process_cpu_user_seconds_total', 'seconds', 'Total user CPU time spent in seconds.'),
  processCpuSystem: counter('process_cpu_system_seconds_total', 'seconds', 'Total system CPU time spent in seconds.'),
  processCpu: counter('process_cpu_seconds_total', 'seconds', 'Total user and system CPU time spent in seconds.'),
  processStart: gauge(
    'process_start_time_seconds',
    'seconds',
    'Start time of the process since unix epoch in seconds.',
  ),
  processResidentMemory: gauge('process_resident_memory_bytes', 'bytes', 'Resident memory size in bytes.'),
  processVirtualMemory: gauge('process_virtual_memory_bytes', 'bytes', 'Virtual memory size in bytes.', linuxOnly),
  processHeap: gauge('process_heap_bytes', 'bytes', 'Process heap size in bytes.', linuxOnly),
  processOpenFds: gauge('process_open_fds', undefined, 'Number of open file descriptors.', linuxOnly),
  processMaxFds: gauge('process_max_fds', undefined, 'Maximum number of open file descriptors.', linuxOnly),
  eventLoopLag: gauge('nodejs_eventloop_lag_seconds', 'seconds', 'Lag of event loop in seconds.'),
  eventLoopLagMin: gauge('nodejs_eventloop_lag_min_seconds', 'seconds', 'The minimum recorded event loop delay.'),
  eventLoopLagMax: gauge('nodejs_eventloop_lag_max_seconds', 'seconds', 'The maximum recorded event loop delay.'),
  eventLoopLagMean: gauge(
    'nodejs_eventloop_lag_mean_seconds',
    'seconds',
    'The mean of the recorded event loop delays.',
  ),
  eventLoopLagStddev: gauge(
    'nodejs_eventloop_lag_stddev_seconds',
    'seconds',
    'The standard deviation of the recorded event loop delays.',
  ),
  eventLoopLagP50: gauge(
    'nodejs_eventloop_lag_p50_seconds',
    'seconds',
    'The 50th percentile of the recorded event loop delays.',
  ),
  eventLoopLagP90: gauge(
    'nodejs_eventloop_lag_p90_seconds',
    'seconds',
    'The 90th percentile of the recorded event loop delays.',
  ),
  eventLoopLagP99: gauge(
    'nodejs_eventloop_lag_p99_seconds',
    'seconds',
    'The 99th percentile of the recorded event loop delays.',
  ),
  heapTotal: gauge('nodejs_heap_size_total_bytes', 'bytes', 'Process heap size from Node.js in bytes.'),
  heapUsed: gauge('nodejs_heap_size_used_bytes', 'bytes', 'Process heap size used from Node.js in bytes.'),
  externalMemory: gauge('nodejs_external_memory_bytes', 'bytes', 'Node.js external memory size in bytes.'),
  heapSpaceTotal: heapSpace(
    'nodejs_heap_space_size_total_bytes',
    'Process heap space size total from Node.js in bytes.',
  ),
  heapSpaceUsed: heapSpace('nodejs_heap_space_size_used_bytes', 'Process heap space size used from Node.js in bytes.'),
  heapSpaceAvailable: heapSpace(
    'nodejs_heap_space_size_available_bytes',
    'Process heap space size available from Node.js in bytes.',
  ),
  nodeVersion: {
    name: 'nodejs_version_info',
    type: 'gauge',
    help: 'Node.js version info.',
    labels: {
      version: { constant: 'nodeVersion' },
      major: { constant: 'nodeMajor' },
      minor: { constant: 'nodeMinor' },
      patch: { constant: 'nodePatch' },
    },
  },
  gcDuration: {
    name: 'nodejs_gc_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Garbage collection duration by kind, one of major, minor, incremental or weakcb.',
    labels: { kind: ['major', 'minor', 'incremental', 'weakcb'] },
    buckets: [0.001, 0.01, 0.1, 1, 2, 5],
  },
} as const satisfies Record<string, Family>;

export const catalogue = {
  id: 'appliance',
  namespace: NAMESPACE,
  scope: 'platform-health',
  families: { ...applianceFamilies, ...runtimeFamilies },
} as const satisfies Catalogue;

export type FamilyKey = keyof typeof catalogue.families;

function gauge(name: string, unit: Family['unit'], help: string, absentWhen?: string): Family {
  return { name, type: 'gauge', help, labels: {}, ...(unit && { unit }), ...(absentWhen && { absentWhen }) };
}

function counter(name: string, unit: Family['unit'], help: string): Family {
  return { ...gauge(name, unit, help), type: 'counter' };
}

function heapSpace(name: string, help: string): Family {
  return { ...gauge(name, 'bytes', help, heapSpaceAbsent), labels: { space: heapSpaces } };
}
