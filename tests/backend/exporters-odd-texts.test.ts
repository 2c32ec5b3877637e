import { describe, expect, test } from 'vitest';
import { oddTexts, readOddText } from '../support/odd-texts.ts';
import { describedOf, inventoryFamilies, read, textOf } from './reports-fixture.ts';

const lenient = { isLenient: true, onInvalid: 'drop' } as const;
const lines = (...all: string[]) => `${all.join('\n')}\n`;
const dropped = async (text: string) =>
  (await read(text, lenient)).dropped.map(({ reason, name, samples }) => `${reason} ${name} ${samples}`);

describe('what a local exporter shows is read as Prometheus reads it', () => {
  test.each(oddTexts)('$title', (text) => {
    const found = readOddText(text);
    expect(typeof found === 'object' ? 'is read' : found).toMatch(text.isRead ? /^is read$/ : /^line \d+ /);
  });
});

test('names in quotes are read as they are meant', () => {
  const body = Buffer.from(lines('{"a.b"} 1', String.raw`c{"x\"y"="1"} 2`, '{"d", z="2"} 3'));
  expect([...(readOddText({ body, dialect: 'text' }) as Map<string, number>)]).toEqual([
    ['[["__name__","a.b"]]', 1],
    [String.raw`[["__name__","c"],["x\"y","1"]]`, 2],
    ['[["__name__","d"],["z","2"]]', 3],
  ]);
});

test('what is declared counts wherever it stands, for the family that it names and no other', async () => {
  expect(await dropped(lines('# TYPE demo_errors gauge', 'demo_hosts{host="a"} 1', 'demo_errors 1'))).toEqual([
    'wrong_type demo_errors 1',
  ]);
  const counter = lines('# TYPE demo_latency_seconds counter', 'demo_latency_seconds_sum{group="api"} 1');
  expect(await dropped(counter)).toEqual(['bad_value demo_latency_seconds 1']);
  const summary = lines('# TYPE demo_latency_seconds summary', 'demo_latency_seconds_sum{group="api"} 1');
  expect(await dropped(summary)).toEqual(['wrong_type demo_latency_seconds 1']);
});

test('a time is left out: what is shown counts for the scrape that it was shown to', async () => {
  const text = lines('demo_errors 7 1700000000000', 'demo_mode{demo_mode="on"} 1');
  const accepted = await read(text, lenient);
  expect([textOf(accepted), accepted.dropped]).toEqual(['demo_errors 7\ndemo_mode{demo_mode="on"} 1\n', []]);
});

const buckets = { '0.1': 1, '1': 2, '+Inf': 3 };
const bucket = (le: keyof typeof buckets, group = 'api') =>
  `demo_latency_seconds_bucket{group="${group}",le="${le}"} ${buckets[le]}`;
const ends = (group = 'api') => [
  `demo_latency_seconds_sum{group="${group}"} 1.5`,
  `demo_latency_seconds_count{group="${group}"} 3`,
];
const whole = (group = 'api') => lines(bucket('0.1', group), bucket('1', group), bucket('+Inf', group), ...ends(group));

describe('a histogram comes out whole', () => {
  test.each([
    ['with its lines in any order', lines(...ends(), bucket('+Inf'), bucket('1'), bucket('0.1')), whole()],
    ['with times', whole().replaceAll('\n', ' 1700000000000\n'), whole()],
    [
      'with its lines in turns with those of another',
      lines(
        ...(['+Inf', '0.1', '1'] as const).flatMap((le) => [bucket(le, 'api'), bucket(le, 'web')]),
        ...[...ends('web'), ...ends('api')].toReversed(),
      ),
      whole('api') + whole('web'),
    ],
  ])('%s', async (_how, text, expected) => {
    const accepted = await read(text, lenient);
    expect(textOf(accepted).split('\n').toSorted()).toEqual(expected.split('\n').toSorted());
    expect(accepted.dropped).toEqual([]);
  });

  test('with buckets of its own in any order', async () => {
    const of = (le: string, count: number) => `demo_size_bytes_bucket{le="${le}"} ${count}`;
    const rest = ['demo_size_bytes_sum 9', 'demo_size_bytes_count 3'];
    const text = lines(of('+Inf', 3), ...rest, of('8', 2), of('4', 1));
    expect(textOf(await read(text, lenient))).toBe(lines(of('4', 1), of('8', 2), of('+Inf', 3), ...rest));
  });
});

test.each([
  ['bucket', [bucket('0.1').replace(/1$/, '2'), bucket('1'), bucket('+Inf'), ...ends()]],
  ['sum', [bucket('1'), ...ends(), ends()[0]!.replace('1.5', '2'), bucket('+Inf')]],
  ['line, after all of them,', [bucket('1'), ...ends(), bucket('+Inf'), bucket('1')]],
])('a %s of a histogram that comes twice: the first counts, the second is dropped', async (_what, rest) => {
  const accepted = await read(lines(bucket('0.1'), ...rest), lenient);
  expect(textOf(accepted)).toBe(whole());
  expect(accepted.dropped).toMatchObject([{ reason: 'duplicate', name: 'demo_latency_seconds', samples: 1 }]);
});

describe('of a histogram that is none, nothing comes out', () => {
  test.each([
    ['that lacks a bucket', lines(bucket('0.1'), bucket('+Inf'), ...ends()), 4],
    [
      'whose buckets are not cumulative',
      lines(bucket('+Inf'), bucket('1').replace(/2$/, '0'), bucket('0.1'), ...ends()),
      5,
    ],
    ['without its sum', lines(bucket('+Inf'), bucket('1'), bucket('0.1'), ends()[1]!), 4],
  ])('%s', async (_how, text, samples) => {
    expect(await dropped(text)).toEqual([`bad_value demo_latency_seconds ${samples}`]);
    expect(textOf(await read(text, lenient))).toBe('');
  });
});

test('a series that comes twice: the first counts, the second is dropped', async () => {
  const text = lines('demo_errors 1', 'demo_errors 2');
  expect([textOf(await read(text, lenient)), await dropped(text)]).toEqual([
    'demo_errors 1\n',
    ['duplicate demo_errors 1'],
  ]);
});

test('a report is held to its format, whatever Prometheus would read', async () => {
  const described = describedOf(inventoryFamilies);
  for (const text of ['demo_errors 1', lines('demo_errors 1', '# TYPE demo_errors counter'), lines('demo_errors+1')]) {
    await expect(read(text, { described })).rejects.toMatchObject({ code: 'invalid_report' });
    expect(textOf(await read(text, { described, ...lenient }))).toBe('demo_errors 1\n');
  }
});

test('a value with an escape in every second place is read in one go', async () => {
  const value = String.raw`\\`.repeat(30_000);
  const accepted = await read(lines(`demo_hosts{host="${value}"} 1`), lenient);
  expect(accepted.values.get('demo_hosts\0host')).toEqual(new Set(['\\'.repeat(30_000)]));
});
