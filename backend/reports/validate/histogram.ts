/** The lines of one histogram's series, which come one by one and are valid only together. */
import { isOpen, type Family } from '../../../contract/catalogue-model.ts';
import { formatBound, formatValue, labelPair, lineStart, type Dialect } from '../../exposition/text.ts';
import { readNumber } from '../../exposition/parse/number.ts';
import type { Sample } from '../../exposition/parse/types.ts';
import { timestampProblem, valueProblem, type KnownSample } from './family-samples.ts';
import type { AcceptedLabels } from './labels.ts';
import type { Rejection } from './rejections.ts';
import type { OpenLabel } from './open-label.ts';

/** A series of which more lines may follow. */
export interface PartialHistogram {
  readonly labels: AcceptedLabels;
  /** Of its first line. */
  readonly line: number;
  lines: number;
  /** Upper bounds in the order of their lines, and what each bucket has. */
  readonly bounds: number[];
  readonly counts: number[];
  readonly distinct: Set<number>;
  sum: number | undefined;
  count: number | undefined;
  rejection: Rejection | undefined;
}

export function startHistogram(labels: AcceptedLabels, line: number): PartialHistogram {
  const nothing = { sum: undefined, count: undefined, rejection: undefined };
  return { labels, line, lines: 0, bounds: [], counts: [], distinct: new Set(), ...nothing };
}

/**
 * Adds a line to its series. A rejected line takes the whole series with it.
 * @param isLenient its buckets come in any order, its lines may have times, and of a line that comes twice the first counts
 * @returns what is wrong with this line alone
 */
export function addLine(
  histogram: PartialHistogram,
  sample: Sample,
  { family, part }: KnownSample,
  isLenient: boolean,
): Rejection | undefined {
  if (!histogram.rejection) {
    const rejection = lineRejection(histogram, sample, family, part, isLenient);
    if (isLenient && rejection?.reason === 'duplicate') return rejection;
    histogram.rejection = rejection;
  }
  histogram.lines++;
  return undefined;
}

/** Whether no line is left to come. In any order that is known only where the catalogue has the buckets. */
export function isComplete(histogram: PartialHistogram, { buckets = [] }: Family, isLenient: boolean): boolean {
  const { bounds, sum, count, rejection } = histogram;
  if (sum === undefined || count === undefined || rejection) return false;
  if (!isLenient) return bounds.at(-1) === Infinity;
  return !isOpen(buckets) && bounds.length > buckets.length;
}

function lineRejection(
  histogram: PartialHistogram,
  sample: Sample,
  family: Family,
  part: KnownSample['part'],
  isLenient: boolean,
): Rejection | undefined {
  const { line, name, value } = sample;
  const rejection = (
    sentence: string,
    reason: Rejection['reason'] = 'bad_value',
    label: string | null = null,
  ): Rejection => {
    return { reason, line, name: family.name, label, sentence: () => sentence };
  };
  const again = () =>
    rejection(`has labels of ${name} that it had in the series that began on line ${histogram.line}`, 'duplicate');
  const fault = (isLenient ? undefined : timestampProblem(sample, family)) ?? valueProblem(name, 'histogram', value);
  if (fault !== undefined) return rejection(fault);
  if (part !== 'bucket') {
    const which = part === 'sum' ? 'sum' : 'count';
    if (histogram[which] !== undefined) return again();
    histogram[which] = value;
    return undefined;
  }
  const bound = boundOf(sample);
  if (bound === undefined)
    return rejection(`has no upper bound of the bucket, which is the label le of ${name}`, undefined, 'le');
  if (histogram.distinct.has(bound)) return again();
  if (!isLenient && bound < (histogram.bounds.at(-1) ?? bound)) {
    return rejection(`has a bucket of ${family.name} below the one before it: they go up`, undefined, 'le');
  }
  if (!isLenient && value < (histogram.counts.at(-1) ?? 0)) {
    return rejection(`has a bucket of ${family.name} with less in it than the one below: buckets are cumulative`);
  }
  histogram.bounds.push(bound);
  histogram.distinct.add(bound);
  histogram.counts.push(value);
  return undefined;
}

function boundOf({ labels }: Sample): number | undefined {
  const bound = readNumber(labels.find(({ name }) => name === 'le')?.value ?? '');
  return Number.isNaN(bound) ? undefined : bound;
}

/** What is wrong with a series of which nothing more comes. @param open where the program that reports chooses its buckets */
export function histogramRejection(
  histogram: PartialHistogram,
  family: Family,
  open: OpenLabel | undefined,
): Rejection | undefined {
  if (histogram.rejection) return histogram.rejection;
  sortBuckets(histogram);
  const { line, bounds, counts } = histogram;
  const { name } = family;
  const rejection = (what: string, label: string | null = null): Rejection => {
    return { reason: 'bad_value', line, name, label, sentence: () => `begins a series of ${name} ${what}` };
  };
  if (counts.some((count, index) => count < (counts[index - 1] ?? 0))) {
    return rejection('whose buckets are not cumulative: one has less in it than the one below');
  }
  if (bounds.at(-1) !== Infinity) return rejection('that lacks its bucket le="+Inf"', 'le');
  if (histogram.sum === undefined) return rejection(`that lacks its ${name}_sum`);
  if (histogram.count === undefined) return rejection(`that lacks its ${name}_count`);
  if (histogram.count !== counts.at(-1)) return rejection(`whose ${name}_count is not what its bucket le="+Inf" has`);
  if (!open) {
    const declared = [...declaredBounds(family), Infinity];
    if (bounds.length === declared.length && bounds.every((bound, index) => bound === declared[index]))
      return undefined;
    return rejection(`whose buckets are not the catalogue's, ${declared.map(formatValue).join(', ')}`, 'le');
  }
  if (open.hasRoom(boundValues(histogram))) return undefined;
  const sentence = () =>
    `begins a series of ${name} with which there are more buckets than the ${open.max} of their bound`;
  return { reason: 'too_many_values', line, name, label: 'le', sentence };
}

/** Where they came in another order, which only an exporter's may. */
function sortBuckets({ bounds, counts }: PartialHistogram): void {
  if (bounds.every((bound, index) => index === 0 || bound >= (bounds[index - 1] ?? 0))) return;
  const buckets = bounds.map((bound, index) => ({ bound, count: counts[index] ?? 0 }));
  buckets.sort((a, b) => (a.bound < b.bound ? -1 : Number(a.bound > b.bound)));
  for (const [index, { bound, count }] of buckets.entries()) {
    bounds[index] = bound;
    counts[index] = count;
  }
}

function declaredBounds({ buckets = [] }: Family): readonly number[] {
  return isOpen(buckets) ? [] : buckets;
}

/** Bounds as values of the label `le`, without +Inf, which every histogram has. */
export function boundValues({ bounds }: PartialHistogram): string[] {
  return bounds.slice(0, -1).map((bound) => formatBound(bound, 'text'));
}

/** @param histogram is complete, and has no rejection */
export function histogramLines(
  { labels: { pairs }, bounds, counts, sum = 0, count = 0 }: PartialHistogram,
  name: string,
  dialect: Dialect,
): string {
  let lines = '';
  for (const [index, bound] of bounds.entries()) {
    const le = labelPair('le', formatBound(bound, dialect));
    lines += `${lineStart(`${name}_bucket`, pairs ? `${pairs},${le}` : le)}${formatValue(counts[index] ?? 0)}\n`;
  }
  lines += `${lineStart(`${name}_sum`, pairs)}${formatValue(sum)}\n`;
  return `${lines}${lineStart(`${name}_count`, pairs)}${formatValue(count)}\n`;
}
