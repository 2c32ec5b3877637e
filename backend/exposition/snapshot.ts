import type { Family } from '../../contract/catalogue-model.ts';

/** What of a family its text is made of. Which labels it may have was settled before. */
export type ExposedFamily = Pick<Family, 'name' | 'type' | 'help' | 'unit'> & { readonly buckets?: readonly number[] };

/** Label names and values of one series. A producer reuses the same object for the same series, so that text can be kept. */
export type LabelSet = Readonly<Record<string, string>>;

/** A gauge's or counter's series. */
export interface ValueSeries {
  readonly labels: LabelSet;
  readonly value: number;
}

/** A histogram's series. `counts` is cumulative: one per bucket of the family, then +Inf, which is the number of observations. */
export interface HistogramSeries {
  readonly labels: LabelSet;
  readonly counts: readonly number[];
  readonly sum: number;
}

export type Series = ValueSeries | HistogramSeries;

/** The series of one family at one moment; none where the family is absent. */
export interface FamilySnapshot {
  readonly family: ExposedFamily;
  readonly series: readonly Series[];
}

/** Every family at one moment, in the order of the exposition. Immutable. */
export type Snapshot = readonly FamilySnapshot[];

const noLabels: LabelSet = Object.freeze({});

/** A family without labels and its one value, for what only this request's caller may see. */
export function singleValue(family: ExposedFamily, value: number): FamilySnapshot {
  return { family, series: [{ labels: noLabels, value }] };
}

/** Whether two lists of series have the same label sets (by identity) and the same values. */
export function sameSeries(one: readonly Series[], other: readonly Series[]): boolean {
  if (one === other) return true;
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) {
    const a = one[i];
    const b = other[i];
    if (!a || !b || a.labels !== b.labels || !sameValue(a, b)) return false;
  }
  return true;
}

function sameValue(a: Series, b: Series): boolean {
  if ('value' in a) return 'value' in b && Object.is(a.value, b.value);
  if ('value' in b || a.counts.length !== b.counts.length || !Object.is(a.sum, b.sum)) return false;
  for (let i = 0; i < a.counts.length; i++) if (a.counts[i] !== b.counts[i]) return false;
  return true;
}
