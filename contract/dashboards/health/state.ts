/** What is so at this moment. Nothing here shows the past as the present. */
import { noDataNow, onDashboard } from '../appliance.ts';
import type { RowSpec } from '../spec.ts';

const { metric, legend, target } = onDashboard;

/** What Prometheus itself says of each target, beside what the targets say. */
const upOrDown = {
  unit: 'short',
  thresholds: [
    { from: null, color: 'red' },
    { from: 1, color: 'green' },
  ],
  words: { '0': { text: 'DOWN', color: 'red' }, '1': { text: 'UP', color: 'green' } },
} as const;

export const state: RowSpec = {
  title: 'State',
  panels: [
    {
      kind: 'stat',
      title: 'Appliance up',
      description:
        'Whether Prometheus’ last scrape of the appliance went well. DOWN: its target page says why; 401 is the token, anything else the appliance or the way to it. No data: Prometheus has no such target.',
      width: 6,
      height: 5,
      queries: [{ expr: target('up'), legend: '{{instance}}' }],
      ...upOrDown,
      noData: noDataNow,
    },
    {
      kind: 'stat',
      title: 'No data since',
      description:
        'Appliances that had data within the time shown above and have none now, with the time of their last data. The other panels leave them out.',
      width: 6,
      height: 5,
      queries: [{ expr: lastDataOf(metric('buildInfo')), legend: '{{instance}}' }],
      unit: 'dateTimeAsLocal',
      thresholds: [{ from: null, color: 'orange' }],
      noData: 'No appliance fell silent in the time shown.',
      emptyIsHealthy: 'every appliance that had data in this time has them now',
    },
    {
      kind: 'stat',
      title: 'Appliance uptime',
      description:
        'Time since the appliance’s backend started. A short time that nobody planned: read the service’s log for why it was restarted.',
      width: 6,
      height: 5,
      queries: [{ expr: `time() - ${metric('processStartTime')}`, legend: legend('processStartTime', 'instance') }],
      unit: 's',
      thresholds: [
        { from: null, color: 'orange' },
        { from: 600, color: 'green' },
      ],
      noData: noDataNow,
    },
    {
      kind: 'stat',
      title: 'ClickHouse up',
      description:
        'Whether ClickHouse answered within the staleness window. DOWN: is its service running, is its disk full, does the network reach it? Rows wait on the appliance’s disk meanwhile. No data where no ClickHouse is configured, or the appliance does not answer.',
      width: 6,
      height: 5,
      queries: [{ expr: metric('clickhouseUp'), legend: legend('clickhouseUp', 'instance', 'exported_instance') }],
      ...upOrDown,
      noData: noDataNow,
    },
    {
      kind: 'stateTimeline',
      title: 'Appliance up over time',
      description:
        'When scrapes of each appliance went well and when they did not. A gap: Prometheus had no such target, or did not run itself.',
      width: 12,
      height: 6,
      queries: [{ expr: target('up'), legend: '{{instance}}' }],
      ...upOrDown,
      noData: 'No appliance was a target in this time: check the data source, the job and the variables above.',
    },
    {
      kind: 'alertList',
      title: 'Alerts',
      description:
        'Alerts of this appliance’s rules that fire or are about to, as Grafana knows them: its own rules, and those of a Prometheus that it may ask for its rules. Each has a page that says what to do.',
      width: 12,
      height: 6,
      queries: [],
      prefix: 'Vitals',
    },
  ],
};

/** When a series that is no more had its last sample, to ten seconds; in milliseconds, as Grafana's units of time have it. */
function lastDataOf(series: string): string {
  const last = `max by (job, instance) (max_over_time(timestamp(${series})[$__range:10s]))`;
  return `1000 * ${last} unless on (job, instance) ${series}`;
}
