import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../backend/http/refusal.ts';
import type { ValidationOptions } from '../../backend/reports/validate/accepted.ts';
import { describedOf, faultsOf, inventoryFamilies, read, textOf } from './reports-fixture.ts';

const om = { dialect: 'openmetrics' } as const;
const lines = (...all: string[]) => `${all.join('\n')}\n`;
const host = (name: string, value = '1') => `demo_hosts{host="${name}",state="up"} ${value}`;
const latency = (...of: [le: string, count: number][]) =>
  of.map(([le, count]) => `demo_latency_seconds_bucket{group="api",le="${le}"} ${count}`);
const latencyEnd = (count: number | string, sum: number | string = 1) => [
  `demo_latency_seconds_sum{group="api"} ${sum}`,
  `demo_latency_seconds_count{group="api"} ${count}`,
];
const allowedName = 'letters, digits, underscores and colons, no digit first';

type Case = [title: string, text: string | Uint8Array, sentences: string[], changes?: Partial<ValidationOptions>];

const syntax: Case[] = [
  ['a text that is cut off', `${host('a')}\ndemo_ho`, ['line 2 does not end with a line feed: the text is cut off.']],
  [
    'a text that is cut off at the end of a line',
    host('a'),
    ['line 1 does not end with a line feed: the text is cut off.'],
  ],
  ['compressed bytes', gzipSync(host('a')), ['line 1 has a NUL byte: this is binary data, not a text exposition.']],
  [
    'a NUL byte',
    lines(host('a'), 'demo_hosts{host="\0"} 1'),
    ['line 2 has a NUL byte: this is binary data, not a text exposition.'],
  ],
  [
    'another encoding',
    Buffer.from(lines(host('a'), host('ä')), 'latin1'),
    ['line 2 is not UTF-8: this is binary data, or text in another encoding.'],
  ],
  ['a line without an end', host('a'.repeat(70_000)), ['line 1 is longer than 65536 bytes.']],
  ['a byte order mark', `\ufeff${lines(host('a'))}`, ['line 1 begins with a byte order mark: leave it out.']],
  [
    'ends of lines as on Windows',
    `${host('a')}\r\n`,
    ['line 1 ends in a carriage return: lines end with a line feed alone.'],
  ],
  ['HTML', '<html>\n</html>\n', [`line 1 does not begin with a name that Prometheus allows: ${allowedName}.`]],
  [
    'a name in UTF-8',
    lines('demo_größe 1'),
    [`line 1 has neither a blank nor { after demo_gr: names are of letters, digits, underscores and colons.`],
  ],
  [
    'a name in quotes',
    lines('{"demo.hosts"} 1'),
    [`line 1 does not begin with a name that Prometheus allows: ${allowedName}.`],
  ],
  ['a line that is a name alone', lines('demo_errors'), ['line 1 has no value after demo_errors.']],
  ['a word for a value', lines('demo_errors many'), ['line 1 has a value that is no number.']],
  ['a hexadecimal value', lines('demo_errors 0x1p4'), ['line 1 has a value that is no number.']],
  ['underscores in a value', lines('demo_errors 1_000'), ['line 1 has a value that is no number.']],
  ['a value beyond 64 bits', lines('demo_errors 1e999'), ['line 1 has a value that is no number.']],
  ['words after the value', lines('demo_errors 1 now'), ['line 1 has something after its value that is no time.']],
  [
    'too many words',
    lines('demo_errors 1 2 3'),
    ['line 1 has to end in a value, which is a number, and nothing else.'],
  ],
  ['a label without quotes', lines('demo_hosts{host=a} 1'), ['line 1 has no quoted value for the label host.']],
  ['a label without a value', lines('demo_hosts{host} 1'), ['line 1 has no = after the label host.']],
  [
    'a value that never ends',
    lines('demo_hosts{host="a} 1'),
    ['line 1 has no end, or an unknown escape, in the value of the label host.'],
  ],
  [
    'an unknown escape',
    lines(String.raw`demo_hosts{host="a\t"} 1`),
    ['line 1 has no end, or an unknown escape, in the value of the label host.'],
  ],
  [
    'labels without a comma',
    lines('demo_hosts{host="a"state="up"} 1'),
    ['line 1 has neither a comma nor } after the label host.'],
  ],
  ['labels that never end', lines('demo_hosts{'), ['line 1 ends inside of its labels.']],
  ['a label name that is none', lines('demo_hosts{ho-st="a"} 1'), ['line 1 has no = after the label ho.']],
  [
    'a label name with a digit first',
    lines('demo_hosts{1="a"} 1'),
    ['line 1 has a label whose name Prometheus does not allow: letters, digits and underscores, no digit first.'],
  ],
  ['a label twice', lines('demo_hosts{host="a",host="b"} 1'), ['line 1 has the label host twice.']],
  [
    'hundreds of labels',
    lines(`demo_hosts{${Array.from({ length: 101 }, (_, i) => `l${i}="1"`).join()}} 1`),
    ['line 1 has more than 100 labels.'],
  ],
  [
    'an unknown type',
    lines('# TYPE demo_errors number'),
    [
      'line 1 gives demo_errors a type that there is not: it has to be one of counter, gauge, histogram, summary, untyped.',
    ],
  ],
  ['a type of nothing', lines('# TYPE'), ['line 1 has no name that Prometheus allows after # TYPE.']],
  [
    'a second type',
    lines('# TYPE demo_errors counter', '# TYPE demo_errors counter'),
    ['line 2 is a second # TYPE of demo_errors.'],
  ],
  [
    'a second help',
    lines('# HELP demo_errors a', '# HELP demo_errors a'),
    ['line 2 is a second # HELP of demo_errors.'],
  ],
  [
    'a type below its samples',
    lines('demo_errors 1', '# TYPE demo_errors counter'),
    ['line 2 is # TYPE of demo_errors, but stands below its samples.'],
  ],
  [
    "a histogram's type below its samples",
    lines(...latency(['+Inf', 1]), '# TYPE demo_latency_seconds histogram'),
    ['line 2 is # TYPE of demo_latency_seconds, but stands below its samples.'],
  ],
  [
    'families in turns',
    lines(host('a'), 'demo_errors 1', host('b')),
    ['line 3 belongs to demo_hosts, whose other lines begin on line 1: all lines of a family stand together.'],
  ],
  [
    'a family that comes again',
    lines('# TYPE demo_hosts gauge', host('a'), 'demo_errors 1', '# TYPE demo_hosts gauge'),
    ['line 4 belongs to demo_hosts, whose other lines begin on line 1: all lines of a family stand together.'],
  ],
  [
    'a histogram with a value of its own',
    lines('# TYPE demo_latency_seconds histogram', 'demo_latency_seconds 1'),
    [
      'line 2 is called as the family demo_latency_seconds is: the samples of a histogram are demo_latency_seconds_bucket, demo_latency_seconds_sum, demo_latency_seconds_count.',
    ],
  ],
  ['OpenMetrics without an end', lines('demo_errors_total 1'), ['line 2 has to be # EOF: the text is cut off.'], om],
  ['OpenMetrics that is empty', '', ['line 1 has to be # EOF: the text is cut off.'], om],
  ['OpenMetrics that goes on', lines('# EOF', 'demo_errors_total 1'), ['line 2 stands after # EOF.'], om],
  ['OpenMetrics with an empty line', lines('', '# EOF'), ['line 1 is empty, which OpenMetrics does not allow.'], om],
  [
    'OpenMetrics with a comment',
    lines('# by hand', '# EOF'),
    [
      'line 1 is a comment that OpenMetrics does not know: there are # HELP, # TYPE, # UNIT and # EOF, each with single blanks.',
    ],
    om,
  ],
  [
    'OpenMetrics with a last comma',
    lines('demo_hosts{host="a",} 1', '# EOF'),
    ['line 1 has a comma after its last label, which OpenMetrics does not allow.'],
    om,
  ],
  [
    'OpenMetrics with blanks in labels',
    lines('demo_hosts{host="a", state="up"} 1', '# EOF'),
    ['line 1 has a label whose name Prometheus does not allow: letters, digits and underscores, no digit first.'],
    om,
  ],
  [
    'a unit that the name does not end in',
    lines('# UNIT demo_errors bytes', '# EOF'),
    ['line 1 gives demo_errors a unit that its name does not end in.'],
    om,
  ],
  [
    'an OpenMetrics counter that is called as its family',
    lines('# TYPE demo_errors counter', 'demo_errors 1', '# EOF'),
    [
      'line 2 is called as the family demo_errors is: the samples of a counter are demo_errors_total, demo_errors_created.',
    ],
    om,
  ],
  [
    'an exemplar without labels',
    lines('demo_errors_total 1 # 1', '# EOF'),
    ['line 1 has to end in a value, which is a number, and nothing else.'],
    om,
  ],
  [
    'an exemplar without a value',
    lines('demo_errors_total 1 # {a="b"}', '# EOF'),
    ['line 1 has an exemplar that cannot be read: it has to end in a value, which is a number, and nothing else.'],
    om,
  ],
  [
    'an exemplar with a broken label',
    lines('demo_errors_total 1 # {a=b} 1', '# EOF'),
    ['line 1 has an exemplar that cannot be read: it has no quoted value for the label a.'],
    om,
  ],
  [
    'two exemplars',
    lines('demo_errors_total 1 # {} 1 # {} 1', '# EOF'),
    ['line 1 has something after its exemplar.'],
    om,
  ],
];

