import { join } from 'node:path';
import { expect } from 'vitest';
import { alertExpression } from '../../contract/alerts/prometheus.ts';
import { shippedCatalogues } from '../support/catalogues.ts';
import { startExporter } from '../support/exporter.ts';
import { temporaryFolder } from '../support/folder.ts';
import {
  execute,
  panelQueries,
  readCatalogueDashboard,
  substitute,
  variableValues,
} from '../support/grafana-queries.ts';
import { startPrometheus } from '../support/prometheus.ts';
import { eventually } from '../support/server.ts';
import { testWith } from '../tools.ts';

const root = join(import.meta.dirname, '../..');

testWith(
  'prometheus',
  'every query of every panel and alert of the catalogues that are shipped answers, with the labels that it shows',
  async ({ prometheus: binary }) => {
    const shipped = shippedCatalogues();
    const since = Date.now();
    const targets = await Promise.all(shipped.map(({ catalogue }) => startExporter(catalogue)));
    const prometheus = await startPrometheus(
      binary,
      temporaryFolder(),
      shipped.map(({ catalogue, targetLabels }, index) => ({
        job_name: catalogue.id,
        scrape_interval: '1s',
        scrape_timeout: '1s',
        static_configs: [
          { targets: [targets[index]], labels: Object.fromEntries(targetLabels.map((label) => [label, 'the first'])) },
        ],
      })),
      {
        global: { evaluation_interval: '1s' },
        rule_files: shipped.map(({ catalogue }) => join(root, `provisioning/catalogues/${catalogue.id}/rules.yaml`)),
      },
    );

    for (const { catalogue, alerts, dashboards, targetLabels } of shipped) {
      const dashboard = readCatalogueDashboard(catalogue.id);
      const queries = panelQueries(dashboard);
      expect(queries.length).toBeGreaterThan(10);
      for (const { expr, panel, instant, shown } of queries) {
        const ready = substitute(expr, dashboard, {
          job: [catalogue.id],
          instance: 'All',
          scrapeSeconds: 1,
          stepSeconds: 1,
          rangeSeconds: 3600,
        });
        await eventually(`${catalogue.id}, ${panel}: ${ready}`, async () => {
          const series = await execute(prometheus, ready, { instant, since, stepSeconds: 1 });
          const numbers = series.flatMap(({ samples }) => samples).filter(({ value }) => Number.isFinite(value));
          expect(numbers.length).toBeGreaterThan(0);
          // A table's columns are of all its queries together: `ip` is a label of packets per second alone.
          for (const label of shown.filter((one) => !one.startsWith('Value') && one !== 'ip')) {
            for (const { labels } of series) expect(labels, `${panel} shows ${label}`).toHaveProperty(label);
          }
          return true;
        });
      }

      const values = await variableValues(prometheus, dashboard);
      const own = dashboards[0]!.variables!.map(({ label }) => label);
      expect(Object.keys(values)).toEqual(['job', 'instance', ...own]);
      for (const label of own) {
        expect(values[label], label).toHaveLength(targetLabels.includes(label) ? 1 : 2);
      }

      for (const alert of alerts.flatMap((group) => group.alerts)) {
        const series = await eventually(`${alert.name} has what to compare`, async () => {
          const found = await prometheus.query(alert.value);
          return found.length > 0 && found;
        });
        const placeholders = [...`${alert.summary} ${alert.description}`.matchAll(/\{(\w+)\}/g)];
        for (const [, label = ''] of placeholders.filter(([, one]) => one !== 'value' && one !== 'duration')) {
          for (const one of series) expect(one.labels, alert.name).toHaveProperty(label);
        }
        await prometheus.query(alertExpression(alert));
      }
    }

    interface Rules {
      groups: { rules: { name: string; health: string; lastError?: string }[] }[];
    }
    const rules = await eventually('Prometheus has evaluated the rules', async () => {
      const all = (await prometheus.api<Rules>('rules')).groups.flatMap((group) => group.rules);
      return all.every(({ health }) => health !== 'unknown') && all;
    });
    expect(rules.map(({ name, health }) => `${name} ${health}`).sort()).toEqual(
      shipped.flatMap(({ alerts }) => alerts.flatMap((group) => group.alerts.map(({ name }) => `${name} ok`))).sort(),
    );
  },
  180_000,
);
