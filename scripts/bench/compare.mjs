/** Two versions compared: whether one lost against the other, and by which row. */
import { aligned, comparedBy, isComparedByRatio, isMoreBetter, median, readable } from './figures.mjs';

/** @typedef {import('./figures.mjs').Figure} Figure */
/** @typedef {{base: readonly Figure[], head: readonly Figure[]}} Pair what both said in runs one right after the other */
/**
 * @typedef {object} Compared
 * @property {string} name
 * @property {string} unit `ratio` where ratios are compared
 * @property {number} base median of its runs
 * @property {number} head
 * @property {number} loss by how much of itself head is worse, the median of the pairs; negative where it is better
 */

/** More is a failure. */
const TOLERATED_LOSS = 0.1;

/** @param {readonly Pair[]} pairs @returns {Compared[]} rows that both sides have, with numbers above zero */
export function compare(pairs) {
  return namesOf(pairs).flatMap((name) => {
    const found = pairs.map(({ base, head }) => [byName(base, name), byName(head, name)]);
    const both = found.flatMap(([base, head]) => (base && head ? [{ base, head }] : []));
    const [first] = both;
    const numbers = both.map(({ base, head }) => ({ base: comparedBy(base), head: comparedBy(head) }));
    if (!first || numbers.some(({ base, head }) => !(base > 0) || !(head > 0))) return [];
    const { unit } = first.head;
    const loss = median(numbers.map(({ base, head }) => (isMoreBetter(unit) ? base - head : head - base) / base));
    const of = (/** @type {'base' | 'head'} */ side) => median(numbers.map((one) => one[side]));
    return [{ name, unit: isComparedByRatio(first.head) ? 'ratio' : unit, base: of('base'), head: of('head'), loss }];
  });
}

/** Rows of one side or the other that cannot be judged. @param {readonly Pair[]} pairs @returns {string[]} */
export function notJudged(pairs) {
  const judged = new Set(compare(pairs).map(({ name }) => name));
  return namesOf(pairs).filter((name) => !judged.has(name));
}

/** @param {readonly Compared[]} rows */
export const losses = (rows) => rows.filter(({ loss }) => loss > TOLERATED_LOSS);

/** What ends a comparison that was lost. @param {readonly Compared[]} lost @param {string} base */
export function lossSentence(lost, base) {
  const named = lost.map(({ name, loss }) => `${name} (${readable(loss * 100)} %)`);
  return `More than ${TOLERATED_LOSS * 100} % worse than ${base}: ${named.join('; ')}.`;
}

/** @param {readonly Compared[]} rows */
export function comparisonTable(rows) {
  const lines = rows.map(({ name, unit, base, head, loss }) => {
    const change = `${loss > 0 ? '-' : '+'}${readable(Math.abs(loss) * 100)} %`;
    return [name, readable(base), readable(head), unit, change, loss > TOLERATED_LOSS ? 'lost' : ''];
  });
  return aligned([['figure', 'base', 'head', 'unit', 'better or worse', ''], ...lines], [1, 2, 4]);
}

/** @param {readonly Figure[]} figures @param {string} name */
const byName = (figures, name) => figures.find((figure) => figure.name === name);

/** @param {readonly Pair[]} pairs */
const namesOf = (pairs) => [...new Set(pairs.flatMap(({ base, head }) => [...base, ...head].map(({ name }) => name)))];
