import { setImmediate as nextRound } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Family } from '../../contract/catalogue-model.ts';
import { labelKey } from '../../backend/reports/validate/accepted.ts';
import { describedOf, faultsOf, read, textOf } from './reports-fixture.ts';

const drop = { onInvalid: 'drop' } as const;
const om = { dialect: 'openmetrics' } as const;
const lines = (...all: string[]) => `${all.join('\n')}\n`;

test('what is read comes out in both formats, in the order of the catalogue and then of the text', async () => {
  const text = lines(
    '# A comment, and a line with blanks alone.',
    ' \t',
    'demo_build_info{version="1.2.3"} 1.0',
    '# TYPE demo_size_bytes histogram',
    '# HELP demo_size_bytes Whatever it says.',
    'demo_size_bytes_bucket{le="1e6"} 1',
    'demo_size_bytes_bucket{le="+Inf"} 2',
    'demo_size_bytes_sum 5',
    'demo_size_bytes_count 2',
    '\tdemo_hosts { host = "b" , state="down", }\t 7 ',
    String.raw`demo_hosts{state="up",host="a\\\"\n"} -Inf`,
    '# TYPE demo_errors untyped',
    'demo_errors 1e3',
  );
  const accepted = await read(text);
  expect(textOf(accepted)).toBe(
    lines(
      'demo_hosts{host="b",state="down"} 7',
      String.raw`demo_hosts{host="a\\\"\n",state="up"} -Inf`,
      'demo_errors 1000',
      'demo_size_bytes_bucket{le="1000000"} 1',
      'demo_size_bytes_bucket{le="+Inf"} 2',
      'demo_size_bytes_sum 5',
      'demo_size_bytes_count 2',
      'demo_build_info{version="1.2.3"} 1',
    ),
  );
  expect(textOf(accepted, 'openmetrics')).toBe(
    lines(
      'demo_hosts{host="b",state="down"} 7',
      String.raw`demo_hosts{host="a\\\"\n",state="up"} -Inf`,
      'demo_errors_total 1000',
      'demo_size_bytes_bucket{le="1e+06"} 1',
      'demo_size_bytes_bucket{le="+Inf"} 2',
      'demo_size_bytes_sum 5',
      'demo_size_bytes_count 2',
      'demo_build_info{version="1.2.3"} 1',
    ),
  );
  expect(accepted.families.map(({ name, series }) => [name, series])).toEqual([
    ['demo_hosts', 2],
    ['demo_errors', 1],
    ['demo_size_bytes', 4],
    ['demo_build_info', 1],
  ]);
  expect(accepted.series).toBe(8);
  expect(accepted.dropped).toEqual([]);
  expect(accepted.values).toEqual(
    new Map([
      [labelKey('demo_hosts', 'host'), new Set(['b', 'a\\"\n'])],
      [labelKey('demo_size_bytes', 'le'), new Set(['1000000'])],
    ]),
  );
});

test('OpenMetrics is read with its types, units, exemplars and times of creation', async () => {
  const text = lines(
    '# TYPE demo_requests counter',
    '# HELP demo_requests Requests.',
    'demo_requests_total{code="2xx",method="get"} 4.0 # {trace_id="c0ffee"} 1 1700000000.5',
    'demo_requests_created{code="2xx",method="get"} 1.7e+09',
    '# TYPE demo_latency_seconds histogram',
    '# UNIT demo_latency_seconds seconds',
    'demo_latency_seconds_bucket{group="api",le="0.1"} 0',
    'demo_latency_seconds_bucket{group="api",le="1.0"} 1 # {trace_id="c0ffee"} 0.5',
    'demo_latency_seconds_bucket{group="api",le="+Inf"} 1',
    'demo_latency_seconds_count{group="api"} 1',
    'demo_latency_seconds_sum{group="api"} 0.5',
    'demo_latency_seconds_created{group="api"} 1.7e+09',
    '# TYPE demo_build info',
    'demo_build_info{version="1.2.3"} 1',
    '# TYPE demo_mode stateset',
    'demo_mode{demo_mode="on"} 1',
    'demo_mode{demo_mode="off"} 0',
  );
  const expected = lines(
    'demo_requests_total{method="get",code="2xx"} 4',
    'demo_latency_seconds_bucket{group="api",le="0.1"} 0',
    'demo_latency_seconds_bucket{group="api",le="1"} 1',
    'demo_latency_seconds_bucket{group="api",le="+Inf"} 1',
    'demo_latency_seconds_sum{group="api"} 0.5',
    'demo_latency_seconds_count{group="api"} 1',
    'demo_build_info{version="1.2.3"} 1',
    'demo_mode{demo_mode="on"} 1',
    'demo_mode{demo_mode="off"} 0',
  );
  expect(textOf(await read(`${text}# EOF\n`, om))).toBe(expected);
  expect(textOf(await read(`${text}# EOF`, om))).toBe(expected);
});

