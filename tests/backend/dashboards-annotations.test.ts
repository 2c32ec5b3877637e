/** What is marked on the appliance's dashboards, worked out by Prometheus' own engine on series of which we know what happened. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { events } from '../../contract/dashboards/appliance.ts';
import { dashboards } from '../../contract/documents/dashboards.ts';
import { temporaryFolder } from '../support/folder.ts';
import { testWith } from '../tools.ts';

const target = 'job="dhcp-dpi", instance="a:9470"';
/** A sample each 30 seconds. */
interface Case {
  readonly of: string;
  readonly series: Readonly<Record<string, string>>;
  /** Labels of what is marked at a time. */
  readonly marks: Readonly<Record<string, readonly string[]>>;
}
const build = (version: string) => `dhcp_dpi_build_info{${target}, version="${version}", commit="c"}`;
const active = (severity: string) => `dhcp_dpi_alarms_active{${target}, severity="${severity}"}`;

const cases: readonly Case[] = [
  {
    of: 'Alarm starts',
    series: { [active('critical')]: '0x9 2x40', [active('warning')]: '1x20 0x40' },
    marks: { '4m': [], '5m': ['{instance="a:9470", severity="critical"}'], '10m30s': [], '20m': [] },
  },
  {
    of: 'Alarm transitions',
    series: { [`dhcp_dpi_alarms_state_transitions_total{${target}, from="firing", to="resolved"}`]: '3x9 4x40' },
    marks: { '4m': [], '5m': ['{from="firing", instance="a:9470", to="resolved"}'], '20m': [] },
  },
  {
    of: 'Releases',
    series: { [build('1.0')]: '1x20', [build('1.1')]: '_x28 1x40' },
    marks: { '8m': [], '15m': ['{instance="a:9470", version="1.1"}'], '20m': [] },
  },
  {
    of: 'Restarts',
    series: { [`dhcp_dpi_process_start_time_seconds{${target}}`]: '100x20 _x8 870x40' },
    marks: { '8m': [], '15m': ['{instance="a:9470"}'], '20m': [] },
  },
];

test('every event has a case, and both dashboards mark all of them', () => {
  expect(cases.map((one) => one.of)).toEqual(events.map(({ name }) => name));
  for (const { annotations } of dashboards) expect(annotations).toEqual(events);
});

testWith('promtool', 'an event is marked when it happens, and no longer', ({ promtool }) => {
  const tests = cases.map(({ of, series, marks }) => ({
    interval: '30s',
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    promql_expr_test: Object.entries(marks).map(([eval_time, labels]) => ({
      eval_time,
      // Only which series there are counts, not how much they say.
      expr: `group without () (${ready(events.find(({ name }) => name === of)!.expr)})`,
      exp_samples: labels.map((one) => ({ labels: one, value: 1 })),
    })),
  }));
  const file = join(temporaryFolder(), 'tests.yaml');
  writeFileSync(file, stringify({ rule_files: [], evaluation_interval: '30s', tests }));
  const { status, stdout, stderr } = spawnSync(promtool, ['test', 'rules', file], { encoding: 'utf8' });
  expect({ status, output: stdout + stderr }).toMatchObject({ status: 0, output: expect.stringContaining('SUCCESS') });
});

const ready = (expr: string) => expr.replaceAll('$__rate_interval', '2m').replaceAll(/"\$(job|instance)"/g, '".+"');
