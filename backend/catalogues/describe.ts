/** A checked catalogue file in the contract's shape, with everything filled in that the file may leave out. */
import {
  isOpen,
  isPlatformFamily,
  sampleNames,
  type Catalogue,
  type CatalogueSource,
  type Family,
  type PlatformFamily,
} from '../../contract/catalogue-model.ts';
import type { AlertGroup } from '../../contract/alerts/spec.ts';
import {
  dashboardScope,
  following,
  type DashboardSpec,
  type PanelSpec,
  type VariableSpec,
} from '../../contract/dashboards/spec.ts';
import type { DescribedCatalogue } from '../../contract/documents/described-catalogue.ts';
import { pascalCase } from './lint/alerts.ts';
import { parseExpression, withMatchers } from './promql/expression.ts';
import { familiesOf, type AlertEntry, type CatalogueFile, type PanelEntry } from './file/schema.ts';
import { createMetricIndex, type MetricIndex } from './promql/metric-index.ts';

/** Prometheus looks back five minutes, too. */
const USUAL_TTL = '5m';
const NO_DATA = 'No such series: does anything report them, and do the variables above choose it?';
const sizes: Readonly<Record<PanelEntry['kind'], readonly [width: number, height: number]>> = {
  timeseries: [12, 8],
  stat: [6, 5],
  gauge: [6, 8],
  barGauge: [12, 8],
  barChart: [12, 8],
  table: [24, 8],
};

/** @param file has passed every rule that finds errors */
export function describeCatalogue(file: CatalogueFile): DescribedCatalogue {
  const families = familiesOf(file);
  const dashboard = file.dashboard && dashboardOf(file, file.dashboard, families);
  return {
    catalogue: catalogueOf(file, families),
    title: file.title,
    description: file.description,
    targetLabels: file.targetLabels ?? [],
    constants: file.constants ?? {},
    neverExposed: file.neverExposed ?? [],
    dashboards: dashboard ? [dashboard] : [],
    alerts: file.alerts ? [alertsOf(file.id, file.alerts, dashboard)] : [],
    runbook: file.runbook,
  };
}

function catalogueOf(file: CatalogueFile, families: Readonly<Record<string, Family>>): Catalogue {
  const { id, namespace, prefixes, ttl = USUAL_TTL } = file;
  const source = file.source && sourceOf(file.source);
  const common = {
    id,
    namespace,
    ...(prefixes && { prefixes }),
    ttlSeconds: secondsOf(ttl),
    ...(source && { source }),
  };
  const { instances } = file;
  if (file.scope === 'inventory') return { ...common, scope: file.scope, families, ...(instances && { instances }) };
  const closed = Object.entries(families).filter((one): one is [string, PlatformFamily] => isPlatformFamily(one[1]));
  const listed = instances && !isOpen(instances) ? { instances } : {};
  return { ...common, scope: file.scope, families: Object.fromEntries(closed), ...listed };
}

function sourceOf({ scrape, socket, path = '/metrics' }: NonNullable<CatalogueFile['source']>): CatalogueSource {
  return socket === undefined ? { scrape: scrape ?? '' } : { socket, path };
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

function secondsOf(duration: string): number {
  return Number(duration.slice(0, -1)) * (SECONDS[duration.slice(-1)] ?? 1);
}

function dashboardOf(
  file: CatalogueFile,
  entry: NonNullable<CatalogueFile['dashboard']>,
  families: Readonly<Record<string, Family>>,
): DashboardSpec {
  const metrics = createMetricIndex(families, file.targetLabels ?? []);
  const presence = entry.presence ?? firstSample(Object.values(families)) ?? '';
  const variables = Object.entries(entry.variables ?? {}).map(([label, title]): VariableSpec => {
    const having = Object.values(families).filter(({ labels }) => Object.hasOwn(labels, label));
    return { label, title, of: firstSample(having) ?? presence };
  });
  const matchersOf = (sample: string) => [
    ...(metrics.has(sample) ? dashboardScope : []),
    ...variables.filter(({ label }) => metrics.labelsOf(sample).has(label)).map(({ label }) => following(label)),
  ];
  return {
    uid: dashboardUid(file.id),
    title: entry.title ?? file.title,
    description: entry.description ?? file.description,
    tags: ['vitals'],
    presence,
    target: 'Instance',
    variables,
    links: [],
    annotations: [],
    rows: entry.rows.map(({ title, panels }) => ({
      title,
      panels: panels.map((panel) => panelOf(panel, matchersOf, metrics)),
    })),
  };
}

export function dashboardUid(id: string): string {
  return `catalogue-${id}`;
}

/** A name that has one sample for each series, if possible that of a family that is not a histogram. */
function firstSample(families: readonly Family[]): string | undefined {
  const family = families.find(({ type }) => type !== 'histogram') ?? families[0];
  return family && sampleNames(family).at(-1);
}

function panelOf(
  entry: PanelEntry,
  matchersOf: (sample: string) => readonly string[],
  metrics: MetricIndex,
): PanelSpec {
  const [width, height] = sizes[entry.kind];
  const [first, ...others] = entry.queries.map(({ expr, ...rest }) => ({
    ...rest,
    expr: withMatchers(expr, matchersOf),
  }));
  if (!first) throw new TypeError(`${entry.title} has no query`);
  const base = {
    width,
    height,
    noData: NO_DATA,
    description: helpOf(entry, metrics),
    ...entry,
    queries: [first, ...others] as const,
  };
  const { unit = 'short', by = '', columns = {} } = entry;
  switch (entry.kind) {
    case 'table':
      return { ...base, kind: entry.kind, columns };
    case 'barChart':
      return { ...base, kind: entry.kind, unit, by };
    case 'timeseries':
    case 'stat':
    case 'gauge':
    case 'barGauge':
      return { ...base, kind: entry.kind, unit };
  }
}

/** What its families say of themselves. */
function helpOf({ queries }: PanelEntry, metrics: MetricIndex): string {
  const selectors = queries.flatMap(({ expr }) => parseExpression(expr, 'dashboard').selectors);
  const helps = selectors
    .map(({ value }) => metrics.familyOf(value.name ?? '')?.help ?? '')
    .filter((help) => help !== '');
  return [...new Set(helps)].map((help) => (help.endsWith('.') ? help : `${help}.`)).join(' ');
}

function alertsOf(id: string, entries: readonly AlertEntry[], dashboard: DashboardSpec | undefined): AlertGroup {
  return {
    name: id,
    prefix: pascalCase(id),
    alerts: entries.map(({ panel, for: duration = '0s', ...alert }) => ({
      ...alert,
      for: duration,
      ...(panel !== undefined && dashboard && { panel: { dashboard: dashboard.uid, title: panel } }),
    })),
  };
}
