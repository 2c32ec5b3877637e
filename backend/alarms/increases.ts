interface Sample {
  readonly at: number;
  readonly value: number;
}

export interface Increase {
  readonly by: number;
  /** Whether the whole window was watched. If not, a small increase proves nothing. */
  readonly complete: boolean;
}

/** Samples kept per series, at most: a window is known to this part of itself. */
const SAMPLES = 120;

/** How much counters rose over a window. Kept in memory, on the monotonic clock: counters start with the process, too. */
export interface Increases {
  /** @param key what is watched, by whom. @param windowMs also how long samples are kept. */
  observe(key: string, value: number, windowMs: number): Increase;
  /** Forgets what was not observed since the last call. */
  forgetUnobserved(): void;
}

/** @param startedAt when the counters were zero, on the monotonic clock. */
export function createIncreases(now: () => number, startedAt: number): Increases {
  const series = new Map<string, Sample[]>();
  let observed = new Set<string>();
  let isFirstRound = true;

  return {
    observe(key, value, windowMs) {
      observed.add(key);
      const at = now();
      const start: Sample[] = isFirstRound ? [{ at: startedAt, value: 0 }] : [{ at, value }];
      const samples = series.get(key) ?? start;
      const last = samples.at(-1);
      if (!last || at - last.at >= windowMs / SAMPLES) samples.push({ at, value });
      while ((samples[1]?.at ?? Infinity) <= at - windowMs) samples.shift();
      series.set(key, samples);
      const base = samples[0] ?? { at, value };
      return { by: value - base.value, complete: at - base.at >= windowMs };
    },
    forgetUnobserved() {
      for (const key of series.keys()) if (!observed.has(key)) series.delete(key);
      observed = new Set();
      isFirstRound = false;
    },
  };
}
