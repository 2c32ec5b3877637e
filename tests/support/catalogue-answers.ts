/** Every panel, variable and alert of a catalogue that is shipped, asked of a Prometheus that scrapes it. */
import { expect } from 'vitest';
import { alertExpression } from '../../contract/alerts/prometheus.ts';
import type { DescribedCatalogue } from '../../contract/documents/described-catalogue.ts';
import { execute, panelQueries, readCatalogueDashboard, substitute, variableValues } from './grafana-queries.ts';
import type { Prometheus } from './prometheus.ts';
import { eventually } from './server.ts';

export interface Asked {
  readonly prometheus: Prometheus;
  readonly described: DescribedCatalogue;
  /** When the scrapes began, in milliseconds; every second since. */
  readonly since: number;
}

/** Each query comes to numbers, with the labels that its panel shows. */
export async function expectPanelsToAnswer({ prometheus, described: { catalogue }, since }: Asked): Promise<void> {
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
}

/** Every value that the dashboard's own variables offer, by label. */
export async function offeredValues({ prometheus, described }: Asked): Promise<Record<string, string[]>> {
  const values = await variableValues(prometheus, readCatalogueDashboard(described.catalogue.id));
  const own = described.dashboards[0]!.variables!.map(({ label }) => label);
  expect(Object.keys(values)).toEqual(['job', 'instance', ...own]);
  return Object.fromEntries(own.map((label) => [label, values[label] ?? []]));
}

/** Each alert has what it compares, with the labels that its text speaks of. */
export async function expectAlertsToCompare({ prometheus, described }: Asked): Promise<void> {
  for (const alert of described.alerts.flatMap((group) => group.alerts)) {
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

/** Prometheus has evaluated the rules of these catalogues, and no others, without an error. */
export async function expectRulesToBeWell(
  prometheus: Prometheus,
  catalogues: readonly DescribedCatalogue[],
): Promise<void> {
  const rules = await eventually('Prometheus has evaluated the rules', async () => {
    const all = (await prometheus.api<Rules>('rules')).groups.flatMap((group) => group.rules);
    return all.every(({ health }) => health !== 'unknown') && all;
  });
  expect(rules.map(({ name, health }) => `${name} ${health}`).sort()).toEqual(
    catalogues.flatMap(({ alerts }) => alerts.flatMap((group) => group.alerts.map(({ name }) => `${name} ok`))).sort(),
  );
}