const notFinite = 'it has to be a finite number, not below 0';
const fitting: Case[] = [
  ['an unknown family', lines('demo_other 1'), ['line 1 has demo_other, which is not in the catalogue demo.']],
  [
    'an unknown family with many series, once',
    lines('demo_other{a="1"} 1', 'demo_other{a="2"} 1'),
    ['line 1 has demo_other, which is not in the catalogue demo.'],
  ],
  [
    'a family of another catalogue',
    lines('dhcp_dpi_alarms_active{severity="info"} 1'),
    ['line 1 has dhcp_dpi_alarms_active, which is not in the catalogue demo.'],
  ],
  [
    'another type',
    lines('# TYPE demo_hosts counter', host('a')),
    ['line 1 gives demo_hosts the type counter: in the catalogue it has the type gauge.'],
  ],
  [
    'an info declared a counter',
    lines('# TYPE demo_build_info counter', 'demo_build_info 1'),
    ['line 1 gives demo_build_info the type counter: in the catalogue it has the type info.'],
  ],
  [
    'a label too many',
    lines('demo_errors{host="a"} 1'),
    ['line 1 gives demo_errors the label host, which it does not have in the catalogue.'],
  ],
  [
    'a label that is named as a property of objects',
    lines('demo_errors{constructor="a"} 1'),
    ['line 1 gives demo_errors the label constructor, which it does not have in the catalogue.'],
  ],
  [
    'the label instance where it is added',
    lines('demo_errors{instance="a"} 1'),
    ['line 1 gives demo_errors the label instance, which is added to all that is reported: leave it out.'],
    { instance: 'b' },
  ],
  [
    'a value that is not listed',
    lines('demo_hosts{host="a",state="asleep"} 1'),
    [
      'line 1 gives the label state of demo_hosts a value that the catalogue does not list: it has to be one of "up", "down".',
    ],
  ],
  [
    'another constant',
    lines('demo_build_info{version="2"} 1'),
    [
      'line 1 gives the label version of demo_build_info a value that the catalogue does not list: it has to be "1.2.3".',
    ],
  ],
  [
    'a combination that is not listed',
    lines('demo_requests_total{method="get",code="5xx"} 1'),
    ['line 1 gives the labels of demo_requests_total values that the catalogue lists, but not together.'],
  ],
  [
    'a state set without its state',
    lines('demo_mode 1'),
    ['line 1 leaves out the label demo_mode of demo_mode: it has to be one of "on", "off".'],
  ],
  [
    'one value more than the bound',
    lines(...['a', 'b', 'c', 'd', 'e'].map((name) => host(name))),
    ['line 4 gives the label host of demo_hosts one more value than the 3 of its bound.'],
  ],
  [
    'one value more than the bound, with those of others',
    lines(host('a'), host('b'), host('c')),
    ['line 3 gives the label host of demo_hosts one more value than the 3 of its bound.'],
    { reportedByOthers: () => new Set(['a', 'x']) },
  ],
  [
    'NaN in a counter',
    lines('demo_errors NaN'),
    [`line 1 has a value of demo_errors that no counter can have: ${notFinite}.`],
  ],
  [
    'infinity in a counter',
    lines('demo_errors +Inf'),
    [`line 1 has a value of demo_errors that no counter can have: ${notFinite}.`],
  ],
  [
    'a counter below 0',
    lines('demo_errors -1'),
    [`line 1 has a value of demo_errors that no counter can have: ${notFinite}.`],
  ],
  [
    'an info of 0',
    lines('demo_build_info{version="1.2.3"} 0'),
    ["line 1 has a value of demo_build_info other than 1, which is an info's only one."],
  ],
  [
    'half a state',
    lines('demo_mode{demo_mode="on"} 0.5'),
    ['line 1 has a value of demo_mode other than 0 and 1: it is a state.'],
  ],
  [
    'a time',
    lines('demo_errors 1 1700000000000'),
    ['line 1 gives demo_errors a time: leave it out, because what is reported ages by the time of its arrival.'],
  ],
  [
    'a time in OpenMetrics',
    lines('demo_errors_total 1 1700000000.5', '# EOF'),
    [
      'line 1 gives demo_errors_total of demo_errors a time: leave it out, because what is reported ages by the time of its arrival.',
    ],
    om,
  ],
  [
    'a series twice',
    lines(host('a'), host('b'), host('a', '2')),
    ['line 3 has the same labels of demo_hosts as line 1.'],
  ],
  [
    'a series twice with its labels in another order',
    lines(host('a'), 'demo_hosts{state="up",host="a"} 1'),
    ['line 2 has the same labels of demo_hosts as line 1.'],
  ],
  [
    'a series twice, once with an empty label',
    lines('demo_hosts{host="a"} 1', 'demo_hosts{host="a",state=""} 1'),
    ['line 2 has the same labels of demo_hosts as line 1.'],
  ],
  [
    'a counter by both of its names',
    lines('demo_errors 1', 'demo_errors_total 1'),
    ['line 2 has the same labels of demo_errors as line 1.'],
  ],
  [
    'more series than may come',
    lines(host('a'), host('b'), host('c')),
    ['report_too_large: line 3 is one more than the 2 series that may come at once.'],
    { maxSeries: 2 },
  ],
];

