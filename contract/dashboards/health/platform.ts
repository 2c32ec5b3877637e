/** The alarms of the appliance, and how its rows get into ClickHouse. */
import { SLOW_INSERT_SECONDS, STALLED_TICK_AGE_SECONDS } from '../../limits.ts';
import { pages } from '../../pages.ts';
import { noAppliance, onDashboard, PER_MINUTE } from '../appliance.ts';
import type { RowSpec } from '../spec.ts';

const { metric, bucket, count, by, legend } = onDashboard;

const insertedWithin = (quantile: number) =>
  `histogram_quantile(${quantile}, sum ${by('clickhouseBatchInsert', 'instance', 'le')} (rate(${bucket('clickhouseBatchInsert')}[$__rate_interval])))`;

export const platform: RowSpec = {
  title: 'Platform',
  panels: [
    {
      kind: 'timeseries',
      title: 'Active alarms by severity',
      description:
        'Alarms that fire or were acknowledged, stacked, and the age of the alarm engine’s last tick. A growing critical count, or an age above its line, warrants a page: open the alarms in Grafana; an engine that stalled needs a restart of the backend.',
      width: 12,
      height: 9,
      queries: [
        {
          expr: `sum ${by('alarmsActive', 'severity')} (${metric('alarmsActive')})`,
          legend: legend('alarmsActive', 'severity'),
        },
        {
          expr: metric('alarmEngineTickAge'),
          legend: `tick age ${legend('alarmEngineTickAge', 'instance')}`,
          overlay: {
            unit: 's',
            label: 'age of the last tick',
            thresholds: [
              { from: null, color: 'text' },
              { from: STALLED_TICK_AGE_SECONDS, color: 'red' },
            ],
          },
        },
      ],
      unit: 'short',
      decimals: 0,
      min: 0,
      stacked: true,
      colors: { critical: 'red', warning: 'orange', info: 'blue' },
      noData: noAppliance,
      link: pages.alarms,
    },
    {
      kind: 'timeseries',
      title: 'Batch insert p50 and p99',
      description:
        'The time within which half of the batches, and 99 of 100, are in ClickHouse, and how many there are. Above the line: look at ClickHouse’s load, merges and disk; the appliance itself waits, it loses nothing.',
      width: 12,
      height: 9,
      queries: [
        { expr: insertedWithin(0.99), legend: `p99 ${legend('clickhouseBatchInsert', 'instance')}` },
        { expr: insertedWithin(0.5), legend: `p50 ${legend('clickhouseBatchInsert', 'instance')}` },
        {
          expr: `60 * rate(${count('clickhouseBatchInsert')}[$__rate_interval])`,
          legend: `batches ${legend('clickhouseBatchInsert', 'instance')}`,
          overlay: { unit: PER_MINUTE, label: 'batches a minute' },
        },
      ],
      unit: 's',
      min: 0,
      thresholds: [
        { from: null, color: 'text' },
        { from: SLOW_INSERT_SECONDS, color: 'red' },
      ],
      noData: 'No batch was inserted in this time.',
      emptyIsHealthy: 'without a batch there is no time to measure',
    },
  ],
};
