/** The lines of one histogram's series, which come one by one and fit only together. */
import { isOpen, type Family } from '../../../contract/catalogue-model.ts';
import { formatBound, formatValue, labelPair, lineStart, type Dialect } from '../../exposition/text.ts';
import { readNumber } from '../../exposition/parse/number.ts';
import type { Sample } from '../../exposition/parse/types.ts';
import type { Known } from './known.ts';
import type { FittedLabels } from './labels.ts';
import type { Misfit } from './rejections.ts';
import type { OpenLabel } from './open-label.ts';
import { faultOfNumber, faultOfTime } from './value.ts';

/** A series of which more lines may follow. */
export interface Draft {
  readonly labels: FittedLabels;
  /** Of its first line. */
  readonly line: number;
  lines: number;
  /** Upper bounds in their order, +Inf last, and what each bucket has. */
  readonly bounds: number[];
  readonly counts: number[];
  sum: number | undefined;
  count: number | undefined;
  misfit: Misfit | undefined;
}

export function startDraft(labels: FittedLabels, line: number): Draft {
  return { labels, line, lines: 0, bounds: [], counts: [], sum: undefined, count: undefined, misfit: undefined };
}

/** Adds a line to its series. What does not fit takes the whole series with it. */
export function addLine(draft: Draft, sample: Sample, { family, part }: Known): void {
  draft.lines++;
  if (!draft.misfit) draft.misfit = lineMisfit(draft, sample, family, part);
}

/** Whether no line is left to come. */
export function isWhole(draft: Draft): boolean {
  const hasAll = draft.bounds.at(-1) === Infinity && draft.sum !== undefined && draft.count !== undefined;
  return hasAll && !draft.misfit;
}

function lineMisfit(draft: Draft, sample: Sample, family: Family, part: Known['part']): Misfit | undefined {
  const { line, name, value } = sample;
  const misfit = (sentence: string, reason: Misfit['reason'] = 'bad_value', label: string | null = null): Misfit => {
    return { reason, line, name: family.name, label, sentence: () => sentence };
  };
  const again = () =>
    misfit(`has labels of ${name} that it had in the series that began on line ${draft.line}`, 'duplicate');
  const fault = faultOfTime(sample, family) ?? faultOfNumber(name, 'histogram', value);
  if (fault !== undefined) return misfit(fault);
  if (part !== 'bucket') {
    const which = part === 'sum' ? 'sum' : 'count';
    if (draft[which] !== undefined) return again();
    draft[which] = value;
    return undefined;
  }
  const bound = boundOf(sample);
  if (bound === undefined)
    return misfit(`has no upper bound of the bucket, which is the label le of ${name}`, undefined, 'le');
  const before = draft.bounds.at(-1);
  if (before !== undefined && bound <= before) {
    return draft.bounds.includes(bound)
      ? again()
      : misfit(`has a bucket of ${family.name} below the one before it: they go up`, undefined, 'le');
  }
  if (value < (draft.counts.at(-1) ?? 0)) {
    return misfit(`has a bucket of ${family.name} with less in it than the one below: buckets are cumulative`);
  }
  draft.bounds.push(bound);
  draft.counts.push(value);
  return undefined;
}

function boundOf({ labels }: Sample): number | undefined {
  const bound = readNumber(labels.find(({ name }) => name === 'le')?.value ?? '');
  return Number.isNaN(bound) ? undefined : bound;
}

/** What is wrong with a series of which nothing more comes. @param open where the program that reports chooses its buckets */
export function draftMisfit(draft: Draft, family: Family, open: OpenLabel | undefined): Misfit | undefined {
  if (draft.misfit) return draft.misfit;
  const { line, bounds, counts } = draft;
  const { name } = family;
  const misfit = (what: string, label: string | null = null): Misfit => {
    return { reason: 'bad_value', line, name, label, sentence: () => `begins a series of ${name} ${what}` };
  };
  if (bounds.at(-1) !== Infinity) return misfit('that lacks its bucket le="+Inf"', 'le');
  if (draft.sum === undefined) return misfit(`that lacks its ${name}_sum`);
  if (draft.count === undefined) return misfit(`that lacks its ${name}_count`);
  if (draft.count !== counts.at(-1)) return misfit(`whose ${name}_count is not what its bucket le="+Inf" has`);
  if (!open) {
    const declared = [...declaredBounds(family), Infinity];
    if (bounds.length === declared.length && bounds.every((bound, index) => bound === declared[index]))
      return undefined;
    return misfit(`whose buckets are not the catalogue's, ${declared.map(formatValue).join(', ')}`, 'le');
  }
  if (open.hasRoom(openValues(draft))) return undefined;
  const sentence = () =>
    `begins a series of ${name} with which there are more buckets than the ${open.max} of their bound`;
  return { reason: 'too_many_values', line, name, label: 'le', sentence };
}

function declaredBounds({ buckets = [] }: Family): readonly number[] {
  return isOpen(buckets) ? [] : buckets;
}

/** Bounds as values of the label `le`, without +Inf, which every histogram has. */
export function openValues({ bounds }: Draft): string[] {
  return bounds.slice(0, -1).map((bound) => formatBound(bound, 'text'));
}

/** @param draft is whole and fits */
export function draftLines(
  { labels: { pairs }, bounds, counts, sum = 0, count = 0 }: Draft,
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
