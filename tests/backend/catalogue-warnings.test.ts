import { expect, test } from 'vitest';
import { findingOf, plain, temperature, titleOf, withFamily, type LintCase } from '../support/catalogues.ts';

const warnings: LintCase[] = [
  [
    'naming',
    temperature,
    `${temperature}  greenhouse_beds_total:\n${plain}`,
    'greenhouse_beds_total',
    /only counters should; it is a gauge/,
  ],
  [
    'naming',
    temperature,
    `${temperature}  greenhouse_more:\n    type: counter\n    help: More.\n`,
    'greenhouse_more',
    /should end in _total/,
  ],
  [
    'naming',
    temperature,
    `${temperature}  greenhouse_more:\n    type: info\n    help: More.\n`,
    'greenhouse_more',
    /should end in _info/,
  ],
  [
    'naming',
    temperature,
    `${temperature}  greenhouse_size_gb:\n${plain}`,
    'greenhouse_size_gb',
    /names gb, which is no base unit/,
  ],
  [
    'naming',
    temperature,
    `${temperature}  greenhouse_more:\n${plain}    unit: bytes\n`,
    'greenhouse_more',
    /should end in its unit, _bytes/,
  ],
  [
    'naming',
    temperature,
    `${temperature}  greenhouse_last_run_timestamp:\n${plain}`,
    'greenhouse_last_run',
    /_timestamp_seconds/,
  ],
  [
    'naming',
    temperature,
    `${temperature}  greenhouse_more_count:\n${plain}`,
    'greenhouse_more_count',
    /ends as the samples/,
  ],
  ['naming', temperature, `${temperature}  greenhouse_moreBeds:\n${plain}`, 'greenhouse_moreBeds', /snake_case/],
  ['naming', temperature, `${temperature}  greenhouse_more:beds:\n${plain}`, 'greenhouse_more:beds', /recording rules/],
  ['naming', temperature, withFamily(`${plain}    labels: { job: [a] }\n`), 'job: [a]', /exported_job/],
  [
    'naming',
    temperature,
    `${temperature}  greenhouse_pump_runs:\n${plain}`,
    'greenhouse_pump_runs_total',
    /called greenhouse_pump_runs in OpenMetrics/,
  ],
  ['naming', 'name: GreenhouseTooHot', 'name: TooHot', 'TooHot', /such as Greenhouse/],
  [
    'rate-of-gauge',
    'expr: greenhouse_temperature_celsius',
    "expr: 'rate(greenhouse_temperature_celsius[5m])'",
    'greenhouse_temperature_celsius[',
    /is a gauge/,
  ],
];

test.each(warnings.map((one) => [titleOf(one), one] as const))(
  'what is only unusual is a warning where it stands: %s',
  (_title, one) => {
    const { rule, place, findings, described } = findingOf(one);
    const message = expect.stringMatching(one[4]);
    expect(findings).toContainEqual(expect.objectContaining({ severity: 'warning', rule, ...place, message }));
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(described).toBeDefined();
  },
);
