/** The dashboard: its variables, its panels and what they show of their queries. */
import type { Family } from '../../../contract/catalogue-model.ts';
import { targetLabels } from '../../../contract/promql.ts';
import type { Path, FindingCollector } from '../../lib/finding.ts';
import type { CatalogueFile, PanelEntry } from '../file/schema.ts';
import type { MetricIndex } from '../promql/metric-index.ts';
import { lintQuery, joined } from './queries.ts';

const ofValues = ['timeseries', 'stat', 'gauge', 'barGauge', 'barChart'];
/** The keys that not every kind of panel has. */
const kindsOf: Readonly<Record<string, readonly string[]>> = {
  unit: ofValues,
  decimals: ofValues,
  min: ofValues,
  max: ofValues,
  thresholds: ofValues,
  colors: ofValues,
  words: ofValues,
  stacked: ['timeseries'],
  figures: ['timeseries'],
  by: ['barChart'],
  columns: ['table'],
  units: ['table'],
  largestFirst: ['table'],
};
const needed: Readonly<Record<string, keyof PanelEntry>> = { barChart: 'by', table: 'columns' };

export function lintDashboard(
  { dashboard, targetLabels: own = [] }: CatalogueFile,
  families: Readonly<Record<string, Family>>,
  metrics: MetricIndex,
  report: FindingCollector,
): void {
  if (!dashboard) return;
  const { presence, variables = {}, rows } = dashboard;
  if (presence !== undefined && !metrics.familyOf(presence)) {
    report.error(
      'unknown-family',
      { path: ['dashboard', 'presence'] },
      `${presence} is no family of this catalogue whose samples have this name`,
    );
  }
  for (const label of Object.keys(variables)) {
    const place = { path: ['dashboard', 'variables', label], on: 'key' } as const;
    const isKnown = own.includes(label) || Object.values(families).some(({ labels }) => Object.hasOwn(labels, label));
    if (targetLabels.some((one) => one === label))
      report.error('unknown-label', place, 'is a variable of every dashboard anyway');
    else if (!isKnown) report.error('unknown-label', place, 'no family has this label, nor is it among `targetLabels`');
  }
  const names = [...targetLabels, ...Object.keys(variables)];
  const titles = new Map<string, string>();
  rows.forEach((row, index) => {
    const path = ['dashboard', 'rows', index];
    lintTitle(row.title, [...path, 'title'], titles, report);
    row.panels.forEach((panel, place) => {
      const ofPanel = [...path, 'panels', place];
      lintTitle(panel.title, [...ofPanel, 'title'], titles, report);
      lintPanel(panel, ofPanel, names, metrics, report);
    });
  });
}

function lintTitle(title: string, path: Path, titles: Map<string, string>, report: FindingCollector): void {
  if (titles.has(title))
    report.error('duplicate-title', { path }, 'two rows or panels have this title, by which they are known');
  titles.set(title, title);
}

function lintPanel(
  panel: PanelEntry,
  path: Path,
  variables: readonly string[],
  metrics: MetricIndex,
  report: FindingCollector,
): void {
  for (const key of Object.keys(panel)) {
    const kinds = kindsOf[key];
    if (kinds && !kinds.includes(panel.kind)) {
      report.error(
        'unknown-key',
        { path: [...path, key], on: 'key' },
        `a ${panel.kind} has no such key: it is for ${kinds.join(', ')}`,
      );
    }
  }
  const key = needed[panel.kind];
  if (key !== undefined && panel[key] === undefined)
    report.error('missing-key', { path }, `a ${panel.kind} needs "${key}"`);
  if (panel.kind === 'barChart' && panel.queries.length > 1) {
    report.error('form', { path: [...path, 'queries'] }, 'a barChart has one query');
  }
  lintThresholds(panel, path, report);

  const answers = new Set<string>();
  let understood = 0;
  panel.queries.forEach(({ expr, legend = '' }, index) => {
    const ofQuery = [...path, 'queries', index];
    const labels = lintQuery({ expr, path: [...ofQuery, 'expr'], of: 'dashboard', variables }, metrics, report);
    if (!labels) return;
    understood += 1;
    for (const label of labels) answers.add(label);
    for (const [, label = ''] of legend.matchAll(/\{\{\s*(\w+)\s*\}\}/g)) {
      if (!labels.has(label))
        report.error(
          'unknown-label',
          { path: [...ofQuery, 'legend'] },
          `the query has no label ${label}: it has ${joined(labels)}`,
        );
    }
  });
  if (understood === panel.queries.length) lintColumns(panel, path, answers, report);
}

function lintColumns(panel: PanelEntry, path: Path, labels: ReadonlySet<string>, report: FindingCollector): void {
  const ofSeveral = panel.queries.map((_query, index) => `Value #${String.fromCharCode('A'.charCodeAt(0) + index)}`);
  const known = new Set([...labels, ...(panel.queries.length > 1 ? ofSeveral : ['Value'])]);
  const columns = panel.columns ?? {};
  for (const column of Object.keys(columns)) {
    if (!known.has(column)) {
      report.error(
        'unknown-label',
        { path: [...path, 'columns', column], on: 'key' },
        `there is no such column: there is ${joined(known)}`,
      );
    }
  }
  const named: [string, Path][] = Object.keys(panel.units ?? {}).map((column) => [column, [...path, 'units', column]]);
  if (panel.largestFirst !== undefined) named.push([panel.largestFirst, [...path, 'largestFirst']]);
  for (const [column, place] of named) {
    if (!Object.hasOwn(columns, column))
      report.error('unknown-label', { path: place }, `${column} is not among the \`columns\``);
  }
  if (panel.by !== undefined && !labels.has(panel.by)) {
    report.error(
      'unknown-label',
      { path: [...path, 'by'] },
      `the query has no label ${panel.by}: it has ${joined(labels)}`,
    );
  }
}

function lintThresholds({ thresholds = [] }: PanelEntry, path: Path, report: FindingCollector): void {
  thresholds.forEach(({ from }, index) => {
    const place = { path: [...path, 'thresholds', index, 'from'] };
    if ((from === null) !== (index === 0))
      report.error('thresholds', place, 'the first begins at null, every other at a number');
    const before = thresholds[index - 1]?.from;
    if (from !== null && typeof before === 'number' && from <= before)
      report.error('thresholds', place, 'has to be larger than the one before it');
  });
}
