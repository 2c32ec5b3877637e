/** What stands behind the numbers of the other rows. */
import { SPOOL_NEARLY_FULL, STALLED_TICK_AGE_SECONDS } from '../../limits.ts';
import { noAppliance, noDataNow, onDashboard, PER_MINUTE } from '../appliance.ts';
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
      width: 12,
      height: 8,
      queries: [
        {
          expr: `60 * sum ${by('clickhouseQueryErrors', 'operation')} (rate(${metric('clickhouseQueryErrors')}[$__rate_interval]))`,
          legend: legend('clickhouseQueryErrors', 'operation'),
        },
      ],
      unit: PER_MINUTE,
      min: 0,
      quietZeros: true,
      noData: noAppliance,
    },
    {
      kind: 'timeseries',
      title: 'Spool fill',
      description:
        'How much of the room for rows that wait for ClickHouse is used. Above the line: bring ClickHouse back, or raise ingest.spool_max_mb; at 100 % collectors are told to come back. 0 % where no ClickHouse is configured.',
      width: 12,
      height: 8,
      queries: [{ expr: metric('ingestSpoolFill'), legend: legend('ingestSpoolFill', 'instance') }],
      unit: 'percentunit',
      min: 0,
      max: 1,
      thresholds: [
        { from: null, color: 'text' },
        { from: SPOOL_NEARLY_FULL, color: 'red' },
      ],
      noData: noAppliance,
    },
    {
      kind: 'stat',
      title: 'Set aside',
      description:
        'Notifications and ingested rows that were set aside within the time shown above. Not zero: read the backend’s log, which says what and why.',
      width: 6,
      height: 8,
      queries: [
        {
          // Only of series that there still are: the range would bring back those of an appliance that is down.
          expr: `sum ${by('quarantined', 'kind')} (increase(${metric('quarantined')}[$__range]) and ${metric('quarantined')})`,
          legend: legend('quarantined', 'kind'),
        },
      ],
      unit: 'short',
      decimals: 0,
      thresholds: [
        { from: null, color: 'green' },
        { from: 0.5, color: 'red' },
      ],
      noData: noDataNow,
    },
    {
      kind: 'timeseries',
      title: 'Disks nearly full',
      description:
        'Where less than storage.min_free_mb is left: of the database, of rows that wait for ClickHouse, of an embedded ClickHouse. 1: make room, because nothing can be stored on a full disk.',
      width: 6,
      height: 8,
      queries: [{ expr: metric('storageLow'), legend: legend('storageLow', 'folder') }],
      unit: 'short',
      min: 0,
      max: 1,
      noData: noAppliance,
    },
    {
      kind: 'timeseries',
      title: 'Last tick by the clock',
      description:
        'Seconds since the alarm engine’s last tick, told by its timestamp and Prometheus’ own clock. Where it differs from the tick age above, the clocks of the appliance and of Prometheus differ: check NTP.',
      width: 12,
      height: 8,
      queries: [
        {
          expr: `time() - ${metric('alarmEngineLastTick')}`,
          legend: legend('alarmEngineLastTick', 'instance'),
        },
      ],
      unit: 's',
      thresholds: [
        { from: null, color: 'text' },
        { from: STALLED_TICK_AGE_SECONDS, color: 'red' },
      ],
      noData: noAppliance,
    },
  ],
};