test('in text, too, times of creation are left out without a word, as client libraries add them', async () => {
  const text = lines(
    '# TYPE demo_errors_total counter',
    'demo_errors_total 4.0',
    '# TYPE demo_errors_created gauge',
    'demo_errors_created 1.7e+09',
  );
  const accepted = await read(text);
  expect([textOf(accepted), accepted.dropped]).toEqual(['demo_errors 4\n', []]);
});

test('a histogram needs no type, and its lines may stand apart from each other', async () => {
  const bucket = (group: string, le: string) => `demo_latency_seconds_bucket{group="${group}",le="${le}"} 1`;
  const text = lines(
    ...['0.1', '1', '+Inf'].flatMap((le) => [bucket('api', le), bucket('web', le)]),
    ...['sum', 'count'].flatMap((part) =>
      ['api', 'web'].map((group) => `demo_latency_seconds_${part}{group="${group}"} 1`),
    ),
  );
  expect((await read(text)).series).toBe(10);
});

test('an instance is a label of every series', async () => {
  const text = lines('demo_errors 1', 'demo_build_info{version="1.2.3",instance=""} 1');
  expect(textOf(await read(text, { instance: 'a"b' }))).toBe(
    String.raw`demo_errors{instance="a\"b"} 1` +
      '\n' +
      String.raw`demo_build_info{version="1.2.3",instance="a\"b"} 1` +
      '\n',
  );
});

test('a counter that falls is a program that started anew', async () => {
  expect(textOf(await read('demo_errors 9\n'))).toBe('demo_errors 9\n');
  expect(textOf(await read('demo_errors 2\n'))).toBe('demo_errors 2\n');
});

test('nothing reported is a report of nothing', async () => {
  for (const [text, changes] of [
    ['', {}],
    ['# EOF\n', om],
  ] as const) {
    expect(await read(text, changes)).toEqual({ families: [], series: 0, values: new Map(), dropped: [] });
  }
});

test('values that others have already are within the bound, and are named again', async () => {
  const text = lines(...['x', 'y', 'z'].map((name) => `demo_hosts{host="${name}"} 1`));
  const { values } = await read(text, { reportedByOthers: () => new Set(['x', 'y']) });
  expect(values.get(labelKey('demo_hosts', 'host'))).toEqual(new Set(['x', 'y', 'z']));
});

