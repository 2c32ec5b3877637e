/** The shape of a catalogue of metric families: ours is `metrics.ts`, other systems' are files of the same shape. */

/** `info` and `stateset` are types of OpenMetrics; the text format calls both a gauge. */
export const metricTypes = ['gauge', 'counter', 'histogram', 'info', 'stateset'] as const;
export type MetricType = (typeof metricTypes)[number];

/** Prometheus' base units. Where a family declares one, its name ends in it. */
export const baseUnits = [
  'seconds',
  'bytes',
  'ratio',
  'celsius',
  'meters',
  'volts',
  'amperes',
  'joules',
  'grams',
] as const;
export type BaseUnit = (typeof baseUnits)[number];

/** Values of a label: a closed list, or a constant that is known when the process starts (configuration or build). */
export type ClosedValues = readonly string[] | { readonly constant: string };

/** What constants stand for. One that is a list stands for each of its entries, and for no series where it is empty. */
export type Constants = Readonly<Record<string, string | readonly string[]>>;

/** Values that nobody knows beforehand, at most so many distinct ones at a time. */
export interface OpenValues {
  readonly open: true;
  readonly max: number;
}

export type LabelValues = ClosedValues | OpenValues;

/** One metric family as promised on the wire. */
export interface Family {
  /** Full name on the wire, with namespace, base unit and (counters only) `_total`. */
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  /** Base unit of the value, where it has one. */
  readonly unit?: BaseUnit;
  /** Every label that a series can have, with the values that it can have. The states of a stateset are the closed values of the label by the family's own name. */
  readonly labels: Readonly<Record<string, LabelValues>>;
  /** Label sets that exist, where they are fewer than the product of the labels' values. */
  readonly combinations?: readonly Readonly<Record<string, string>>[];
  /** Upper bounds of a histogram's buckets in the family's unit, without +Inf; open where the program that reports chooses them. */
  readonly buckets?: readonly number[] | OpenValues;
  /** When a series of this family may be missing from a scrape; absent means never. */
  readonly absentWhen?: string;
}

/** A family of which every series is known beforehand. */
export interface PlatformFamily extends Family {
  readonly labels: Readonly<Record<string, ClosedValues>>;
  readonly buckets?: readonly number[];
}

export const scopes = ['platform-health', 'inventory'] as const;

/** A program beside the backend that is asked whenever the backend is: at a URL, or on a Unix socket. */
export type CatalogueSource = { readonly scrape: string } | { readonly socket: string; readonly path: string };

interface AnyCatalogue {
  readonly id: string;
  /** First word of its families' names; no other catalogue has it. */
  readonly namespace: string;
  /** Further first words, which other catalogues may use too: `http`, `go`, `process`. */
  readonly prefixes?: readonly string[];
  /** For how long what was reported counts. Absent where nothing is reported because the backend itself feeds it. */
  readonly ttlSeconds?: number;
  /** Where its numbers are fetched from. Absent where programs report them, or where the backend itself feeds it. */
  readonly source?: CatalogueSource;
  /** By which names programs may report side by side; each comes out as the label `instance`. Absent: one, without a name. */
  readonly instances?: readonly string[] | OpenValues;
}

/** Every label value is known beforehand. Only such families come out of the platform's scrape endpoint. */
export interface PlatformCatalogue extends AnyCatalogue {
  readonly scope: 'platform-health';
  readonly families: Readonly<Record<string, PlatformFamily>>;
  readonly instances?: readonly string[];
}

/** Labels may be open, each with a bound. It has a scrape endpoint of its own. */
export interface InventoryCatalogue extends AnyCatalogue {
  readonly scope: 'inventory';
  readonly families: Readonly<Record<string, Family>>;
}

export type Catalogue = PlatformCatalogue | InventoryCatalogue;

export function isOpen(values: LabelValues | readonly number[]): values is OpenValues {
  return 'open' in values;
}

export function isPlatformFamily(family: Family): family is PlatformFamily {
  return !Object.values(family.labels).some(isOpen) && !(family.buckets && isOpen(family.buckets));
}

/** What a constant stands for; one that nobody knows is empty. */
export function constantValues(constants: Constants, name: string): readonly string[] {
  const value = constants[name] ?? '';
  return typeof value === 'string' ? [value] : value;
}

/** Every label set a family can show, given the constants; the order is the catalogue's own. */
export function labelSets(
  family: Pick<PlatformFamily, 'labels' | 'combinations'>,
  constants: Constants,
): Record<string, string>[] {
  if (family.combinations) return family.combinations.map((labels) => ({ ...labels }));
  let sets: Record<string, string>[] = [{}];
  for (const [label, values] of Object.entries(family.labels)) {
    const allowed = 'constant' in values ? constantValues(constants, values.constant) : values;
    sets = sets.flatMap((set) => allowed.map((value) => ({ ...set, [label]: value })));
  }
  return sets;
}

/** What stands on the wire under a family's name: its own samples, or a histogram's. */
export function sampleNames({ name, type }: Pick<Family, 'name' | 'type'>): string[] {
  return type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
}

/** OpenMetrics names a counter's family without the `_total` of its sample, and an info's without `_info`. */
export function openMetricsName({ name, type }: Pick<Family, 'name' | 'type'>): string {
  if (type === 'counter') return name.replace(/_total$/, '');
  return type === 'info' ? name.replace(/_info$/, '') : name;
}
