/** Node's own families: what prom-client's collectors say, cut down to the contract. */
import type { Registry } from 'prom-client';
import type { Constants, PlatformFamily } from '../../contract/catalogue-model.ts';
import { runtimeFamilies } from '../../contract/metrics.ts';
import type { FamilySnapshot, Series } from '../exposition/text.ts';
import { nodeConstants } from '../lib/release.ts';
import { closedSets, positions, type AnyLabels } from './families.ts';
import { startRuntime } from './runtime.ts';

/** Reading /proc costs more than all the rest of a scrape: so often at most, in milliseconds. */
const SAMPLE_MS = 1000;

export interface RuntimeFamilies {
  /** In the contract's order, at most a second old; the same objects until they are sampled again. */
  read(): Promise<readonly FamilySnapshot[]>;
  /** Stops what runs between scrapes. May be called again. */
  close(): void;
}

/** @param now a monotonic clock in milliseconds */
export function startRuntimeFamilies(now: () => number): RuntimeFamilies {
  const { register, close } = startRuntime();
  const closed = Object.values(runtimeFamilies).map((family) => closeFamily(family, nodeConstants));
  let sample: { readonly at: number; readonly reading: Promise<readonly FamilySnapshot[]> } | undefined;
  return {
    read() {
      const at = now();
      if (!sample || at - sample.at >= SAMPLE_MS) sample = { at, reading: readRegister(register, closed) };
      return sample.reading;
    },
    close,
  };
}

/** A value as prom-client's instruments hand it out. */
interface InstrumentValue {
  readonly value: number;
  readonly labels: AnyLabels;
  /** A histogram's `…_bucket`, `…_sum` or `…_count`. */
  readonly metricName?: string;
}

/** A family together with every label set it can ever show. */
interface ClosedFamily {
  readonly family: PlatformFamily;
  /**
   * Exactly the contract's series: what is not in it is dropped, and what the instrument lacks is 0, or absent where
   * the family may be.
   */
  snapshot(values: readonly InstrumentValue[]): FamilySnapshot;
}

export function closeFamily(family: PlatformFamily, constants: Constants): ClosedFamily {
  const sets = closedSets(family, constants);
  const positionOf = positions(family, sets);
  const bounds = new Map<unknown, number>(
    [...(family.buckets ?? []), '+Inf'].map((bound, position) => [bound, position]),
  );

  /** As they were shown last: a series whose numbers are the same is the same object, so that its text is kept. */
  const shown: (Series | undefined)[] = [];

  function show(position: number, series: Series): Series {
    const last = shown[position];
    if (last && hasSameNumbers(last, series)) return last;
    if ('counts' in series) Object.freeze(series.counts);
    return (shown[position] = Object.freeze(series));
  }

  function valueSeries(values: readonly InstrumentValue[]): Series[] {
    const found = new Map<number, number>();
    for (const { labels, value } of values) {
      const position = positionOf(labels);
      if (position !== undefined) found.set(position, value);
    }
    return sets.flatMap((labels, position) => {
      const value = found.get(position) ?? (family.absentWhen ? undefined : 0);
      return value === undefined ? [] : [show(position, { labels, value })];
    });
  }

  function histogramSeries(values: readonly InstrumentValue[]): Series[] {
    const found = sets.map((labels) => ({ labels, counts: new Array<number>(bounds.size).fill(0), sum: 0 }));
    for (const { labels, value, metricName } of values) {
      const bound = bounds.get(labels['le']);
      const series = found[positionOf(labels, bound === undefined ? 0 : 1) ?? -1];
      if (!series) continue;
      if (bound !== undefined) series.counts[bound] = value;
      else if (metricName === `${family.name}_sum`) series.sum = value;
    }
    return found.map((series, position) => show(position, series));
  }

  return {
    family,
    snapshot: (values) => {
      const series = family.type === 'histogram' ? histogramSeries(values) : valueSeries(values);
      return Object.freeze({ family, series: Object.freeze(series) });
    },
  };
}

function hasSameNumbers(one: Series, other: Series): boolean {
  if ('value' in one) return 'value' in other && Object.is(one.value, other.value);
  return 'counts' in other && one.sum === other.sum && one.counts.every((count, at) => count === other.counts[at]);
}

/** One reading of all instruments of a register, as the contract's families see it. Counts as taken at the call. */
export async function readRegister(register: Registry, families: readonly ClosedFamily[]): Promise<FamilySnapshot[]> {
  const metrics = await register.getMetricsAsJSON();
  const values = new Map<string, readonly InstrumentValue[]>(metrics.map((metric) => [metric.name, metric.values]));
  return families.map((one) => one.snapshot(values.get(one.family.name) ?? []));
}
