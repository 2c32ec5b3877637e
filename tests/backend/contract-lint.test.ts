import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { PlatformFamily } from '../../contract/catalogue-model.ts';
import { applianceFamilies, catalogue, NAMESPACE, runtimeFamilies } from '../../contract/metrics.ts';
import { createRenderer } from '../../backend/exposition/renderer.ts';
import { singleValue } from '../../backend/exposition/text.ts';
import { createRegistry } from '../../backend/metrics/registry.ts';
import { dummyConstants, dummyFeeds } from './dummy-feeds.ts';

const baseUnits = ['seconds', 'bytes'] as const;
const otherUnits =
  /_(milliseconds|ms|microseconds|nanoseconds|minutes|hours|days|kilobytes|kb|megabytes|mb|percent)(_|$)/;
const reservedLabels = ['le', 'quantile', 'job', 'exported_instance', 'exported_job'];

/** What is wrong with a family, in the manner of promlint; nothing where all is well. */
function lint(family: PlatformFamily, prefixes: readonly string[]): string[] {
  const { name, type, help, unit, labels, buckets, combinations } = family;
  const base = name.replace(/_total$/, '');
  const labelNames = Object.keys(labels);
  const closed = Object.values(labels).filter((values): values is readonly string[] => Array.isArray(values));
  const rules: [problem: string, broken: boolean][] = [
    ['name is not legal', !/^[a-z][a-z0-9_]*$/.test(name)],
    ['name has no known prefix', !prefixes.some((prefix) => name.startsWith(`${prefix}_`))],
    ['_total is for counters, and all of them', name.endsWith('_total') !== (type === 'counter')],
    ['name ends in a suffix of histograms or OpenMetrics', /_(bucket|count|sum|created|gauge|counter)$/.test(base)],
    ['unit is not the suffix', unit !== undefined && !base.endsWith(`_${unit}`)],
    ['suffix is a unit that is not declared', baseUnits.some((one) => base.endsWith(`_${one}`) && unit !== one)],
    ['name has a unit that is not a base unit', otherUnits.test(name)],
    [
      'help is empty or does not end with a full stop',
      !/\S\.$/.test(help) || help.trim() !== help || help.includes('\n'),
    ],
    ['a label name is not legal', labelNames.some((label) => !/^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/.test(label))],
    ['a label name is reserved', labelNames.some((label) => reservedLabels.includes(label))],
    ['a label has no value', closed.some((values) => values.length === 0)],
    ['a label value is empty', closed.some((values) => values.includes(''))],
    ['a label value is listed twice', closed.some((values) => new Set(values).size !== values.length)],
    ['buckets are for histograms, and all of them', (buckets !== undefined) !== (type === 'histogram')],
    ['there is no bucket', buckets?.length === 0],
    [
      'buckets do not rise',
      (buckets ?? []).some((bound, i, all) => !Number.isFinite(bound) || bound <= (all[i - 1] ?? 0)),
    ],
    ['a combination is outside the labels', (combinations ?? []).some((one) => !isWithin(one, labels))],
    ['the absence is not explained', family.absentWhen?.trim() === ''],
  ];
  return rules.filter(([, broken]) => broken).map(([problem]) => problem);
}

function isWithin(combination: Readonly<Record<string, string>>, labels: PlatformFamily['labels']): boolean {
  return (
    Object.keys(combination).length === Object.keys(labels).length &&
    Object.entries(labels).every(([label, values]) => 'constant' in values || values.includes(combination[label] ?? ''))
  );
}

test.each(Object.values<PlatformFamily>(applianceFamilies))(
  "$name keeps every rule of the appliance's families",
  (family) => {
    expect(lint(family, [NAMESPACE])).toEqual([]);
  },
);

test.each(Object.values<PlatformFamily>(runtimeFamilies))(
  '$name keeps every rule of the runtime families',
  (family) => {
    expect(lint(family, ['process', 'nodejs'])).toEqual([]);
  },
);

test('no two families have the same name on the wire, in any format', () => {
  const wire = Object.values<PlatformFamily>(catalogue.families).flatMap(({ name, type }) =>
    type === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name.replace(/_total$/, '')],
  );
  expect(new Set(wire).size).toBe(wire.length);
});

const fine: PlatformFamily = { name: 'x_things', type: 'gauge', help: 'Things.', labels: { kind: ['a', 'b'] } };
const broken: [problem: string, change: Partial<PlatformFamily>][] = [
  ['name is not legal', { name: 'x_Things' }],
  ['name has no known prefix', { name: 'things' }],
  ['_total is for counters, and all of them', { name: 'x_things_total' }],
  ['_total is for counters, and all of them', { type: 'counter' }],
  ['name ends in a suffix of histograms or OpenMetrics', { name: 'x_things_count' }],
  ['unit is not the suffix', { unit: 'bytes' }],
  ['suffix is a unit that is not declared', { name: 'x_things_seconds' }],
  ['name has a unit that is not a base unit', { name: 'x_things_milliseconds' }],
  ['help is empty or does not end with a full stop', { help: 'Things' }],
  ['help is empty or does not end with a full stop', { help: '' }],
  ['a label name is not legal', { labels: { 'a-b': ['a'] } }],
  ['a label name is not legal', { labels: { __a: ['a'] } }],
  ['a label name is reserved', { labels: { le: ['a'] } }],
  ['a label has no value', { labels: { kind: [] } }],
  ['a label value is empty', { labels: { kind: ['a', ''] } }],
  ['a label value is listed twice', { labels: { kind: ['a', 'a'] } }],
  ['buckets are for histograms, and all of them', { type: 'histogram' }],
  ['buckets are for histograms, and all of them', { buckets: [1] }],
  ['there is no bucket', { type: 'histogram', buckets: [] }],
  ['buckets do not rise', { type: 'histogram', buckets: [1, 1] }],
  ['buckets do not rise', { type: 'histogram', buckets: [1, Infinity] }],
  ['a combination is outside the labels', { combinations: [{ kind: 'c' }] }],
  ['a combination is outside the labels', { combinations: [{ kind: 'a', other: 'b' }] }],
  ['the absence is not explained', { absentWhen: ' ' }],
];

test.each(broken)('the rules find: %s (%j)', (problem, change) => {
  expect(lint(fine, ['x'])).toEqual([]);
  expect(lint({ ...fine, ...change }, ['x'])).toEqual([problem]);
});

const promtool = spawnSync('promtool', ['--version']).error === undefined;

test.skipIf(!promtool && process.env['CI'] !== 'true')('promtool check metrics is clean (needs promtool)', async () => {
  const registry = createRegistry({ feeds: dummyFeeds(), constants: dummyConstants });
  const snapshot = await registry.snapshot();
  registry.close();
  const own = [singleValue(applianceFamilies.scrapeTokenExpiry, 1.9e9)];
  const text = createRenderer().render({ snapshot, own }, 'text-0.0.4').toString();
  const { error, status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: text,
    encoding: 'utf8',
  });
  expect({ error, status, stdout, stderr }).toEqual({ error: undefined, status: 0, stdout: '', stderr: '' });
});