const histograms: Case[] = [
  [
    '+Inf',
    lines(...latency(['0.1', 1], ['1', 1]), ...latencyEnd(1)),
    ['line 1 begins a series of demo_latency_seconds that lacks its bucket le="+Inf".'],
  ],
  [
    'its sum',
    lines(...latency(['0.1', 1], ['1', 1], ['+Inf', 1]), 'demo_latency_seconds_count{group="api"} 1'),
    ['line 1 begins a series of demo_latency_seconds that lacks its demo_latency_seconds_sum.'],
  ],
  [
    'its count',
    lines(...latency(['0.1', 1], ['1', 1], ['+Inf', 1]), 'demo_latency_seconds_sum{group="api"} 1'),
    ['line 1 begins a series of demo_latency_seconds that lacks its demo_latency_seconds_count.'],
  ],
  [
    'a bucket',
    lines(...latency(['0.1', 1], ['+Inf', 1]), ...latencyEnd(1)),
    ["line 1 begins a series of demo_latency_seconds whose buckets are not the catalogue's, 0.1, 1, +Inf."],
  ],
  [
    'the right bounds',
    lines(...latency(['0.1', 1], ['2', 1], ['+Inf', 1]), ...latencyEnd(1)),
    ["line 1 begins a series of demo_latency_seconds whose buckets are not the catalogue's, 0.1, 1, +Inf."],
  ],
  [
    'counts that go up',
    lines(...latency(['0.1', 3], ['1', 2], ['+Inf', 3]), ...latencyEnd(3)),
    ['line 2 has a bucket of demo_latency_seconds with less in it than the one below: buckets are cumulative.'],
  ],
  [
    'a count that is its +Inf',
    lines(...latency(['0.1', 1], ['1', 1], ['+Inf', 2]), ...latencyEnd(3)),
    [
      'line 1 begins a series of demo_latency_seconds whose demo_latency_seconds_count is not what its bucket le="+Inf" has.',
    ],
  ],
  [
    'the order of its buckets',
    lines(...latency(['1', 1], ['0.1', 1], ['+Inf', 1]), ...latencyEnd(1)),
    ['line 2 has a bucket of demo_latency_seconds below the one before it: they go up.'],
  ],
  [
    'one of each bucket',
    lines(...latency(['0.1', 1], ['0.10', 1], ['1', 1], ['+Inf', 1]), ...latencyEnd(1)),
    ['line 2 has labels of demo_latency_seconds_bucket that it had in the series that began on line 1.'],
  ],
  [
    'one sum',
    lines(...latency(['0.1', 1], ['1', 1], ['+Inf', 1]), ...latencyEnd(1).toSpliced(1, 0, ...latencyEnd(1))),
    ['line 5 has labels of demo_latency_seconds_sum that it had in the series that began on line 1.'],
  ],
  [
    'an end',
    lines(...latency(['0.1', 1], ['1', 1], ['+Inf', 1]), ...latencyEnd(1), ...latencyEnd(1).slice(0, 1)),
    ['line 6 has the same labels of demo_latency_seconds as line 1.'],
  ],
  [
    'a number as its bound',
    lines('demo_latency_seconds_bucket{group="api",le="few"} 1'),
    ['line 1 has no upper bound of the bucket, which is the label le of demo_latency_seconds_bucket.'],
  ],
  [
    'a bound at all',
    lines('demo_latency_seconds_bucket{group="api"} 1'),
    ['line 1 has no upper bound of the bucket, which is the label le of demo_latency_seconds_bucket.'],
  ],
  [
    'finite counts',
    lines(...latency(['0.1', NaN])),
    [`line 1 has a value of demo_latency_seconds_bucket that no histogram can have: ${notFinite}.`],
  ],
  [
    'a sum from 0 up',
    lines(...latency(['0.1', 1], ['1', 1], ['+Inf', 1]), ...latencyEnd(1, -2)),
    [`line 4 has a value of demo_latency_seconds_sum that no histogram can have: ${notFinite}.`],
  ],
  [
    'no time',
    lines(...latency(['0.1', 1]).map((line) => `${line} 1700000000000`)),
    [
      'line 1 gives demo_latency_seconds_bucket of demo_latency_seconds a time: leave it out, because what is reported ages by the time of its arrival.',
    ],
  ],
  [
    'no label le but on buckets',
    lines('demo_latency_seconds_sum{group="api",le="1"} 1'),
    ['line 1 gives demo_latency_seconds the label le, which it does not have in the catalogue.'],
  ],
  [
    'no more bounds than its bound',
    lines(
      ...['1', '2', '3', '4', '+Inf'].map((le) => `demo_size_bytes_bucket{le="${le}"} 1`),
      'demo_size_bytes_sum 1',
      'demo_size_bytes_count 1',
    ),
    ['line 1 begins a series of demo_size_bytes with which there are more buckets than the 3 of their bound.'],
  ],
];

