/** The shape of a catalogue of metric families: ours is `metrics.ts`, other systems' are files of the same shape. */

export type MetricType = 'gauge' | 'counter' | 'histogram';

/** Values of a label: a closed list, or one constant that is known when the process starts (configuration or build). */
export type LabelValues = readonly string[] | { readonly constant: string };

/** One metric family as promised on the wire. */
export interface Family {
  /** Full name on the wire, with namespace, base unit and (counters only) `_total`. */
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  /** Base unit of the value, where it has one. */
  readonly unit?: 'seconds' | 'bytes';
  /** Every label with every value that it can ever have. */
  readonly labels: Readonly<Record<string, LabelValues>>;
  /** Label sets that exist, where they are fewer than the product of the labels' values. */
  readonly combinations?: readonly Readonly<Record<string, string>>[];
  /** Upper bounds of a histogram's buckets in the family's unit, without +Inf. */
  readonly buckets?: readonly number[];
  /** When a series of this family may be missing from a scrape; absent means never. */
  readonly absentWhen?: string;
}

export interface Catalogue {
  readonly id: string;
  readonly namespace: string;
  /** `platform-health`: every label value is known beforehand. Only such families come out of the scrape endpoint. */
  readonly scope: 'platform-health';
  readonly families: Readonly<Record<string, Family>>;
}

/** Every label set a family can show, given the constants; the order is the catalogue's own. */
export function labelSets(family: Family, constants: Readonly<Record<string, string>>): Record<string, string>[] {
  if (family.combinations) return family.combinations.map((labels) => ({ ...labels }));
  let sets: Record<string, string>[] = [{}];
  for (const [label, values] of Object.entries(family.labels)) {
    const allowed = 'constant' in values ? [constants[values.constant] ?? ''] : values;
    sets = sets.flatMap((set) => allowed.map((value) => ({ ...set, [label]: value })));
  }
  return sets;
}
