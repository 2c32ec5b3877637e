/** What a catalogue's queries may speak of: samples, their labels and values. */
import { sampleNames, type Family } from '../../../contract/catalogue-model.ts';
import { targetLabels } from '../../../contract/promql.ts';

/** What Prometheus says about a target by itself, in no catalogue. */
const ofPrometheus = [
  'up',
  'scrape_duration_seconds',
  'scrape_samples_scraped',
  'scrape_samples_post_metric_relabeling',
  'scrape_series_added',
];

export interface MetricIndex {
  /** The family whose samples have this name; undefined also for what Prometheus itself says of a target. */
  familyOf(sample: string): Family | undefined;
  /** Whether there are samples by this name. */
  has(sample: string): boolean;
  /** Labels of the samples, as they are called once Prometheus has scraped them. */
  labelsOf(sample: string): ReadonlySet<string>;
  /** The values that a label of the samples can have, where they are listed. */
  valuesOf(sample: string, label: string): readonly string[] | undefined;
}

/** @param own labels that the scrape configuration puts on the target, beside `job` and `instance` */
export function createMetricIndex(families: Readonly<Record<string, Family>>, own: readonly string[]): MetricIndex {
  const samples = new Map(
    Object.values(families).flatMap((one) => sampleNames(one).map((name) => [name, one] as const)),
  );
  const ofTarget = [...targetLabels, ...own];
  const knows = (sample: string) => samples.has(sample) || ofPrometheus.includes(sample);
  return {
    familyOf: (sample) => samples.get(sample),
    has: knows,
    labelsOf(sample) {
      const labels = Object.keys(samples.get(sample)?.labels ?? {}).map(exported);
      const bucket = samples.get(sample)?.type === 'histogram' && sample.endsWith('_bucket') ? ['le'] : [];
      return new Set(knows(sample) ? [...ofTarget, ...labels, ...bucket] : []);
    },
    valuesOf(sample, label) {
      const found = Object.entries(samples.get(sample)?.labels ?? {}).find(([name]) => exported(name) === label)?.[1];
      return Array.isArray(found) ? found : undefined;
    },
  };
}

/** Prometheus renames what a target already has. */
function exported(label: string): string {
  return targetLabels.some((one) => one === label) ? `exported_${label}` : label;
}
