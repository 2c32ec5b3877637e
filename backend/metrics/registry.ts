import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { labelSets, type Constants as LabelConstants, type PlatformFamily } from '../../contract/catalogue-model.ts';
import { applianceFamilies, runtimeFamilies } from '../../contract/metrics.ts';
import type { FamilySnapshot, LabelSet, Series, Snapshot } from '../exposition/text.ts';
import { nodeConstants } from '../lib/release.ts';
import { startRuntime } from './runtime.ts';
import { feedKeys, histogramKeys, type ConstantName, type Feeds, type HistogramKey, type LabelsOf } from './values.ts';

/** Reading /proc costs more than all the rest of a scrape: Node's own families are sampled at most this often. */
const RUNTIME_SAMPLE_MS = 1000;

/** Label values that are known when the process starts; those of Node.js itself are filled in. None may be empty. */
export type Constants = Readonly<
  Record<Exclude<ConstantName, keyof typeof nodeConstants | 'catalogueSources'>, string> & {
    /** Ids of closed catalogues that have a local exporter; there may be none. */
    catalogueSources: readonly string[];
  }
>;

export interface RegistryOptions {
  readonly feeds: Feeds;
  readonly constants: Constants;
  /** A monotonic clock in milliseconds. */
  readonly now?: () => number;
}

/** Every family of the contract, and nothing else. Belongs to one application: there is no global one. */
export interface MetricsRegistry {
  /** Adds an observation to a histogram. Throws TypeError for labels outside the contract: that is a programming error. */
  observe<K extends HistogramKey>(key: K, labels: LabelsOf<K>, value: number): void;
  /** All families at this moment, immutable; calls may overlap. Rejects when a feed throws. */
  snapshot(): Promise<Snapshot>;
  /** Stops everything that runs between scrapes. May be called again. */
  close(): void;
}

export function createRegistry({ feeds, constants, now = () => performance.now() }: RegistryOptions): MetricsRegistry {
  for (const [name, value] of Object.entries(constants)) {
    if (value === '') throw new TypeError(`The constant ${name} is empty, so its label would be missing`);
  }
  const appliance = createInstruments(feeds, { ...constants, ...nodeConstants });
  const runtime = startRuntime();
  const closed = Object.values(runtimeFamilies).map((family) => closeFamily(family, nodeConstants));
  let sample: { readonly at: number; readonly reading: Promise<readonly FamilySnapshot[]> } | undefined;

  function readRuntime(): Promise<readonly FamilySnapshot[]> {
    const at = now();
    if (!sample || at - sample.at >= RUNTIME_SAMPLE_MS)
      sample = { at, reading: readRegister(runtime.register, closed) };
    return sample.reading;
  }

  return {
    observe: (key, labels, value) => appliance.observe(key, labels, value),
    async snapshot() {
      const [own, process] = await Promise.all([appliance.read(), readRuntime()]);
      return Object.freeze([...own, ...process]);
    },
    close: () => runtime.close(),
  };
}

type Feed = (labels: LabelSet) => number | undefined;

/** The appliance's own families: prom-client's instruments in a register of their own. */
interface Instruments {
  /** Throws TypeError for a label set outside the contract or a value that is not a finite number. */
  observe<K extends HistogramKey>(key: K, labels: LabelsOf<K>, value: number): void;
  /** What every instrument shows at this call, in the contract's order. */
  read(): Promise<FamilySnapshot[]>;
}

function createInstruments(feeds: Feeds, constants: LabelConstants): Instruments {
  const register = new Registry();
  const families: Partial<Record<keyof typeof applianceFamilies, ClosedFamily>> = {};
  const close = (key: keyof typeof families) => (families[key] = closeFamily(applianceFamilies[key], constants));

  for (const key of feedKeys) registerInstrument(close(key), feeds[key] as Feed, register);
  const histograms = new Map<string, { readonly closed: ClosedFamily; readonly instrument: Histogram }>();
  for (const key of histogramKeys) {
    const closed = close(key);
    histograms.set(key, { closed, instrument: createHistogram(closed, register) });
  }
  const inOrder = (Object.keys(applianceFamilies) as (keyof typeof families)[]).flatMap((key) => families[key] ?? []);

  return {
    observe(key, labels, value) {
      const histogram = histograms.get(key);
      if (!histogram?.closed.allows(labels)) throw new TypeError(`${key} has no series ${JSON.stringify(labels)}`);
      histogram.instrument.observe(labels, value);
    },
    read: () => readRegister(register, inOrder),
  };
}

/** Registers an instrument that shows, whenever it is collected, what its feed says then. */
export function registerInstrument({ family, sets }: ClosedFamily, feed: Feed, register: Registry): void {
  const { name, help, type, labels } = family;
  const options = { name, help, labelNames: Object.keys(labels), registers: [register] };
  const read = (set: LabelSet): number | undefined => feed(set) ?? (family.absentWhen ? undefined : 0);

  if (type === 'gauge') {
    new Gauge({
      ...options,
      collect() {
        for (const set of sets) {
          const value = read(set);
          if (value === undefined) this.remove(set);
          else this.set(set, value);
        }
      },
    });
    return;
  }
  new Counter({
    ...options,
    collect() {
      this.reset();
      for (const set of sets) {
        const value = read(set);
        if (value === undefined) this.remove(set);
        else if (Number.isFinite(value) && value >= 0) this.inc(set, value);
        else throw new TypeError(`${name} was fed ${value}`);
      }
    },
  });
}

function createHistogram({ family }: ClosedFamily, register: Registry): Histogram {
  const { name, help, labels, buckets = [] } = family;
  const labelNames = Object.keys(labels);
  return new Histogram({ name, help, labelNames, buckets: [...buckets], registers: [register] });
}

/** A value as prom-client's instruments hand it out. */
interface InstrumentValue {
  readonly value: number;
  readonly labels: Readonly<Partial<Record<string, string | number>>>;
  /** A histogram's `…_bucket`, `…_sum` or `…_count`. */
  readonly metricName?: string;
}

/** A family together with every label set it can ever show. */
interface ClosedFamily {
  readonly family: PlatformFamily;
  readonly sets: readonly LabelSet[];
  allows(labels: Readonly<Record<string, string>>): boolean;
  /**
   * Exactly the contract's series: what is not in it is dropped, and what the instrument lacks is 0, or absent where
   * the family may be.
   */
  snapshot(values: readonly InstrumentValue[]): FamilySnapshot;
}

export function closeFamily(family: PlatformFamily, constants: LabelConstants): ClosedFamily {
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
