import type { Registry } from 'prom-client';
import { labelSets, type Constants, type PlatformFamily } from '../../contract/catalogue-model.ts';
import type { FamilySnapshot, LabelSet, Series } from '../exposition/text.ts';

/** A value as prom-client's instruments hand it out. */
export interface InstrumentValue {
  readonly value: number;
  readonly labels: Readonly<Partial<Record<string, string | number>>>;
  /** A histogram's `…_bucket`, `…_sum` or `…_count`. */
  readonly metricName?: string;
}

/** A family together with every label set it can ever show. */
export interface ClosedFamily {
  readonly family: PlatformFamily;
  readonly sets: readonly LabelSet[];
  allows(labels: Readonly<Record<string, string>>): boolean;
  /**
   * Exactly the contract's series: what is not in it is dropped, and what the instrument lacks is 0, or absent where
   * the family may be.
   */
  snapshot(values: readonly InstrumentValue[]): FamilySnapshot;
}

export function closeFamily(family: PlatformFamily, constants: Constants): ClosedFamily {
  const sets: readonly LabelSet[] = labelSets(family, constants).map((labels) => Object.freeze(labels));
  const names = Object.keys(family.labels);
  const key = (labels: InstrumentValue['labels']) => {
    let text = '';
    for (const name of names) text += `${String(labels[name])}\0`;
    return text;
  };
  const positions = new Map(sets.map((labels, position) => [key(labels), position]));
  const bounds = new Map<unknown, number>(
    [...(family.buckets ?? []), '+Inf'].map((bound, position) => [bound, position]),
  );

  /** Where the series with exactly these labels (and `others` more) stands, if the contract has it. */
  function positionOf(labels: InstrumentValue['labels'], others: number): number | undefined {
    return Object.keys(labels).length === names.length + others ? positions.get(key(labels)) : undefined;
  }

  function valueSeries(values: readonly InstrumentValue[]): Series[] {
    const found = new Map<number, number>();
    for (const { labels, value } of values) {
      const position = positionOf(labels, 0);
      if (position !== undefined) found.set(position, value);
    }
    const series: Series[] = [];
    sets.forEach((labels, position) => {
      const value = found.get(position) ?? (family.absentWhen ? undefined : 0);
      if (value !== undefined) series.push(Object.freeze({ labels, value }));
    });
    return series;
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
    for (const series of found) Object.freeze(Object.freeze(series).counts);
    return found;
  }

  return {
    family,
    sets,
    allows: (labels) => positionOf(labels, 0) !== undefined,
    snapshot: (values) => {
      const series = family.type === 'histogram' ? histogramSeries(values) : valueSeries(values);
      return Object.freeze({ family, series: Object.freeze(series) });
    },
  };
}

/** One reading of all instruments of a register, as the contract's families see it. Counts as taken at the call. */
export async function readRegister(register: Registry, families: readonly ClosedFamily[]): Promise<FamilySnapshot[]> {
  const metrics = await register.getMetricsAsJSON();
  const values = new Map<string, readonly InstrumentValue[]>(metrics.map((metric) => [metric.name, metric.values]));
  return families.map((one) => one.snapshot(values.get(one.family.name) ?? []));
}
