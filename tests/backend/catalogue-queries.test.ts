import { expect, test } from 'vitest';
import {
  checkText,
  testErrors,
  greenhouse,
  changed,
  temperature,
  withFamily,
  type LintCase,
} from '../support/catalogues.ts';

const expr = 'expr: greenhouse_temperature_celsius';
const value = 'value: max by (instance, bed) (greenhouse_temperature_celsius)';
const queries: LintCase[] = [
  [
    'promql',
    expr,
    'expr: sum(greenhouse_temperature_celsius',
    ", legend: '{{bed}}' }]\n          unit",
    /ends too early/,
  ],
  [
    'promql',
    expr,
    'expr: frob(greenhouse_temperature_celsius)',
    '(greenhouse_temperature_celsius)',
    /is not PromQL from/,
  ],
  ['promql', expr, 'expr: \'greenhouse_temperature_celsius{bed=~"a\\|b"}\'', '\\|', /no escape/],
  [
    'promql',
    expr,
    'expr: rate(greenhouse_temperature_celsius)',
    'greenhouse_temperature_celsius)',
    /rate needs a time/,
  ],
  ['promql', value, 'value: increase(greenhouse_pump_runs_total[$__range])', '$__range', /is not PromQL/],
  ['unknown-family', expr, 'expr: greenhouse_humidity', 'greenhouse_humidity', /no family of this catalogue/],
  ['unknown-family', value, 'value: greenhouse_humidity', 'greenhouse_humidity', /no family of this catalogue/],
  ['unknown-family', expr, 'expr: \'{bed="a"}\'', `'{bed="a"}'`, /names no family/],
  ['unknown-family', '  variables', '  presence: greenhouse_none\n  variables', 'greenhouse_none', /no family/],
  [
    'unknown-label',
    expr,
    'expr: \'greenhouse_temperature_celsius{host="a"}\'',
    'host',
    /has no label host: it has job, instance, bed/,
  ],
  [
    'unknown-label',
    value,
    'value: sum by (host) (greenhouse_temperature_celsius)',
    'host',
    /nothing here has a label host/,
  ],
  [
    'unknown-label',
    "legend: '{{bed}}' }]\n          unit",
    "legend: '{{host}}' }]\n          unit",
    "'{{host}}'",
    /no label host/,
  ],
  ['unknown-label', 'max by (instance, bed)', 'max by (instance)', '{bed} is', /no label bed: they have instance/],
  ['unknown-label', 'variables: { bed: Bed }', 'variables: { host: Host }', 'host: Host', /no family has this label/],
  ['unknown-label', 'variables: { bed: Bed }', 'variables: { job: Job }', 'job: Job', /every dashboard anyway/],
  [
    'unknown-value',
    'result="error"',
    'result="failed"',
    'result="failed"',
    /result is never "failed": it is one of ok, error/,
  ],
  ['unknown-value', 'result="error"', 'result=~"error|late"', 'result=~"error|late"', /never "late"/],
  ['unknown-variable', expr, 'expr: \'greenhouse_temperature_celsius{bed="$host"}\'', '$host', /no variable host/],
  ['unknown-panel', 'panel: Temperature', 'panel: Humidity', 'Humidity', /no panel "Humidity"/],
  ['alert-name', 'name: GreenhouseTooHot', 'name: too-hot', 'too-hot', /CamelCase/],
  [
    'alert-name',
    'name: GreenhouseTooHot',
    `name: GreenhouseTooHot${'Indeed'.repeat(5)}`,
    'GreenhouseTooHotIndeed',
    /too long for Grafana/,
  ],
];

testErrors({ queries });

test('quantiles over buckets that were added up are found', () => {
  const family = withFamily('    type: histogram\n    help: More.\n    labels: { bed: [a] }\n    buckets: [1]\n');
  const ask = (query: string) =>
    checkText(changed(changed(greenhouse, temperature, family), expr, `expr: '${query}'`)).findings.map(
      ({ rule }) => rule,
    );
  expect(ask('histogram_quantile(0.9, sum by (bed) (rate(greenhouse_more_bucket[5m])))')).toEqual(['lost-buckets']);
  expect(ask('histogram_quantile(0.9, sum by (bed, le) (rate(greenhouse_more_bucket[5m])))')).toEqual([]);
  expect(ask('histogram_quantile(0.9, sum without (le) (rate(greenhouse_more_bucket[5m])))')).toEqual(['lost-buckets']);
  expect(ask('rate(greenhouse_more[5m])')).toEqual(['unknown-family']);
});
