/** PromQL over a catalogue: families by their key, labels and values checked by the compiler. */
import type { Catalogue, Family, MetricType } from './catalogue-model.ts';

/** Labels that Prometheus puts on every series of a target. A label of ours by such a name is renamed `exported_…`. */
export const targetLabels = ['job', 'instance'] as const;
export type TargetLabel = (typeof targetLabels)[number];

/** What Prometheus says about a target by itself, in no catalogue. */
export type TargetMetric = 'up' | 'scrape_duration_seconds';

type Exported<Label> = Label extends TargetLabel ? `exported_${Label}` : Label;
type Own<Label> = Label extends `exported_${infer Name extends TargetLabel}` ? Name : Label;
type FamilyOf<C extends Catalogue, Key extends keyof C['families']> = C['families'][Key];
type LabelOf<F extends Family> = Exported<keyof F['labels'] & string>;
type ValueOf<F extends Family, Label> =
  Own<Label> extends keyof F['labels']
    ? F['labels'][Own<Label>] extends readonly (infer Value)[]
      ? Value
      : string
    : never;
/** One value of a label, or several of which any will do. */
type Filter<F extends Family> = [LabelOf<F>] extends [never]
  ? Readonly<Record<string, never>>
  : { readonly [L in LabelOf<F>]?: ValueOf<F, L> | readonly ValueOf<F, L>[] };
type KeyOf<C extends Catalogue, Type extends Family['type']> = {
  [K in keyof C['families'] & string]: FamilyOf<C, K>['type'] extends Type
    ? K
    : Type extends FamilyOf<C, K>['type']
      ? K
      : never;
}[keyof C['families'] & string];

export interface PromQl<C extends Catalogue> {
  /** A family's series. */
  metric<Key extends KeyOf<C, Exclude<MetricType, 'histogram'>>>(key: Key, labels?: Filter<FamilyOf<C, Key>>): string;
  /** The buckets of a histogram. */
  bucket<Key extends KeyOf<C, 'histogram'>>(key: Key, labels?: Filter<FamilyOf<C, Key>>): string;
  /** How many observations a histogram has had. */
  count<Key extends KeyOf<C, 'histogram'>>(key: Key, labels?: Filter<FamilyOf<C, Key>>): string;
  /** `by (…)` with labels of the family or of the target; `le` where buckets are added up. */
  by<Key extends keyof C['families'] & string>(
    key: Key,
    ...labels: (LabelOf<FamilyOf<C, Key>> | TargetLabel | 'le')[]
  ): string;
  /** A legend such as `{{instance}} {{severity}}`. */
  legend<Key extends keyof C['families'] & string>(
    key: Key,
    ...labels: (LabelOf<FamilyOf<C, Key>> | TargetLabel)[]
  ): string;
  /** What Prometheus itself knows of the targets. */
  target(metric: TargetMetric): string;
}

/** @param scope matchers that every selector gets, for instance `job=~"$job"` */
export function promql<const C extends Catalogue>(catalogue: C, scope: readonly string[] = []): PromQl<C> {
  const nameOf = (key: string) => {
    const family = catalogue.families[key];
    if (!family) throw new Error(`the catalogue ${catalogue.id} has no family ${key}`);
    return family.name;
  };
  const select = (name: string, labels: Readonly<Record<string, unknown>>) => {
    const own = Object.entries(labels).map(([label, value]) => matcher(label, value));
    const matchers = [...scope, ...own];
    return matchers.length === 0 ? name : `${name}{${matchers.join(', ')}}`;
  };
  return {
    metric: (key, labels = {}) => select(nameOf(key), labels),
    bucket: (key, labels = {}) => select(`${nameOf(key)}_bucket`, labels),
    count: (key, labels = {}) => select(`${nameOf(key)}_count`, labels),
    by: (_key, ...labels) => `by (${labels.join(', ')})`,
    legend: (_key, ...labels) => labels.map((label) => `{{${label}}}`).join(' '),
    target: (metric) => select(metric, {}),
  };
}

function matcher(label: string, value: unknown): string {
  if (!Array.isArray(value)) return `${label}=${JSON.stringify(value)}`;
  return `${label}=~${JSON.stringify(value.join('|'))}`;
}
