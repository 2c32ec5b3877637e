/** What dashboards tell at a glance: of the appliance and of every catalogue that is shipped. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dashboards } from '../../contract/documents/dashboards.ts';
import { renderDashboard } from '../../contract/dashboards/render.ts';
import { pages } from '../../contract/pages.ts';
import { shippedCatalogues } from '../support/catalogues.ts';
import type { DashboardJson, PanelJson } from '../support/grafana-queries.ts';
import { shownBy, tellsByColour } from '../support/panel-colours.ts';

const all = [...dashboards, ...shippedCatalogues().flatMap((one) => [...one.dashboards])].map(
  (spec) => renderDashboard(spec) as unknown as DashboardJson & { readonly title: string },
);
const panelsOf = ({ panels }: DashboardJson) => panels.filter(({ type }) => type !== 'row');
const ours = dashboards.map((spec) => renderDashboard(spec) as unknown as DashboardJson);
const panelOfOurs = (title: string) => ours.flatMap(panelsOf).find((panel) => panel.title === title)!;
const neutral = ['text', 'transparent', 'blue'];

describe.each(all)('$title', (dashboard) => {
  const tellers = panelsOf(dashboard).filter(tellsByColour);

  test('what tells how something is asks for now, not for a time in which it may have been so', () => {
    for (const { type, title, targets = [] } of tellers) {
      if (type === 'state-timeline') continue;
      for (const { instant, range } of targets) {
        expect({ instant, range }, title).toEqual({ instant: true, range: false });
      }
    }
  });

  test('no data has words and no colour', () => {
    for (const panel of tellers.filter(({ type }) => type !== 'state-timeline')) {
      const [shown] = shownBy(panel, [], Date.now());
      expect(neutral, panel.title).toContain(shown!.color);
      expect(shown!.text, panel.title).toBe(panel.fieldConfig.defaults.noValue);
    }
  });

  test('every title fits into its panel on a window of 1400 pixels', () => {
    // Beside a docked menu a column is 44 pixels; the marks for description, link and menu take 100, a letter 8.
    for (const { title, gridPos } of panelsOf(dashboard)) {
      expect(title.length * 8 + 100, title).toBeLessThanOrEqual(gridPos.w * 44);
    }
  });
});

test('what is fine at zero has no colour of alarm there', () => {
  const zeros = (title: string, ...labels: Record<string, string>[]) => {
    const at = Date.now();
    return shownBy(panelOfOurs(title), [labels.map((one) => ({ labels: one, samples: [{ at, value: 0 }] }))], at);
  };
  const tokens = zeros('Scrape tokens by status', { status: 'active' }, { status: 'expired' }, { status: 'revoked' });
  expect(tokens.map(({ color }) => color)).toEqual(['text', 'text', 'text']);
  for (const { color } of zeros('Set aside', { kind: 'ingest' })) expect(color).toBe('green');
  for (const { color } of zeros('Local exporters', { catalogue: 'x' })) expect(color).toBe('red');
});

test('the first panel of “Appliance health” says whether the appliance is up', () => {
  const [first] = panelsOf(ours[0]!) as [PanelJson];
  const up = (value: number) => shownBy(first, [[{ labels: { instance: 'a' }, samples: [{ at: 0, value }] }]], 0);
  expect(up(1)).toEqual([{ name: 'a', value: 1, text: 'UP', color: 'green' }]);
  expect(up(0)).toEqual([{ name: 'a', value: 0, text: 'DOWN', color: 'red' }]);
  expect(shownBy(first, [], 0)).toEqual([{ value: null, text: 'No data now.', color: 'transparent' }]);
  expect(first.targets?.[0]?.expr).toMatch(/^up\{/);
});

test('rates of what is rare are told by the minute', () => {
  for (const { title, targets = [], fieldConfig } of ours.flatMap(panelsOf)) {
    for (const { expr } of targets.filter((one) => /\brate\(/.test(one.expr))) {
      if (/histogram_quantile|process_cpu/.test(expr)) continue;
      expect(expr, title).toMatch(/^60 \* /);
      expect(JSON.stringify(fieldConfig), title).toContain('"suffix:/min"');
    }
  }
});

test('series that are always zero are in no legend of many', () => {
  const many = ['ClickHouse errors by operation', 'Refused scrapes by reason', 'Audit events', 'Samples left out'];
  for (const title of [...many, 'Failed pushes by reason', 'Requests by group and status']) {
    const { fieldConfig, options } = panelOfOurs(title) as unknown as {
      fieldConfig: { overrides: object[] };
      options: { legend: object };
    };
    expect(fieldConfig.overrides, title).toContainEqual({
      matcher: { id: 'byValue', options: { reducer: 'allIsZero', op: 'gte', value: 0 } },
      properties: [{ id: 'custom.hideFrom', value: { legend: true, tooltip: true, viz: false } }],
    });
    expect(options.legend, title).toMatchObject({ placement: 'right' });
  }
});

test('a viewer may follow every link', () => {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../plugin.json'), 'utf8')) as {
    id: string;
    includes: { path: string; role?: string }[];
  };
  const open = manifest.includes.filter(({ role }) => role === 'Viewer').map(({ path }) => path);
  const paths = open.map((path) => path.replace('%PLUGIN_ID%', manifest.id));
  for (const { url } of Object.values(pages)) expect(paths).toContain(url);
  const alarms = panelOfOurs('Active alarms by severity') as unknown as { links: { url: string }[] };
  expect(alarms.links.map(({ url }) => url)).toEqual([pages.alarms.url]);
});
