/** Notification health, and the running releases. */
import { LONG_NOTIFICATION_QUEUE } from '../../limits.ts';
import { noAppliance, noDataNow, onDashboard, PER_MINUTE } from '../appliance.ts';
import type { RowSpec } from '../spec.ts';

const { metric, by, legend } = onDashboard;

export const notifications: RowSpec = {
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
          expr: `60 * sum ${by('notificationsDelivered', 'channel', 'result')} (rate(${metric('notificationsDelivered')}[$__rate_interval]))`,
          legend: legend('notificationsDelivered', 'channel', 'result'),
        },
      ],
      unit: PER_MINUTE,
      min: 0,
      quietZeros: true,
      colors: { 'vector error': 'red', 'bell error': 'orange', 'vector ok': 'green', 'bell ok': 'blue' },
      noData: noAppliance,
    },
    {
      kind: 'timeseries',
      title: 'Notification queue depth',
      description:
        'Notifications that wait for their delivery. Non-zero for long, or above the line: the channel is slower than the appliance, or away. See the delivery rate and the breaker beside it.',
      width: 7,
      height: 8,
      queries: [{ expr: metric('notificationQueueDepth'), legend: legend('notificationQueueDepth', 'instance') }],
      unit: 'short',
      decimals: 0,
      min: 0,
      thresholds: [
        { from: null, color: 'text' },
        { from: LONG_NOTIFICATION_QUEUE, color: 'orange' },
      ],
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
      noData: noDataNow,
    },
  ],
};

export const build: RowSpec = {
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
