import { applianceFamilies, NAMESPACE } from './appliance.ts';
import type { PlatformCatalogue, PlatformFamily } from './catalogue-model.ts';

export * from './appliance.ts';

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
} as const satisfies Record<string, PlatformFamily>;

export const catalogue = {
  id: 'appliance',
  namespace: NAMESPACE,
  scope: 'platform-health',
  families: { ...applianceFamilies, ...runtimeFamilies },
} as const satisfies PlatformCatalogue;

export type FamilyKey = keyof typeof catalogue.families;

function gauge(name: string, unit: PlatformFamily['unit'], help: string, absentWhen?: string): PlatformFamily {
  return { name, type: 'gauge', help, labels: {}, ...(unit && { unit }), ...(absentWhen && { absentWhen }) };
}

function counter(name: string, unit: PlatformFamily['unit'], help: string): PlatformFamily {
  return { ...gauge(name, unit, help), type: 'counter' };
}

function heapSpace(name: string, help: string): PlatformFamily {
  return { ...gauge(name, 'bytes', help, heapSpaceAbsent), labels: { space: heapSpaces } };
}
