/** The lines of one histogram's series, which come one by one and fit only together. */
import { isOpen, type Family } from '../../../contract/catalogue.ts';
import { formatBound, formatValue, labelPairs, lineStart, type Dialect } from '../../scrape/exposition/lines.ts';
import { readNumber } from '../parse/number.ts';
import type { Sample } from '../parse/types.ts';
import type { Known } from './known.ts';
import type { FittedLabels } from './labels.ts';
import type { Misfit } from './misfits.ts';
import type { OpenLabel } from './open-label.ts';
import { faultOfNumber, faultOfTime } from './value.ts';

interface Bucket {
  readonly bound: number;
  readonly count: number;
  readonly line: number;
}

/** A series of which more lines may follow. */
export interface Draft {
  readonly labels: FittedLabels;
  /** Of its first line. */
  readonly line: number;
  lines: number;
  readonly buckets: Map<number, Bucket>;
  sum?: Bucket;
  count?: Bucket;
  misfit?: Misfit;
}

export function startDraft(labels: FittedLabels, line: number): Draft {
  return { labels, line, lines: 0, buckets: new Map() };
}

/** Adds a line to its series. What does not fit takes the whole series with it. */
export function addLine(draft: Draft, sample: Sample, { family, part }: Known): void {
  draft.lines++;
  const misfit = lineMisfit(draft, sample, family, part);
  if (misfit) draft.misfit ??= misfit;
}

function lineMisfit(draft: Draft, sample: Sample, family: Family, part: Known['part']): Misfit | undefined {
  const { line, value } = sample;
  const misfit = (sentence: string, reason: Misfit['reason'] = 'bad_value', label: string | null = null): Misfit => {
    return { reason, line, name: family.name, label, sentence: () => sentence };
  };
  const fault = faultOfTime(sample, family) ?? faultOfNumber(sample.name, 'histogram', value);
  if (fault !== undefined) return misfit(fault);
  const le = sample.labels.find(({ name }) => name === 'le')?.value ?? '';
  const bound = part === 'bucket' ? readNumber(le) : NaN;
  if (part === 'bucket' && (bound === undefined || Number.isNaN(bound))) {
    return misfit(`has to give ${sample.name} the label le, the upper bound of the bucket`, 'bad_value', 'le');
  }
  const found = { bound: bound ?? NaN, count: value, line };
  const before = part === 'bucket' ? draft.buckets.get(found.bound) : draft[part === 'sum' ? 'sum' : 'count'];
  if (before) return misfit(`has the same labels of ${sample.name} as line ${before.line}`, 'duplicate');
  if (part === 'bucket') draft.buckets.set(found.bound, found);
  else draft[part === 'sum' ? 'sum' : 'count'] = found;
  return undefined;
}

/** A series that is whole, its buckets in order. */
export interface Finished {
  readonly buckets: readonly Bucket[];
  readonly sum: number;
  readonly count: number;
}

/** @param openBounds where the program that reports chooses its buckets */
export function finish(draft: Draft, family: Family, openBounds: OpenLabel | undefined): Finished | Misfit {
  if (draft.misfit) return draft.misfit;
  const { name } = family;
  const misfit = (sentence: string, line = draft.line, label: string | null = null): Misfit => {
    return { reason: 'bad_value', line, name, label, sentence: () => sentence };
  };
  const buckets = [...draft.buckets.values()].sort((a, b) => a.bound - b.bound);
  const last = buckets.at(-1);
  if (!last || last.bound !== Infinity) return misfit(`begins a series of ${name} that lacks its bucket le="+Inf"`);
  if (!draft.sum) return misfit(`begins a series of ${name} that lacks its ${name}_sum`);
  if (!draft.count) return misfit(`begins a series of ${name} that lacks its ${name}_count`);
  const falling = buckets.find(({ count }, index) => count < (buckets[index - 1]?.count ?? 0));
  if (falling) {
    return misfit(`has a bucket of ${name} with less in it than the one below: buckets are cumulative`, falling.line);
  }
  if (last.count !== draft.count.count) {
    return misfit(`has a ${name}_count that is not what the bucket le="+Inf" has`, draft.count.line);
  }
  const bounds = buckets.slice(0, -1).map(({ bound }) => bound);
  if (!openBounds && !sameBounds(bounds, family)) {
    const declared = [...declaredBounds(family), Infinity].map((bound) => formatValue(bound)).join(', ');
    return misfit(`begins a series of ${name} whose buckets are not the catalogue's: ${declared}`, undefined, 'le');
  }
  if (openBounds && !openBounds.hasRoom(boundValues(buckets))) {
    const sentence = () => `begins a series of ${name} with more buckets than the ${openBounds.max} of their bound`;
    return { reason: 'too_many_values', line: draft.line, name, label: 'le', sentence };
  }
  return { buckets, sum: draft.sum.count, count: draft.count.count };
}

function declaredBounds({ buckets = [] }: Family): readonly number[] {
  return isOpen(buckets) ? [] : buckets;
}

function sameBounds(bounds: readonly number[], family: Family): boolean {
  const declared = declaredBounds(family);
  return bounds.length === declared.length && bounds.every((bound, index) => bound === declared[index]);
}

/** As values of the label `le`, without +Inf, which every histogram has. */
export function boundValues(buckets: Finished['buckets']): string[] {
  return buckets.slice(0, -1).map(({ bound }) => formatBound(bound, 'text'));
}

export function histogramLines(
  name: string,
  pairs: string,
  { buckets, sum, count }: Finished,
  dialect: Dialect,
): string {
  let lines = '';
  for (const bucket of buckets) {
    const le = labelPairs([['le', formatBound(bucket.bound, dialect)]]);
    lines += `${lineStart(`${name}_bucket`, pairs ? `${pairs},${le}` : le)}${formatValue(bucket.count)}\n`;
  }
  lines += `${lineStart(`${name}_sum`, pairs)}${formatValue(sum)}\n`;
  return `${lines}${lineStart(`${name}_count`, pairs)}${formatValue(count)}\n`;
}
