import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { alertGroups } from '../../contract/alerts/appliance.ts';
import { grafanaAlerting } from '../../contract/alerts/grafana.ts';
import { alertExpression, prometheusRules } from '../../contract/alerts/prometheus.ts';
import type { AlertSpec } from '../../contract/alerts/spec.ts';
import type { Family } from '../../contract/catalogue-model.ts';
import { dashboards } from '../../contract/documents/dashboards.ts';
import { renderDashboard } from '../../contract/dashboards/render.ts';
import { catalogue } from '../../contract/metrics.ts';
import { temporaryFolder } from '../support/folder.ts';
import { testWith } from '../tools.ts';
import { alertCases, type AlertCase } from './alerts-cases.ts';

const url = 'https://docs.example/alerts.md';
const runbook = { url };
const alerts = alertGroups.flatMap((group) => [...group.alerts]);
const rules = prometheusRules(alertGroups, { runbook });
const grafana = grafanaAlerting(alertGroups, {
  datasource: 'the-prometheus',
  folder: 'Vitals',
  orgId: 1,
  runbook,
  dashboards,
});
const grafanaRules = grafana.groups.flatMap((group) => group.rules);
const alertsPage = readFileSync(join(import.meta.dirname, '../../docs/alerts.md'), 'utf8');