describe('a text that is no exposition is refused, by its line', () => {
  test.each(syntax)('%s', async (_, text, sentences, changes) => {
    expect(await faultsOf(text, changes)).toEqual(sentences);
    expect(await faultsOf(text, { ...changes, onInvalid: 'drop' })).toEqual(sentences.slice(-1));
  });
});

describe('what the catalogue does not have is refused, by its line and label', () => {
  test.each(fitting)('%s', async (_, text, sentences, changes) => {
    expect(await faultsOf(text, changes)).toEqual(sentences);
  });
});

describe('a histogram needs', () => {
  test.each(histograms)('%s', async (_, text, sentences, changes) => {
    expect(await faultsOf(text, changes)).toEqual(sentences);
  });
});

test('a closed catalogue refuses a series that lacks a label: it lists every series', async () => {
  const [, requests] = inventoryFamilies;
  const { combinations, ...family } = requests!;
  expect(combinations).toBeDefined();
  const described = describedOf([family], 'platform-health');
  expect(await faultsOf('demo_requests_total{method="get"} 1\n', { described })).toEqual([
    'line 1 leaves out the label code of demo_requests_total: it has to be one of "2xx", "5xx".',
  ]);
  expect(textOf(await read('demo_requests_total{method="get"} 1\n', { described: describedOf([family]) }))).toBe(
    'demo_requests_total{method="get"} 1\n',
  );
});

