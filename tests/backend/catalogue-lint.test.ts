import { expect, test } from 'vitest';
import {
  checkText,
  testErrors,
  greenhouse,
  plain,
  temperature,
  withFamily,
  type LintCase,
} from '../support/catalogues.ts';

const names: LintCase[] = [
  [
    'metric-name',
    temperature,
    `${temperature}  'greenhouse-more':\n${plain}`,
    "'greenhouse-more'",
    /letters, digits and underscores/,
  ],
  ['metric-name', temperature, `${temperature}  __greenhouse:\n${plain}`, '__greenhouse', /keeps for itself/],
  ['namespace', temperature, `${temperature}  glasshouse_more:\n${plain}`, 'glasshouse_more', /outside of greenhouse_/],
  ['namespace', 'namespace: greenhouse', 'namespace: green house', 'green house', /first word of a name/],
  ['clash', 'scope: inventory', 'prefixes: [dhcp_dpi]\nscope: inventory', 'dhcp_dpi', /appliance's own namespace/],
  ['clash', 'scope: inventory', 'prefixes: [dhcp]\nscope: inventory', 'dhcp', /appliance's own namespace/],
  [
    'yaml',
    temperature,
    `${temperature}  greenhouse_build_info:\n${plain}`,
    'greenhouse_build_info:\n    type: gauge',
    /must be unique/,
  ],
  [
    'duplicate-family',
    temperature,
    withFamily(`    type: histogram\n    help: More.\n    buckets: [1]\n  greenhouse_more_count:\n${plain}`),
    'greenhouse_more_count',
    /shows greenhouse_more_count on the wire, as greenhouse_more does/,
  ],
  [
    'label-name',
    'bed: { open: true, max: 200 }, result',
    "'a-b': [x], result",
    "'a-b'",
    /letters, digits and underscores/,
  ],
  ['label-name', 'bed: { open: true, max: 200 }, result', '__name__: [x], result', '__name__', /keeps for itself/],
  [
    'label-name',
    'scope: inventory',
    'labels: { bed: [a] }\nscope: inventory',
    'bed: { open: true, max: 200 } }\n  greenhouse_pump',
    /of every family already/,
  ],
  ['label-name', 'scope: inventory', 'targetLabels: [bed]\nscope: inventory', 'bed]', /Prometheus would rename/],
  ['label-name', 'scope: inventory', 'targetLabels: [job]\nscope: inventory', 'job]', /on every target anyway/],
  ['reserved-label', 'bed: { open: true, max: 200 }, result', 'le: [x], result', 'le: [x]', /of histograms/],
  ['reserved-label', 'bed: { open: true, max: 200 }, result', 'quantile: [x], result', 'quantile: [x]', /of summaries/],
];

const values: LintCase[] = [
  [
    'open-label',
    'scope: inventory',
    'scope: platform-health',
    '{ open: true, max: 5 }',
    /list them, or choose the scope inventory/,
  ],
  ['missing-bound', '{ open: true, max: 5 }', '{ open: true }', '{ open: true } }', /open without a bound/],
  ['form', '{ open: true, max: 5 }', '{ open: true, max: 0 }', '{ open: true, max: 0 }', /has to be a list of texts/],
  ['form', '[ok, error]', '[1, 2]', '[1, 2]', /quote what looks like a number/],
  ['label-value', '[ok, error]', "[ok, '']", "'']", /no label at all/],
  ['label-value', '[ok, error]', '[ok, error, ok]', 'ok] }', /listed twice/],
  ['constant', '[ok, error]', '{ constant: site }', '{ constant: site }', /nowhere under `constants`/],
  ['buckets', temperature, withFamily(`${plain}    buckets: [1]\n`), 'buckets', /this is a gauge/],
  [
    'buckets',
    temperature,
    withFamily('    type: histogram\n    help: More.\n'),
    'greenhouse_more',
    /without `buckets`/,
  ],
  [
    'buckets',
    temperature,
    withFamily('    type: histogram\n    help: More.\n    buckets: [1, 3, 2]\n'),
    '2]\n',
    /larger than the bound before/,
  ],
  [
    'form',
    temperature,
    withFamily('    type: histogram\n    help: More.\n    buckets: [1, .inf]\n'),
    '[1, .inf]',
    /100 numbers/,
  ],
  [
    'stateset',
    temperature,
    withFamily('    type: stateset\n    help: More.\n    labels: { state: [on, off] }\n'),
    '{ state: [on, off] }',
    /values of a label greenhouse_more/,
  ],
  [
    'combinations',
    temperature,
    withFamily(`${plain}    labels: { a: [x, y], b: [z] }\n    combinations: [{ a: x }]\n`),
    '{ a: x }',
    /name every label/,
  ],
];

const structure: LintCase[] = [
  ['unknown-key', 'scope: inventory', 'scop: inventory', 'scop: inventory', /no such key/],
  ['missing-key', 'scope: inventory\n', '', 'id: greenhouse', /"scope" is missing/],
  ['unknown-key', 'unit: celsius', 'units: {}', 'units', /timeseries has no such key: it is for table/],
  [
    'missing-key',
    'kind: timeseries\n          title: Temperature',
    'kind: barChart\n          title: Temperature',
    'kind: barChart',
    /needs "by"/,
  ],
  ['form', 'type: info', 'type: summary', 'summary', /one of gauge, counter, histogram, info, stateset/],
  ['form', 'for: 10m', 'for: ten minutes', 'ten minutes', /90s or 1h30m/],
  ['form', 'id: greenhouse', 'id: Green House', 'Green House', /lower-case/],
  ['form', 'scope: inventory', 'ttl: 5 minutes\nscope: inventory', '5 minutes', /5m or 1h/],
  ['form', 'unit: celsius', 'thresholds: [{ from: low, color: red }]', 'low', /number, or null/],
  ['thresholds', 'unit: celsius', 'thresholds: [{ from: 1, color: red }]', '1, color', /begins at null/],
  [
    'thresholds',
    'unit: celsius',
    'thresholds: [{ from: null, color: red }, { from: 2, color: red }, { from: 1, color: red }]',
    '1, color',
    /larger than/,
  ],
  [
    'duplicate-title',
    'title: Failed pump runs',
    'title: Temperature',
    "Temperature\n          queries: [{ expr: 'increase",
    /two rows or panels/,
  ],
  ['clash', 'id: greenhouse', 'id: appliance', 'appliance', /own catalogue/],
  ['clash', 'name: GreenhouseTooHot', 'name: VitalsApplianceDown', 'VitalsApplianceDown', /alert of the appliance/],
];

testErrors({ names, values, structure });

test('the example of the documentation has no fault, and is as short as it says', () => {
  expect(checkText(greenhouse).findings).toEqual([]);
  expect(greenhouse.trim().split('\n')).toHaveLength(40);
});

test('in a closed scope nothing is open: labels, labels of all families, buckets', () => {
  const closed = greenhouse
    .replace('scope: inventory', 'scope: platform-health')
    .replaceAll(/\{ open: true, max: \d+ \}/g, '[a]');
  expect(checkText(closed).findings).toEqual([]);
  const openLabel = closed.replace('scope:', 'labels: { more: { open: true, max: 5 } }\nscope:');
  const openBuckets = closed.replace(
    'dashboard:',
    '  greenhouse_more:\n    type: histogram\n    help: More.\n    buckets: { open: true, max: 5 }\ndashboard:',
  );
  for (const text of [openLabel, openBuckets]) {
    expect(checkText(text).findings).toMatchObject([{ rule: 'open-label', severity: 'error' }]);
  }
});