describe.each(alerts)('$name', (alert) => {
  test('has a name with the shared prefix, a summary of one line and a description that says more', () => {
    expect(alert.name).toMatch(/^Vitals([A-Z][a-z]+)+$/);
    expect(alert.summary).toMatch(/^[^\n.]{10,80}$/);
    expect(alert.description).toMatch(/^[A-Z{].{60,}\.$/);
  });

  test('asks for families of the catalogue, or for what Prometheus knows of the target', () => {
    const names = Object.values<Family>(catalogue.families).map(({ name }) => name);
    const asked = [...alert.value.matchAll(/\b(dhcp_dpi_[a-z0-9_]+?)(?:_bucket)?(?=[^a-z0-9_]|$)/g)].map(
      ([, name]) => name,
    );
    if (asked.length === 0) expect(alert.value).toMatch(/^(absent\()?up\{/);
    for (const name of asked) expect(names).toContain(name);
  });

  test('has a section in the runbook that says what to do', () => {
    const section = alertsPage.split(`\n## ${alert.name}\n`)[1]?.split(/\n##/)[0] ?? '';
    expect(section.trim().length, 'docs/alerts.md, a heading of this name').toBeGreaterThan(150);
    const rule = rules.groups[0]?.rules.find((one) => one.alert === alert.name);
    expect(rule?.annotations['runbook_url']).toBe(`${url}#${alert.name.toLowerCase()}`);
  });

  test('means the same to Prometheus and to Grafana', () => {
    const prometheus = rules.groups[0]!.rules.find((rule) => rule.alert === alert.name)!;
    const inGrafana = grafanaRules.find((rule) => rule.title === alert.name)!;
    const [query, threshold] = inGrafana.data;
    const { type, params } = threshold!.model.conditions![0]!.evaluator;
    const sign = { gt: '>', gte: '>=', lt: '<', lte: '<=', eq: '==', ne: '!=' }[type];
    expect(`${query!.model.expr} ${sign} ${params.join()}`).toBe(prometheus.expr);
    expect(prometheus.expr).toBe(alertExpression(alert));
    expect(inGrafana).toMatchObject({ condition: 'C', for: prometheus.for, labels: prometheus.labels });
    const { summary, description } = inGrafana.annotations;
    const asPrometheus = (text: string) =>
      text
        .replace(/^\{\{ with \$values\.A \}\}(.*)\{\{ else \}\}.*\{\{ end \}\}$/, '$1')
        .replaceAll('.Value |', '$value |');
    expect([summary, description].map(asPrometheus)).toEqual([
      prometheus.annotations['summary'],
      prometheus.annotations['description'],
    ]);
  });

  test('its panel in Grafana exists', () => {
    const { annotations, dashboardUid, panelId } = grafanaRules.find((rule) => rule.title === alert.name)!;
    if (!alert.panel) return expect(annotations).not.toHaveProperty('__panelId__');
    expect(annotations).toMatchObject({ __dashboardUid__: dashboardUid, __panelId__: String(panelId) });
    const dashboard = renderDashboard(dashboards.find(({ uid }) => uid === dashboardUid)!);
    const panel = dashboard.panels!.find((one) => one.id === panelId);
    expect(panel).toMatchObject({ title: alert.panel.title });
  });
});

test('a rule without series is silent in Grafana, and one rule tells that Prometheus cannot be asked', () => {
  expect(new Set(grafanaRules.map(({ noDataState }) => noDataState))).toEqual(new Set(['OK']));
  expect(grafanaRules.filter(({ execErrState }) => execErrState === 'Error').map(({ title }) => title)).toEqual([
    'VitalsApplianceDown',
  ]);
  expect(new Set(grafanaRules.map(({ uid }) => uid)).size).toBe(alerts.length);
});

test('a rule that names a dashboard or a panel that is not there cannot be rendered', () => {
  const [alert] = alerts as [AlertSpec];
  const render = (panel: AlertSpec['panel']) =>
    grafanaAlerting([{ name: 'x', prefix: 'X', alerts: [{ ...alert, panel: panel! }] }], {
      datasource: 'd',
      folder: 'f',
      orgId: 1,
      runbook,
      dashboards,
    });
  expect(() => render({ dashboard: 'gone', title: 'Scrape' })).toThrow('names the dashboard gone');
  expect(() => render({ dashboard: 'vitals-health', title: 'gone' })).toThrow('has no panel gone');
});

testWith(
  'promtool',
  'Prometheus names the Grafana that its external label names, or else the usual one',
  ({ promtool }) => {
    const content = prometheusRules(alertGroups, { runbook: { path: '/help' } });
    const alert = alerts.find(({ name }) => name === 'VitalsApplianceAbsent')!;
    const [fires] = unitTests(alert, alertCases.VitalsApplianceAbsent) as {
      alert_rule_test: { exp_alerts: Fired[] }[];
    }[];
    const reported = (grafana: string, external_labels: Record<string, string>) => {
      const test = structuredClone({ ...fires!, external_labels });
      for (const { exp_annotations } of test.alert_rule_test.flatMap(({ exp_alerts }) => exp_alerts)) {
        exp_annotations.runbook_url = `${grafana}/help#vitalsapplianceabsent`;
      }
      return check(promtool, 'test', content, [test]).output;
    };
    expect(reported('http://localhost:3000', {})).toContain('SUCCESS');
    for (const grafana_url of ['https://grafana.example.com/', 'https://grafana.example.com']) {
      expect(reported('https://grafana.example.com', { grafana_url })).toContain('SUCCESS');
    }
  },
);

testWith('promtool', 'promtool finds no fault with the rules', ({ promtool }) => {
  const { status, output } = check(promtool, 'check', rules);
  expect(output).toContain(`SUCCESS: ${alerts.length} rules found`);
  expect(status).toBe(0);
});

testWith(
  'promtool',
  'each alert fires when it should, says what it should, and is silent otherwise',
  ({ promtool }) => {
    const tests = alerts.flatMap((alert) => unitTests(alert, alertCases[alert.name as keyof typeof alertCases]));
    expect(tests).toHaveLength(2 * alerts.length);
    expect(check(promtool, 'test', rules, tests)).toMatchObject({
      status: 0,
      output: expect.stringContaining('SUCCESS'),
    });
  },
);

testWith('promtool', 'and a rule that is wrong is found by that test', ({ promtool }) => {
  const [group] = alertGroups;
  const wrong = group!.alerts.map((alert) => (alert.name === 'VitalsClickHouseDown' ? { ...alert, limit: 1 } : alert));
  const tests = alerts.flatMap((alert) => unitTests(alert, alertCases[alert.name as keyof typeof alertCases]));
  const result = check(promtool, 'test', prometheusRules([{ ...group!, alerts: wrong }], { runbook }), tests);
  expect(result.status).toBe(1);
  expect(result.output).toContain('VitalsClickHouseDown');
});

interface Fired {
  readonly exp_annotations: { runbook_url: string };
}

function check(promtool: string, command: 'check' | 'test', content: object, tests?: object[]) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'rules.yaml'), stringify(content));
  writeFileSync(
    join(folder, 'tests.yaml'),
    stringify({ rule_files: ['rules.yaml'], evaluation_interval: '30s', tests }, { aliasDuplicateObjects: false }),
  );
  const file = command === 'check' ? 'rules.yaml' : 'tests.yaml';
  const { status, stdout, stderr } = spawnSync(promtool, [command, 'rules', file], { cwd: folder, encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
}

/** Two tests of promtool: one in which it fires (and did not a moment before), one in which it never does. */
function unitTests(alert: AlertSpec, one: AlertCase): object[] {
  const series = (values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([name, value]) => ({ series: name, values: value }));
  const text = (template: string) =>
    template.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => one.labels[name] ?? one.shown ?? `no ${name}`);
  const fired = {
    exp_labels: { ...one.labels, severity: alert.severity },
    exp_annotations: {
      summary: text(alert.summary),
      description: text(alert.description),
      runbook_url: `${url}#${alert.name.toLowerCase()}`,
    },
  };
  const at = (eval_time: string, exp_alerts: object[]) => ({ eval_time, alertname: alert.name, exp_alerts });
  return [
    {
      interval: '30s',
      input_series: series(one.fires),
      alert_rule_test: [...(one.notYet === undefined ? [] : [at(one.notYet, [])]), at(one.after, [fired])],
    },
    {
      interval: '30s',
      input_series: series(one.silent),
      alert_rule_test: ['1m', '3m', '6m', '10m', '20m', '30m'].map((time) => at(time, [])),
    },
  ];
}
