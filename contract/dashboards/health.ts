/** Is the appliance healthy? The dashboard that the appliance's manual describes, and what stands behind its numbers. */
import { SLOW_INSERT_SECONDS, STALLED_TICK_AGE_SECONDS } from '../limits.ts';
import { catalogue } from '../metrics.ts';
import { pages } from '../pages.ts';
import { promql } from '../promql.ts';
import { dashboardScope, type AnnotationSpec, type DashboardSpec, type PanelSpec, type RowSpec } from './spec.ts';

const { metric, bucket, by, legend } = promql(catalogue, dashboardScope);
const noAppliance = 'No appliance is scraped: check the data source, the job and the variables above.';

const platform: RowSpec = {
  title: 'Platform',
  panels: [
    {
      kind: 'stat',
      title: 'Appliance uptime',
      description:
        'Time since the appliance’s backend started. A short time that nobody planned: read the service’s log for why it was restarted.',
      width: 5,
      height: 8,
      queries: [{ expr: `time() - ${metric('processStartTime')}`, legend: legend('processStartTime', 'instance') }],
      unit: 's',
      thresholds: [
        { from: null, color: 'orange' },
        { from: 600, color: 'green' },
      ],
      noData: noAppliance,
    },
    {
      kind: 'timeseries',
      title: 'Active alarms by severity',
      description:
        'Alarms that fire or were acknowledged, stacked, and the age of the alarm engine’s last tick. A growing critical count, or an age that keeps climbing, warrants a page: open the alarms in Grafana; an engine that stalled needs a restart of the backend.',
      width: 19,
      height: 8,
      queries: [
        {
          expr: `sum ${by('alarmsActive', 'severity')} (${metric('alarmsActive')})`,
          legend: legend('alarmsActive', 'severity'),
        },
        {
          expr: metric('alarmEngineTickAge'),
          legend: `tick age ${legend('alarmEngineTickAge', 'instance')}`,
          overlay: { unit: 's', label: 'age of the last tick' },
        },
      ],
      unit: 'short',
      decimals: 0,
      min: 0,
      stacked: true,
      colors: { critical: 'red', warning: 'orange', info: 'blue' },
      noData: noAppliance,
      link: pages.integrations,
    },
    {
      kind: 'stat',
      title: 'ClickHouse up',
      description:
        'Whether ClickHouse answered within the staleness window. DOWN: is its service running, is its disk full, does the network reach it? Rows wait on the appliance’s disk meanwhile.',
      width: 5,
      height: 8,
      queries: [{ expr: metric('clickhouseUp'), legend: legend('clickhouseUp', 'instance', 'exported_instance') }],
      unit: 'short',
      thresholds: [
        { from: null, color: 'red' },
        { from: 1, color: 'green' },
      ],
      words: { '0': { text: 'DOWN', color: 'red' }, '1': { text: 'UP', color: 'green' } },
      noData: 'No ClickHouse is configured.',
    },
    {
      kind: 'timeseries',
      title: 'Batch insert p99',
      description:
        'The time within which 99 of 100 batches are in ClickHouse. Above the line: look at ClickHouse’s load, merges and disk; the appliance itself waits, it loses nothing.',
      width: 19,
      height: 8,
      queries: [
        {
          expr: `histogram_quantile(0.99, sum ${by('clickhouseBatchInsert', 'instance', 'le')} (rate(${bucket('clickhouseBatchInsert')}[$__rate_interval])))`,
          legend: legend('clickhouseBatchInsert', 'instance'),
        },
      ],
      unit: 's',
      min: 0,
      thresholds: [
        { from: null, color: 'green' },
        { from: SLOW_INSERT_SECONDS, color: 'red' },
      ],
      noData: 'No batch was inserted in this time.',
      emptyIsHealthy: 'without a batch there is no time to measure',
    },
  ],
};

const notifications: RowSpec = {
  title: 'Notifications',
  panels: [
    {
      kind: 'timeseries',
      title: 'Notification delivery rate',
      description:
        'Notifications delivered, and attempts that failed, by channel. Errors of vector: is the sink reachable, and what does its log say? Nothing is lost meanwhile; deliveries are tried again.',
      width: 12,
      height: 8,
      queries: [
        {
          expr: `sum ${by('notificationsDelivered', 'channel', 'result')} (rate(${metric('notificationsDelivered')}[$__rate_interval]))`,
          legend: legend('notificationsDelivered', 'channel', 'result'),
        },
      ],
      unit: 'cps',
      min: 0,
      colors: { 'vector error': 'red', 'bell error': 'orange', 'vector ok': 'green', 'bell ok': 'blue' },
      noData: noAppliance,
    },
    {
      kind: 'timeseries',
      title: 'Notification queue depth',
      description:
        'Notifications that wait for their delivery. Non-zero for long: the channel is slower than the appliance, or away. See the delivery rate and the breaker beside it.',
      width: 7,
      height: 8,
      queries: [{ expr: metric('notificationQueueDepth'), legend: legend('notificationQueueDepth', 'instance') }],
      unit: 'short',
      decimals: 0,
      min: 0,
      noData: noAppliance,
    },
    {
      kind: 'stat',
      title: 'Vector breaker',
      description:
        'Whether deliveries to Vector are suspended because it was unreachable for too long. OPEN: start Vector or mend the way to it; the breaker closes by itself.',
      width: 5,
      height: 8,
      queries: [{ expr: metric('vectorCircuitBreakerOpen'), legend: legend('vectorCircuitBreakerOpen', 'instance') }],
      unit: 'short',
      thresholds: [
        { from: null, color: 'green' },
        { from: 1, color: 'red' },
      ],
      words: { '0': { text: 'CLOSED', color: 'green' }, '1': { text: 'OPEN', color: 'red' } },
      noData: noAppliance,
    },
  ],
};

