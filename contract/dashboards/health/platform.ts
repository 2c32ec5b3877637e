/** The four panels that the appliance's manual describes. */
import { SLOW_INSERT_SECONDS } from '../../limits.ts';
import { pages } from '../../pages.ts';
import { noAppliance, onDashboard } from '../appliance.ts';
import type { RowSpec } from '../spec.ts';

const { metric, bucket, by, legend } = onDashboard;

export const platform: RowSpec = {
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