describe('where what does not fit is left out', () => {
  test('the rest comes out, and what was left out is counted by reason, family and label', async () => {
    const text = lines(
      '# TYPE demo_hosts gauge',
      ...['a', 'b', 'c', 'd', 'e'].map((name) => `demo_hosts{host="${name}"} 1`),
      'demo_hosts{host="a"} 2',
      'demo_hosts{host="a",user="root"} 1',
      'demo_hosts{host="a",state="asleep"} 1',
      'demo_hosts{host="a",state="up"} 1 1700000000000',
      '# TYPE demo_errors gauge',
      'demo_errors 1',
      'go_goroutines 8',
    );
    const accepted = await read(text, drop);
    expect(textOf(accepted)).toBe(lines('demo_hosts{host="a"} 1', 'demo_hosts{host="b"} 1', 'demo_hosts{host="c"} 1'));
    expect(accepted.dropped).toEqual([
      { reason: 'too_many_values', name: 'demo_hosts', label: 'host', samples: 2 },
      { reason: 'duplicate', name: 'demo_hosts', label: null, samples: 1 },
      { reason: 'unknown_label', name: 'demo_hosts', label: 'user', samples: 1 },
      { reason: 'unknown_value', name: 'demo_hosts', label: 'state', samples: 1 },
      { reason: 'bad_value', name: 'demo_hosts', label: null, samples: 1 },
      { reason: 'wrong_type', name: 'demo_errors', label: null, samples: 1 },
      { reason: 'unknown_family', name: 'go_goroutines', label: null, samples: 1 },
    ]);
    expect([...(accepted.values.get(labelKey('demo_hosts', 'host')) ?? [])]).toEqual(['a', 'b', 'c']);
  });

  test('a histogram goes as a whole, and leaves its values to others', async () => {
    const series = (group: string, first: string) => [
      `demo_latency_seconds_bucket{group="${group}",le="0.1"} ${first}`,
      `demo_latency_seconds_bucket{group="${group}",le="1"} 1`,
      `demo_latency_seconds_bucket{group="${group}",le="+Inf"} 1`,
      `demo_latency_seconds_sum{group="${group}"} 1`,
      `demo_latency_seconds_count{group="${group}"} 1`,
    ];
    const accepted = await read(lines(...series('api', 'NaN'), ...series('web', '0')), drop);
    expect(textOf(accepted)).toBe(lines(...series('web', '0')));
    expect(accepted.dropped).toEqual([{ reason: 'bad_value', name: 'demo_latency_seconds', label: null, samples: 5 }]);
    const sizes = ['1', '2', '3', '4'].map((le) => `demo_size_bytes_bucket{le="${le}"} 1`);
    expect((await read(lines(...sizes), drop)).values).toEqual(new Map());
  });

  test('five hundred entries at most tell of each reason, and the sums are right', async () => {
    const text = lines(
      ...Array.from({ length: 600 }, (_, i) => `other_${i} 1`),
      'demo_errors NaN',
      ...Array.from({ length: 600 }, (_, i) => `demo_errors{l${i}="1"} 1`),
    );
    const { dropped } = await read(text, drop);
    expect(dropped).toHaveLength(501 + 1 + 501);
    const sums: Record<string, number> = {};
    for (const { reason, samples } of dropped) sums[reason] = (sums[reason] ?? 0) + samples;
    expect(sums).toEqual({ unknown_family: 600, bad_value: 1, unknown_label: 600 });
    expect(dropped.filter(({ name }) => name === '…').map(({ reason }) => reason)).toEqual([
      'unknown_family',
      'unknown_label',
    ]);
  });

  test('a long name of what is unknown is cut', async () => {
    const { dropped } = await read(`${'x'.repeat(5000)} 1\n`, drop);
    expect(dropped[0]?.name).toBe('x'.repeat(200));
  });
});

test('a line of 64 KiB is read, wherever it lies in the text', async () => {
  for (const before of [0, 1000, 65_536, 65_537]) {
    const value = 'ä'.repeat(32_000);
    const text =
      `#${'x'.repeat(before % 60_000)}\n`.repeat(before > 60_000 ? 2 : 1) + `demo_hosts{host="${value}"} 1\n`;
    expect(await faultsOf(text)).toEqual([]);
    expect(textOf(await read(text))).toBe(`demo_hosts{host="${value}"} 1\n`);
  }
});

test('others get their turn while large reports are read, one chunk of one report each time', async () => {
  const families: Family[] = [
    { name: 'demo_x', type: 'gauge', help: 'X.', labels: { id: { open: true, max: 50_000 } } },
  ];
  const text = Array.from({ length: 50_000 }, (_, i) => `demo_x{id="${i}"} ${i}\n`).join('');
  const state = { rounds: 0, isOver: false };
  const watching = (async () => {
    for (; !state.isOver; state.rounds++) await nextRound();
  })();
  const described = describedOf(families);
  const all = await Promise.all([1, 2].map(() => read(text, { described, maxSeries: 50_000 })));
  state.isOver = true;
  await watching;
  expect(all.map((accepted) => textOf(accepted) === text)).toEqual([true, true]);
  expect(state.rounds).toBeGreaterThan(10);
});
