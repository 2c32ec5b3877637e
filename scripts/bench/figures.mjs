/** What a benchmark printed: read, summed up, judged by its limit, and shown as a table. */

/**
 * @typedef {object} Figure what a benchmark prints, one JSON line
 * @property {string} name
 * @property {string} unit
 * @property {number[]} values one a round
 * @property {number[]} baselines the same of something simpler, in the same rounds; none where there is no such thing
 * @property {boolean} [baselineIsOurs] the baseline is a part of Vitals as well
 * @property {{value?: number, ratio?: number, worst?: number}} [must] a limit of the median, of the ratio, or of the worst value
 */
/**
 * @typedef {object} Row a figure summed up: medians of its rounds
 * @property {string} name
 * @property {number} value
 * @property {string} unit
 * @property {number | null} baseline
 * @property {number | null} ratio
 * @property {string | null} must
 * @property {boolean | null} isMet null where there is no limit
 * @property {[number, number] | null} spread least and most of what is judged: of the ratio where there is one and no other limit, else of the value
 */

/** @param {string} line @returns {Figure | undefined} nothing where the line is something else */
export function readFigure(line) {
  try {
    const parsed = JSON.parse(line);
    const isFigure = typeof parsed?.name === 'string' && Array.isArray(parsed.values) && parsed.values.length > 0;
    return isFigure ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const [low = NaN, high = NaN] = [sorted[sorted.length % 2 ? half : half - 1], sorted[half]];
  return (low + high) / 2;
}

/** Whether more is better, which it is of rates; of times, bytes and whatever else is used up less is. @param {string} unit */
export const isMoreBetter = (unit) => unit.endsWith('/s');

/** One for each round, where both sides have one; none without a baseline. @param {Figure} figure */
function ratiosOf({ values, baselines }) {
  if (baselines.length === 0) return [];
  const arePairs = values.length === baselines.length;
  return values.map((value, round) => value / (arePairs ? (baselines[round] ?? NaN) : median(baselines)));
}

/** @param {Figure} figure @returns {Row} */
export function rowOf(figure) {
  const { name, unit, values, baselines } = figure;
  const ratios = ratiosOf(figure);
  const isByRatio = ratios.length > 0 && (!figure.must || figure.must.ratio !== undefined);
  const spread = isByRatio ? ratios : values;
  return {
    name,
    value: median(values),
    unit,
    baseline: baselines.length > 0 ? median(baselines) : null,
    ratio: ratios.length > 0 ? median(ratios) : null,
    ...verdict(figure, ratios),
    spread: spread.length > 1 ? [Math.min(...spread), Math.max(...spread)] : null,
  };
}

/** @param {Figure} figure @param {number[]} ratios @returns {{must: string | null, isMet: boolean | null}} */
function verdict({ unit, values, must }, ratios) {
  if (!must) return { must: null, isMet: null };
  const isMore = isMoreBetter(unit);
  const worst = isMore ? Math.min(...values) : Math.max(...values);
  const [what, reached, limit] =
    must.ratio !== undefined
      ? ['ratio ', median(ratios), must.ratio]
      : must.worst !== undefined
        ? ['worst ', worst, must.worst]
        : ['', median(values), must.value ?? NaN];
  const isMet = isMore ? reached >= limit : reached <= limit;
  return { must: `${what}${isMore ? '>=' : '<='} ${readable(limit)}`, isMet };
}

/**
 * Whether two versions are compared by the ratio: where the baseline is somebody else's, because what the machine does
 * meanwhile meets both of its sides.
 * @param {Figure} figure
 */
export const isComparedByRatio = ({ baselines, baselineIsOurs }) => baselines.length > 0 && !baselineIsOurs;

/** The one number by which two versions are compared. @param {Figure} figure */
export function comparedBy(figure) {
  const { ratio, value } = rowOf(figure);
  return isComparedByRatio(figure) ? (ratio ?? NaN) : value;
}

/** @param {number | null | undefined} value */
export function readable(value) {
  if (typeof value !== 'number' || Number.isNaN(value)) return '–';
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
}

/** @param {Row} row */
export const cellsOf = ({ name, value, unit, baseline, ratio, must, isMet, spread }) => [
  name,
  readable(value),
  unit,
  readable(baseline),
  readable(ratio),
  must ?? '–',
  isMet === null ? '–' : isMet ? 'ok' : 'missed',
  spread ? spread.map(readable).join('–') : '–',
];
export const headings = ['figure', 'value', 'unit', 'baseline', 'ratio', 'must', 'verdict', 'spread'];

/** Lines of a table. @param {readonly string[][]} lines the headings first @param {readonly number[]} numbers columns of numbers */
export function aligned(lines, numbers) {
  const columns = lines[0]?.map((_, column) => column) ?? [];
  const widths = columns.map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) =>
    line
      .map((cell, column) =>
        numbers.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

/** @param {readonly Row[]} rows */
export const table = (rows) => aligned([headings, ...rows.map(cellsOf)], [1, 3, 4]);
