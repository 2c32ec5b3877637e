import perfHooks, {
  type IntervalHistogram,
  type PerformanceEntry,
  type PerformanceObserverCallback,
} from 'node:perf_hooks';

/**
 * Runs `start`, which is prom-client's `collectDefaultMetrics`, and gives a function that stops the monitors it began.
 * prom-client 15 has no way to stop its event loop histogram and its GC observer, so for the length of this synchronous
 * call it gets them from here. Two faults of it are put right on the way: it counts only the first of the collections
 * that are reported together, and an event loop histogram without a sample shows 9.2e9 s and NaN.
 */
export function collectPerfHooks(start: () => void): () => void {
  const { monitorEventLoopDelay, PerformanceObserver } = perfHooks;
  const stops: (() => void)[] = [];

  const replacements = {
    monitorEventLoopDelay(options?: perfHooks.EventLoopMonitorOptions) {
      const histogram = monitorEventLoopDelay(options);
      stops.push(() => histogram.disable());
      return zeroWhenEmpty(histogram);
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

/** The part of an interval histogram that prom-client reads. */
function zeroWhenEmpty(histogram: IntervalHistogram) {
  const read = (value: () => number) => (histogram.count === 0 ? 0 : value());
  return {
    enable: () => histogram.enable(),
    reset: () => histogram.reset(),
    percentile: (percent: number) => read(() => histogram.percentile(percent)),
    get min() {
      return read(() => histogram.min);
    },
    get max() {
      return read(() => histogram.max);
    },
    get mean() {
      return read(() => histogram.mean);
    },
    get stddev() {
      return read(() => histogram.stddev);
    },
  };
}