const build: RowSpec = {
  title: 'Build',
  panels: [
    {
      kind: 'table',
      title: 'Running releases',
      description: 'The release that each appliance runs. During an upgrade: which ones are still to come.',
      width: 24,
      height: 5,
      queries: [{ expr: metric('buildInfo') }],
      columns: {
        job: 'Job',
        instance: 'Appliance',
        version: 'Version',
        commit: 'Commit',
        go_version: 'Go',
        node_version: 'Node.js',
      },
      noData: noAppliance,
    },
  ],
};

const behind: PanelSpec[] = [
  {
    kind: 'timeseries',
    title: 'ClickHouse errors by operation',
    description:
      'Errors that ClickHouse returned, by what was asked of it. insert_…: rows wait on disk and are sent again; probe: it does not answer; migrate: its tables are not up to date.',
    width: 8,
    height: 8,
    queries: [
      {
        expr: `sum ${by('clickhouseQueryErrors', 'operation')} (rate(${metric('clickhouseQueryErrors')}[$__rate_interval]))`,
        legend: legend('clickhouseQueryErrors', 'operation'),
      },
    ],
    unit: 'cps',
    min: 0,
    noData: noAppliance,
  },
  {
    kind: 'stat',
    title: 'Set aside',
    description:
      'Notifications and ingested rows that were refused for good within the time shown above. Not zero: read the backend’s log, which says what was refused and why.',
    width: 8,
    height: 8,
    queries: [
      {
        expr: `sum ${by('quarantined', 'kind')} (increase(${metric('quarantined')}[$__range]))`,
        legend: legend('quarantined', 'kind'),
      },
    ],
    unit: 'short',
    decimals: 0,
    thresholds: [
      { from: null, color: 'green' },
      { from: 0.5, color: 'red' },
    ],
    noData: noAppliance,
  },
  {
    kind: 'timeseries',
    title: 'Seconds since the last tick, by the clock',
    description:
      'The alarm engine’s last tick, told by its timestamp and Prometheus’ own clock. Where it differs from the tick age above, the clocks of the appliance and of Prometheus differ: check NTP.',
    width: 8,
    height: 8,
    queries: [
      {
        expr: `time() - ${metric('alarmEngineLastTick')}`,
        legend: legend('alarmEngineLastTick', 'instance'),
      },
    ],
    unit: 's',
    thresholds: [
      { from: null, color: 'green' },
      { from: STALLED_TICK_AGE_SECONDS, color: 'red' },
    ],
    noData: noAppliance,
  },
];

const process: PanelSpec[] = [
  {
    kind: 'timeseries',
    title: 'CPU',
    description: 'Processor time of the backend; 100 % is one core. High for long: look at what ingest brings in.',
    width: 6,
    height: 7,
    queries: [{ expr: `rate(${metric('processCpu')}[$__rate_interval])`, legend: legend('processCpu', 'instance') }],
    unit: 'percentunit',
    min: 0,
    noData: noAppliance,
  },
  {
    kind: 'timeseries',
    title: 'Resident memory',
    description:
      'Memory of the backend. Climbing without end is a fault: restart it, and keep the picture for a report.',
    width: 6,
    height: 7,
    queries: [{ expr: metric('processResidentMemory'), legend: legend('processResidentMemory', 'instance') }],
    unit: 'bytes',
    min: 0,
    noData: noAppliance,
  },
  {
    kind: 'timeseries',
    title: 'Event loop lag p99',
    description: 'How late the backend comes to its work. Above a tenth of a second: it is short of processor time.',
    width: 6,
    height: 7,
    queries: [{ expr: metric('eventLoopLagP99'), legend: legend('eventLoopLagP99', 'instance') }],
    unit: 's',
    min: 0,
    thresholds: [
      { from: null, color: 'green' },
      { from: 0.1, color: 'red' },
    ],
    noData: noAppliance,
  },
  {
    kind: 'timeseries',
    title: 'Open files',
    description: 'Open files and sockets of the backend as a share of what it may open. Near 100 %: raise its limit.',
    width: 6,
    height: 7,
    queries: [
      {
        expr: `${metric('processOpenFds')} / ${metric('processMaxFds')}`,
        legend: legend('processOpenFds', 'instance'),
      },
    ],
    unit: 'percentunit',
    min: 0,
    max: 1,
    noData: 'The operating system is not Linux.',
  },
];

/** An opening is no transition, so what is marked is where somebody took notice and where it was over. */
export const alarmTransitions: AnnotationSpec = {
  name: 'Alarm transitions',
  expr: `sum ${by('alarmsStateTransitions', 'instance', 'from', 'to')} (increase(${metric('alarmsStateTransitions')}[$__rate_interval])) > 0`,
  title: `Alarm ${legend('alarmsStateTransitions', 'from')} → ${legend('alarmsStateTransitions', 'to')} on ${legend('alarmsStateTransitions', 'instance')}`,
  color: 'purple',
};

export const health: DashboardSpec = {
  uid: 'vitals-health',
  title: 'Appliance health',
  description: 'Is the appliance healthy? Platform health only: no client, device or rule is a series.',
  tags: ['vitals'],
  presence: promql(catalogue).metric('buildInfo'),
  links: [pages.integrations],
  annotations: [alarmTransitions],
  rows: [
    platform,
    notifications,
    build,
    { title: 'Behind the numbers', panels: behind },
    { title: 'Process', panels: process },
  ],
};
