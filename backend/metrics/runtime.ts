import perfHooks, {
  type IntervalHistogram,
  type PerformanceEntry,
  type PerformanceObserverCallback,
} from 'node:perf_hooks';
import { collectDefaultMetrics, Counter, Registry } from 'prom-client';
import { runtimeFamilies } from '../../contract/metrics.ts';

/** Node's own numbers: prom-client's default collectors, cut down to the contract. */
export interface Runtime {
  readonly register: Registry;
  /** Stops the event loop's and the garbage collector's monitors. May be called again. */
  close(): void;
}

export function startRuntime(): Runtime {
  const register = new Registry();
  const gcDurationBuckets = [...runtimeFamilies.gcDuration.buckets];
  const before = process.cpuUsage();
  const close = collectPerfHooks(() => collectDefaultMetrics({ register, gcDurationBuckets }));
  countProcessorTime(register, before);
  const names = new Set<string>(Object.values(runtimeFamilies).map(({ name }) => name));
  for (const { name } of register.getMetricsAsArray()) if (!names.has(name)) register.removeSingleMetric(name);
  return { register, close };
}

/** prom-client counts processor time from when it is set up: adds what the process had used until then. */
function countProcessorTime(register: Registry, { user, system }: NodeJS.CpuUsage): void {
  const { processCpuUser, processCpuSystem, processCpu } = runtimeFamilies;
  const used = [
    [processCpuUser, user],
    [processCpuSystem, system],
    [processCpu, user + system],
  ] as const;
  for (const [{ name }, microseconds] of used) {
    const counter = register.getSingleMetric(name);
    if (counter instanceof Counter) counter.inc(microseconds / 1e6);
  }
}

/**
 * Runs `start`, which is prom-client's `collectDefaultMetrics`, and gives a function that stops the monitors it began.
 * prom-client 15 has no way to stop its event loop histogram and its GC observer, so for the length of this synchronous
 * call it gets them from here. Three faults of it are put right on the way: it counts only the first of the collections
 * that are reported together, it takes the histogram's own pause between two samples for delay, and an event loop
 * histogram without a sample shows 9.2e9 s and NaN.
 */
function collectPerfHooks(start: () => void): () => void {
  const { monitorEventLoopDelay, PerformanceObserver } = perfHooks;
  const stops: (() => void)[] = [];

  const replacements = {
    monitorEventLoopDelay(options?: perfHooks.EventLoopMonitorOptions) {
      const histogram = monitorEventLoopDelay(options);
      stops.push(() => histogram.disable());
      return delayAlone(histogram, (options?.resolution ?? 10) * 1e6);
    },
    PerformanceObserver: class extends PerformanceObserver {
      constructor(callback: PerformanceObserverCallback) {
        super((list, observer) => {
          for (const entry of list.getEntries()) callback(listOf(entry), observer);
        });
        stops.push(() => this.disconnect());
      }
    },
  };
  Object.assign(perfHooks, replacements);
  try {
    start();
  } finally {
    Object.assign(perfHooks, { monitorEventLoopDelay, PerformanceObserver });
  }
  return () => {
    for (const stop of stops.splice(0)) stop();
  };
}

function listOf(entry: PerformanceEntry) {
  const entries = () => [entry];
  return { getEntries: entries, getEntriesByName: entries, getEntriesByType: entries };
}

/**
 * The part of an interval histogram that prom-client reads, in nanoseconds. A sample is the time since the one before,
 * which nothing delays to less than `pause`.
 */
function delayAlone(histogram: IntervalHistogram, pause: number) {
  const read = (value: () => number) => (histogram.count === 0 ? 0 : value());
  const delay = (value: () => number) => Math.max(0, read(value) - pause);
  return {
    enable: () => histogram.enable(),
    reset: () => histogram.reset(),
    percentile: (percent: number) => delay(() => histogram.percentile(percent)),
    get min() {
      return delay(() => histogram.min);
    },
    get max() {
      return delay(() => histogram.max);
    },
    get mean() {
      return delay(() => histogram.mean);
    },
    get stddev() {
      return read(() => histogram.stddev);
    },
  };
}
