/** The backend as a process. */
import { noAppliance, onDashboard } from '../appliance.ts';
import type { RowSpec } from '../spec.ts';

const { metric, legend } = onDashboard;

export const process: RowSpec = {
  title: 'Process',
  panels: [
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
        { from: null, color: 'text' },
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
      noData: 'No data: the appliance does not answer, or its operating system is not Linux.',
    },
  ],
};
