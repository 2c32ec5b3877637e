/** What a panel's answer has to look like. */
import { expect } from 'vitest';
import type { Family } from '../../contract/catalogue-model.ts';
import { catalogue } from '../../contract/metrics.ts';
import type { PanelQuery } from './grafana-queries.ts';
import type { Series } from './prometheus.ts';

/** Series there are, with what the legend shows; closed labels with every value of the contract; a number to draw. */
export function checkShape(query: PanelQuery, series: readonly Series[], instances: readonly string[]): void {
  const { expr, panel, shown } = query;
  const where = `${panel}: ${expr}`;
  expect(series.length, where).toBeGreaterThan(0);
  const family = Object.values<Family>(catalogue.families)
    .filter(({ name }) => new RegExp(`\\b${name}(_bucket)?\\b`).test(expr))
    .sort((a, b) => b.name.length - a.name.length)[0];
  for (const label of shown) {
    const values = new Set(series.map(({ labels }) => labels[label]));
    expect(values.has(undefined) || values.has(''), `${where} has ${label}`).toBe(false);
    const closed = family?.labels[label];
    if (label === 'instance') expect(values, where).toEqual(new Set(instances));
    else if (Array.isArray(closed)) expect(values, where).toEqual(new Set(closed));
  }
  const finite = series.flatMap(({ samples }) => samples).filter(({ value }) => Number.isFinite(value));
  expect(finite.length, `${where} has a number`).toBeGreaterThan(0);
}