test('at most ten lines are named, the first of them in the sentence', async () => {
  const text = lines(...Array.from({ length: 50 }, (_, i) => `demo_mode{demo_mode="state ${i}"} 1`));
  const error = await read(text).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Refusal);
  const { detail, errors = [] } = error as Refusal;
  expect(detail).toBe(
    'line 1 gives the label demo_mode of demo_mode a value that the catalogue does not list: it has to be one of "on", "off".',
  );
  expect(errors.map(({ field }) => field)).toEqual(Array.from({ length: 10 }, (_, i) => `line ${i + 1}`));
});

test('what is wrong is named in the order of the lines, the end of the text included', async () => {
  const text = `${lines(...latency(['+Inf', 1]), 'demo_other 1', 'demo_errors NaN')}demo_er`;
  expect(await faultsOf(text)).toEqual([
    'line 2 has demo_other, which is not in the catalogue demo.',
    `line 3 has a value of demo_errors that no counter can have: ${notFinite}.`,
    'line 4 does not end with a line feed: the text is cut off.',
  ]);
});

test('a sentence never repeats a value of a label', async () => {
  const secret = 'c0ffee';
  const texts = [
    `demo_mode{demo_mode="${secret}"} 1\n`,
    `demo_hosts{host="${secret}",host="${secret}"} 1\n`,
    `demo_hosts{host="${secret}} 1\n`,
  ];
  for (const text of texts) expect((await faultsOf(text)).join()).not.toContain(secret);
});
