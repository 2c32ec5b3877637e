import { describe, expect, test } from 'vitest';
import type { Family } from '../../contract/catalogue-model.ts';
import { dashboards } from '../../contract/documents/dashboards.ts';
import { renderDashboard } from '../../contract/dashboards/render.ts';
import { panelId, panelsOf, type DashboardSpec } from '../../contract/dashboards/spec.ts';
import { applianceFamilies, catalogue } from '../../contract/metrics.ts';
import { pages } from '../../contract/pages.ts';
import type { DashboardJson } from '../support/grafana-queries.ts';
import { shippedCatalogues } from '../support/catalogues.ts';
import { expectInGrid } from '../support/grid.ts';

const wireNames = Object.values<Family>(catalogue.families).flatMap(({ name, type }) =>
  type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
);
const ofPrometheus = ['up', 'scrape_duration_seconds'];
/** Words before `{`: every selector of our dashboards has braces, because it follows the variables. */
const selected = (expr: string) => [...expr.matchAll(/([a-zA-Z_:][a-zA-Z0-9_:]*)\{/g)].map(([, name]) => name ?? '');
const expressions = (spec: DashboardSpec) => [
  ...panelsOf(spec).flatMap((panel) => panel.queries.map(({ expr }) => expr)),
  ...spec.annotations.map(({ expr }) => expr),
];

test('every family of the appliance is on a dashboard', () => {
  const shown = new Set(dashboards.flatMap(expressions).flatMap(selected));
  const missing = Object.values<Family>(applianceFamilies)
    .map(({ name, type }) => (type === 'histogram' ? `${name}_bucket` : name))
    .filter((name) => !shown.has(name));
  expect(missing).toEqual([]);
});

/** A fixed time shows nothing where scrapes are rarer, and skips what lies between two points of a long time. */
test('a rate follows the interval or the range that the dashboard has', () => {
  const all = [...dashboards, ...shippedCatalogues().flatMap((one) => one.dashboards)];
  const rate = /\b(?:i?rate|increase|i?delta|deriv)\((?:[^()[\]]|\([^()]*\))*\[([^\]]+)\]/g;
  const windows = all.flatMap((spec) =>
    expressions(spec)
      .flatMap((expr) => [...expr.matchAll(rate)])
      .map(([found, time]) => ({ title: spec.title, found, time })),
  );
  expect(windows.length).toBeGreaterThan(20);
  expect(windows.filter(({ time }) => time !== '$__rate_interval' && time !== '$__range')).toEqual([]);
});

test('uids, titles and panels are told apart', () => {
  const uids = dashboards.map(({ uid }) => uid);
  expect(new Set(uids).size).toBe(uids.length);
  expect(() =>
    panelId({ ...dashboards[0]!, rows: [...dashboards[0]!.rows, ...dashboards[0]!.rows] }, 'Platform'),
  ).toThrow('has two panels Platform');
  expect(() => panelId(dashboards[0]!, 'no such panel')).toThrow('has no panel no such panel');
});

describe.each(dashboards)('$title', (spec) => {
  const rendered = renderDashboard(spec);
  const { panels } = rendered as unknown as DashboardJson;

  test('every selector is of the catalogue and follows the variables', () => {
    for (const expr of expressions(spec)) {
      const names = selected(expr);
      expect(names.length, expr).toBeGreaterThan(0);
      for (const name of names) expect([...wireNames, ...ofPrometheus], expr).toContain(name);
      const braces = expr.match(/\{/g)?.length;
      expect(expr.split('{job=~"$job", instance=~"$instance"').length - 1, expr).toBe(braces);
    }
  });

  test('every query, variable and annotation goes to the data source that the reader chose', () => {
    const text = JSON.stringify(rendered);
    const uids = [...text.matchAll(/"uid":"([^"]+)"/g)].map(([, uid]) => uid);
    expect(new Set(uids)).toEqual(new Set([spec.uid, '${datasource}']));
    expect(rendered.templating.list?.map(({ name, type }) => `${type} ${name}`)).toEqual([
      'datasource datasource',
      'query job',
      'query instance',
    ]);
  });

  test('every panel says what it shows, what to do, its unit and what no data means', () => {
    for (const panel of panels.filter(({ type }) => type !== 'row')) {
      expect(panel.description, panel.title).toMatch(/\S{3,}.{40,}[.)]$/);
      if (panel.type === 'alertlist') continue;
      const { noValue, unit } = panel.fieldConfig.defaults;
      expect(noValue, panel.title).toMatch(/\S.*\.$/);
      if (panel.type !== 'table') expect(unit, panel.title).toMatch(/^([a-zA-Z]+|suffix:\/min)$/);
    }
  });

  test('a panel that tells states by a number tells them by words, too', () => {
    for (const panel of panelsOf(spec)) {
      if (panel.kind === 'stat' && panel.thresholds?.some(({ from }) => from === 1)) {
        expect(Object.keys(panel.words ?? {}), panel.title).toEqual(['0', '1']);
      }
    }
  });

  test('panels neither overlap nor leave the grid, and each has its own number', () => {
    expectInGrid(panels);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });

  test('links lead to pages of the plugin', () => {
    const urls = [...JSON.stringify(rendered).matchAll(/"url":"([^"]+)"/g)].map(([, url]) => url);
    expect(urls.length).toBeGreaterThan(1);
    for (const url of urls) expect(Object.values(pages).map((page) => page.url)).toContain(url);
  });
});

test('ClickHouse is told by exported_instance, which is what Prometheus makes of our label', () => {
  const [up] = dashboards.flatMap(panelsOf).filter(({ title }) => title === 'ClickHouse up');
  expect(up?.queries[0]?.legend).toContain('{{exported_instance}}');
});

test('a line against the right axis draws none of the left axis’ thresholds there', () => {
  const overlays = dashboards
    .flatMap((spec) => renderDashboard(spec) as unknown as DashboardJson)
    .flatMap(({ panels }) => panels as unknown as { fieldConfig?: { overrides?: Override[] } }[])
    .flatMap(({ fieldConfig }) => fieldConfig?.overrides ?? [])
    .map(({ properties }) => Object.fromEntries(properties.map(({ id, value }) => [id, value])))
    .filter((properties) => properties['custom.axisPlacement'] === 'right');
  expect(overlays.length).toBeGreaterThan(1);
  for (const properties of overlays) expect(properties).toHaveProperty(['custom.thresholdsStyle']);
});

interface Override {
  readonly properties: readonly { readonly id: string; readonly value: unknown }[];
}
