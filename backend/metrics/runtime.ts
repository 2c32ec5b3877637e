import perfHooks, {
  createHistogram,
  type PerformanceEntry,
  type PerformanceObserverCallback,
  type RecordableHistogram,
} from 'node:perf_hooks';
import { collectDefaultMetrics, Counter, Registry } from 'prom-client';
import { runtimeFamilies } from '../../contract/metrics.ts';

/** Node's own numbers: prom-client's default collectors, cut down to the contract. */
export interface Runtime {
  readonly register: Registry;
  /** Stops the event loop's and the garbage collector's monitors. May be called again. */
  close(): void;
}

/** Every 10 ms, which is prom-client's own, would be most of what an idle backend does: 0.7 % of a core. */
const EVENT_LOOP_LOOK_MS = 50;

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
 * call it gets them from here. Faults of it are put right on the way: it counts only the first of the collections that are
 * reported together, it takes the pause between two looks at the event loop for delay, and an event loop histogram without
 * a sample shows 9.2e9 s and NaN. Node's own histogram is so fine that to read it takes a third of a millisecond.
 */
function collectPerfHooks(start: () => void): () => void {
  const { monitorEventLoopDelay, PerformanceObserver } = perfHooks;
  const stops: (() => void)[] = [];

  const replacements = {
    monitorEventLoopDelay() {
      const delays = createHistogram({ figures: 2 });
      const timer = recordDelays(delays);
      stops.push(() => clearInterval(timer));
      return readable(delays);
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

/** Records by how much each look at the event loop comes late, in nanoseconds; nothing comes early. */
function recordDelays(delays: RecordableHistogram): NodeJS.Timeout {
  let last = performance.now();
  return setInterval(() => {
    const now = performance.now();
    delays.record(Math.max(1, Math.round((now - last - EVENT_LOOP_LOOK_MS) * 1e6)));
    last = now;
  }, EVENT_LOOP_LOOK_MS).unref();
}

/** The part of an event loop histogram that prom-client reads, in nanoseconds. */
function readable(delays: RecordableHistogram) {
  const read = (value: () => number) => (delays.count === 0 ? 0 : value());
  return {
    enable: () => undefined,
    reset: () => delays.reset(),
    percentile: (percent: number) => read(() => delays.percentile(percent)),
    get min() {
      return read(() => delays.min);
    },
    get max() {
      return read(() => delays.max);
    },
    get mean() {
      return read(() => delays.mean);
    },
    get stddev() {
      return read(() => delays.stddev);
    },
  };
}
