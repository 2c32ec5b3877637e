import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { checkCatalogues } from '../../backend/catalogues/check.ts';
import type { Family } from '../../contract/catalogue-model.ts';
import { renderDashboard } from '../../contract/dashboards/render.ts';
import { panelsOf } from '../../contract/dashboards/spec.ts';
import { generatedFiles } from '../../contract/documents/generated-files.ts';
import { shippedCatalogues, shippedFiles } from '../support/catalogues.ts';
import { temporaryFolder } from '../support/folder.ts';
import type { DashboardJson } from '../support/grafana-queries.ts';
import { expectInGrid } from '../support/grid.ts';
import { published, publishedPanels, type Published } from '../support/published-metrics.ts';
import { testWith } from '../tools.ts';

const root = join(import.meta.dirname, '../..');
const shipped = shippedCatalogues();
const generated = generatedFiles({ shipped }).filter(({ from }) => from.startsWith('catalogues/'));

test('all systems have a catalogue, and nothing but published names is unusual about any of them', () => {
  expect(shipped.map(({ catalogue }) => catalogue.id).sort()).toEqual(Object.keys(published).sort());
  const findings = checkCatalogues(shippedFiles).flatMap((one) => one.findings);
  expect(findings.filter(({ severity, rule }) => severity === 'error' || rule !== 'naming')).toEqual([]);
});

describe.each(shipped)('$catalogue.id', ({ catalogue, dashboards, alerts }) => {
  const [spec] = dashboards;
  const families: readonly Family[] = Object.values(catalogue.families);

  test('has every metric of its manual, under its name, with its type and labels', () => {
    const manual = published[catalogue.id]!;
    const found = families.map(({ name, type, labels }) => ({ name, type, labels: Object.keys(labels) }));
    for (const type of ['gauge', 'counter', 'histogram', 'info'] as const satisfies (keyof Published)[]) {
      for (const [name, labels] of Object.entries(manual[type] ?? {})) {
        expect(found).toContainEqual({ name, type, labels: expect.arrayContaining([...labels]) });
      }
    }
  });

  test('has every panel that its manual names', () => {
    const titles = panelsOf(spec!).map(({ title }) => title);
    expect(titles).toEqual(expect.arrayContaining([...(publishedPanels[catalogue.id] ?? [])]));
  });

  test('panels neither overlap nor leave the grid, and each says what it shows', () => {
    const { panels } = renderDashboard(spec!) as unknown as DashboardJson;
    expectInGrid(panels);
    for (const { title, type, description, fieldConfig } of panels) {
      if (type === 'row') continue;
      expect(description, title).toMatch(/\S.*\.$/);
      expect(fieldConfig.defaults.noValue, title).toMatch(/\S/);
    }
  });

  test('each selector of a dashboard follows the variables of the labels that it has', () => {
    for (const { expr } of panelsOf(spec!).flatMap((panel) => panel.queries)) {
      const selectors = [...expr.matchAll(/\b([a-zA-Z_0-9]+)\{([^}]*)\}/g)];
      expect(selectors.length, expr).toBeGreaterThan(0);
      for (const [, name = '', matchers = ''] of selectors) {
        expect(matchers, expr).toMatch(/^job=~"\$job", instance=~"\$instance"/);
        const family = families.find(
          (one) => name.replace(/_(bucket|sum|count)$/, '') === one.name || name === one.name,
        );
        for (const { label } of spec!.variables ?? []) {
          const follows = family?.labels[label] !== undefined || label === 'tenant_id';
          expect(matchers.includes(`${label}=~"$${label}"`), `${expr} follows ${label}`).toBe(follows);
        }
      }
    }
  });

  testWith(
    'promtool',
    'promtool finds no fault with its rules, and understands every query of its dashboard',
    ({ promtool }) => {
      const file = `provisioning/catalogues/${catalogue.id}/rules.yaml`;
      const rules = spawnSync(promtool, ['check', 'rules', join(root, file)], { encoding: 'utf8' });
      const count = alerts.flatMap((group) => group.alerts).length;
      expect({ status: rules.status, output: rules.stdout + rules.stderr }).toMatchObject({
        status: 0,
        output: expect.stringContaining(`SUCCESS: ${count} rules found`),
      });
      const queries = panelsOf(spec!).flatMap((panel) => panel.queries);
      expect(
        understood(
          promtool,
          queries.map(({ expr }) => expr),
        ),
      ).toContain(`SUCCESS: ${queries.length} rules found`);
    },
  );
});

testWith('promtool', 'and what is no query is found by that test', ({ promtool }) => {
  expect(understood(promtool, ['sum(up'])).toMatch(/parse error/);
});

test.each(generated.filter(({ format }) => format !== 'markdown'))(
  '$path is what its catalogue says',
  ({ path, format, content }) => {
    const text = readFileSync(join(root, path), 'utf8');
    const found: unknown = format === 'json' ? JSON.parse(text) : parse(text);
    expect(found, 'run npm run generate, and look at the difference').toEqual(content);
  },
);

test('the reference of a catalogue has every family, and a section for each alert, which is its runbook', () => {
  for (const { catalogue, alerts } of shipped) {
    const page = readFileSync(join(root, `docs/catalogues/${catalogue.id}.md`), 'utf8');
    for (const { name } of Object.values<Family>(catalogue.families)) expect(page).toContain(`### \`${name}\`\n`);
    const rules = readFileSync(join(root, `provisioning/catalogues/${catalogue.id}/rules.yaml`), 'utf8');
    for (const { name } of alerts.flatMap((group) => group.alerts)) {
      expect(page).toContain(`### ${name}\n`);
      expect(rules).toContain(`/a/appliance-vitals-app/help/catalogue-${catalogue.id}#${name.toLowerCase()}'\n`);
    }
  }
});

/** What promtool says of recording rules that ask these queries. */
function understood(promtool: string, queries: readonly string[]): string {
  const rules = queries.map((query, index) => ({
    record: `query:${index}`,
    expr: query.replaceAll('$__rate_interval', '5m').replaceAll('$__range', '1h'),
  }));
  const file = join(temporaryFolder(), 'queries.yaml');
  writeFileSync(file, stringify({ groups: [{ name: 'queries', rules }] }));
  const { stdout, stderr } = spawnSync(promtool, ['check', 'rules', '--lint=none', file], { encoding: 'utf8' });
  return stdout + stderr;
}
