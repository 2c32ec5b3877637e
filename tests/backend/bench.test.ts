/** How `npm run bench` judges what its benchmarks print; what they measure is tested by nothing but their use. */
import { format } from 'prettier';
import { describe, expect, test } from 'vitest';
import { compare, comparisonTable, lossSentence, losses, notJudged } from '../../scripts/bench/compare.mjs';
import { documentOf } from '../../scripts/bench/document.mjs';
import { comparedBy, median, readFigure, rowOf, table } from '../../scripts/bench/figures.mjs';

type Figure = Parameters<typeof rowOf>[0];
const rate = (values: number[], more: Partial<Figure> = {}): Figure => ({
  ...{ name: 'scrapes', unit: 'requests/s', values, baselines: [] },
  ...more,
});
const time = (values: number[], more: Partial<Figure> = {}) => rate(values, { name: 'p50', unit: 'ms', ...more });

describe('a figure', () => {
  test('is one line of JSON with a name and rounds; whatever else a benchmark prints is none', () => {
    expect(readFigure(JSON.stringify(rate([1, 2])))).toEqual(rate([1, 2]));
    for (const line of ['ready', '{"name":"a"}', '{"name":"a","values":[]}', '17', 'null']) {
      expect(readFigure(line)).toBeUndefined();
    }
  });

  test('is summed up by medians: of the values, of the baselines, and of each round’s own ratio', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
    const row = rowOf(rate([10, 40, 90], { baselines: [20, 100, 100] }));
    expect(row).toMatchObject({ value: 40, baseline: 100, ratio: 0.5, spread: [0.4, 0.9] });
  });

  test('with another number of baselines than rounds is measured against their median', () => {
    expect(rowOf(rate([10, 30], { baselines: [5, 10, 20] }))).toMatchObject({ ratio: 2, spread: [1, 3] });
  });

  test('without a baseline has the spread of its values, and of a single round none', () => {
    expect(rowOf(rate([5, 7, 6]))).toMatchObject({ value: 6, baseline: null, ratio: null, spread: [5, 7] });
    expect(rowOf(rate([5]))).toMatchObject({ spread: null, must: null, isMet: null });
  });

  test('shows the spread of what its limit is for', () => {
    const figure = time([4, 6], { baselines: [2, 2], must: { worst: 5 } });
    expect(rowOf(figure)).toMatchObject({ ratio: 2.5, spread: [4, 6] });
    expect(rowOf({ ...figure, must: { ratio: 5 } })).toMatchObject({ spread: [2, 3] });
  });

  test.each<[must: string, isMet: boolean, figure: Figure]>([
    ['ratio >= 0.5', true, rate([10], { baselines: [20], must: { ratio: 0.5 } })],
    ['ratio >= 0.5', false, rate([9.9], { baselines: [20], must: { ratio: 0.5 } })],
    ['ratio <= 1.1', true, time([11], { baselines: [10], must: { ratio: 1.1 } })],
    ['ratio <= 1.1', false, time([12], { baselines: [10], must: { ratio: 1.1 } })],
    ['<= 600', true, time([600, 900, 500], { must: { value: 600 } })],
    ['<= 600', false, time([601, 900, 500], { must: { value: 600 } })],
    ['>= 600', false, rate([599, 900, 500], { must: { value: 600 } })],
    ['worst <= 20', true, time([1, 20], { must: { worst: 20 } })],
    ['worst <= 20', false, time([1, 1, 21], { must: { worst: 20 } })],
    ['worst >= 20', false, rate([30, 30, 19], { must: { worst: 20 } })],
    ['<= 5', false, time([NaN], { must: { value: 5 } })],
  ])('is judged by its limit: %s is %s', (must, isMet, figure) => {
    expect(rowOf(figure)).toMatchObject({ must, isMet });
  });

  test('is a line of the table', () => {
    const figures = [rate([1234.5, 2000], { baselines: [4000], must: { ratio: 0.3 } }), time([0.12345])];
    expect(table(figures.map(rowOf))).toEqual([
      'figure   value  unit        baseline  ratio  must          verdict  spread',
      'scrapes  1,617  requests/s     4,000  0.404  ratio >= 0.3  ok       0.309–0.5',
      'p50      0.123  ms                 –      –  –             –        –',
    ]);
  });
});

