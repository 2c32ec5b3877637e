/** What stands behind the numbers of the other rows. */
import { STALLED_TICK_AGE_SECONDS } from '../../limits.ts';
import { noAppliance, onDashboard } from '../appliance.ts';
import type { RowSpec } from '../spec.ts';

const { metric, by, legend } = onDashboard;

export const behind: RowSpec = {
  title: 'Behind the numbers',
  panels: [
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
  ],
};