describe('two versions', () => {
  const pairOf = (base: Figure, head: Figure) => ({ base: [base], head: [head] });

  test('are compared by the ratio, but by the value where the baseline is ours or there is none', () => {
    const figure = rate([10], { baselines: [20] });
    expect([comparedBy(figure), comparedBy({ ...figure, baselineIsOurs: true }), comparedBy(rate([10]))]).toEqual([
      ...[0.5, 10, 10],
    ]);
  });

  test.each([
    ['a rate that fell by a tenth', rate([100]), rate([90]), false],
    ['a rate that fell by more', rate([100]), rate([89]), true],
    ['a rate that rose', rate([100]), rate([200]), false],
    ['a time that grew by a tenth', time([100]), time([110]), false],
    ['a time that grew by more', time([100]), time([111]), true],
    ['a time that fell', time([100]), time([10]), false],
    ['bytes that grew', time([100], { unit: 'bytes' }), time([111], { unit: 'bytes' }), true],
    [
      'a rate that fell as the machine did',
      rate([100], { baselines: [1000] }),
      rate([50], { baselines: [500] }),
      false,
    ],
  ])('%s', (_, base, head, isLost) => {
    expect(losses(compare([pairOf(base, head)]))).toHaveLength(isLost ? 1 : 0);
  });

  test('lose by the median of the pairs: one bad run is none', () => {
    const pairs = [pairOf(rate([100]), rate([50])), pairOf(rate([100]), rate([99])), pairOf(rate([200]), rate([200]))];
    expect(compare(pairs)).toEqual([{ name: 'scrapes', unit: 'requests/s', base: 100, head: 99, loss: 0.01 }]);
    expect(losses(compare([...pairs, pairOf(rate([100]), rate([70])), pairOf(rate([100]), rate([70]))]))).toHaveLength(
      1,
    );
  });

  test('are not judged by what one of them lacks, nor by numbers that are not above zero', () => {
    const pairs = [{ base: [rate([1]), time([0])], head: [time([3]), time([2], { name: 'new' })] }];
    expect(compare(pairs)).toEqual([]);
    expect(notJudged(pairs)).toEqual(['scrapes', 'p50', 'new']);
    expect(notJudged([pairOf(rate([1]), rate([1]))])).toEqual([]);
  });

  test('that are compared by their ratios say so', () => {
    const figure = rate([10], { baselines: [20] });
    expect(compare([pairOf(figure, figure)])).toEqual([
      { name: 'scrapes', unit: 'ratio', base: 0.5, head: 0.5, loss: 0 },
    ]);
  });

  test('are shown side by side, and the sentence names what was lost', () => {
    const rows = [...compare([pairOf(rate([100]), rate([80]))]), ...compare([pairOf(time([100]), time([80]))])];
    expect(comparisonTable(rows)).toEqual([
      'figure   base  head  unit        better or worse',
      'scrapes   100    80  requests/s            -20 %  lost',
      'p50       100    80  ms                    +20 %',
    ]);
    expect(lossSentence(losses(rows), 'v1')).toBe('More than 10 % worse than v1: scrapes (20 %).');
  });
});

test('the document names the machine’s shape, has every row, and a dash for what was not measured', async () => {
  const machine = { cpu: 'A Processor', cores: 2, memoryGb: 8, node: 'v20.19.0', kernel: 'Linux 6.1' };
  const rows = [
    rowOf(rate([100, 200], { baselines: [400, 400], must: { ratio: 0.3 } })),
    rowOf(time([3], { name: 'processor time of a seldom scrape, OpenMetrics and gzip' })),
    rowOf(time([2], { name: 'processor time of a second without scrapes' })),
    rowOf(time([150], { name: 'platform, samples of an answer', unit: 'samples' })),
  ];
  const text = await format(documentOf(rows, machine), { parser: 'markdown', printWidth: 120 });
  expect(text).toContain('A Processor, 2 cores, 8 GB of memory, Node.js v20.19.0, Linux 6.1.');
  expect(text).toMatch(/^\| scrapes +\| 150 +\| requests\/s \| 400 +\| 0.375 \| ratio >= 0.3 \| ok +\| 0.25–0.5 \|$/m);
  expect(text).toContain('3 ms of processor time a scrape, beside 2 ms in every second');
  expect(text).toContain('together 0.22 % of one core, and – MB of memory');
  expect(text).toContain('keeps 150,000 active series, takes in 10,000 samples a second');
});
