/** docs/metrics.md: every family with its values and example queries, and what will never be shown. */
import { labelSets, type Catalogue, type Family } from './catalogue.ts';
import { panelsOf } from './dashboards/render.ts';
import { dashboardScope, type DashboardSpec } from './dashboards/spec.ts';

export interface ReferenceOptions {
  readonly catalogue: Catalogue;
  readonly neverExposed: readonly string[];
  /** Their queries are the examples. */
  readonly dashboards: readonly DashboardSpec[];
}

export function metricsReference({ catalogue, neverExposed, dashboards }: ReferenceOptions): string {
  const families = Object.values<Family>(catalogue.families);
  const own = families.filter(({ name }) => name.startsWith(`${catalogue.namespace}_`));
  const examples = examplesOf(dashboards);
  const sections = (some: readonly Family[]) => some.map((family) => section(family, examples)).join('\n\n');
  return `# Metrics

Generated from \`contract/metrics.ts\` by \`npm run generate\`.

## What is never shown

Every value that a label can have stands on this page, or is a constant that is known when the process starts: written as
_italic_ below. Nothing else can be rendered, so the endpoint does not expose

${neverExposed.map((sentence) => `- ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`).join('\n')}

There are ${families.length} families and at most ${total(families)} series, all of them from the first scrape on, counters at zero.
\`GET /api/contract\` answers with the same list as JSON.

Prometheus adds the labels \`job\` and \`instance\` of the target, and renames a label \`instance\` of ours to \`exported_instance\`:
the queries here say so, too.

## Of the appliance

${sections(own)}

## Of the process and of Node.js

${sections(families.filter((family) => !own.includes(family)))}
`;
}

function section(family: Family, examples: readonly string[]): string {
  const { name, type, help, unit, buckets, absentWhen } = family;
  const facts = [
    `${type}${unit ? ` in ${unit}` : ''}, ${plural(seriesOf(family), 'series', 'series')}`,
    ...Object.entries(family.labels).map(([label, values]) => `\`${label}\`: ${list(values)}`),
    ...(family.combinations ? [`only ${family.combinations.map(combination).join('; ')}`] : []),
    ...(buckets ? [`buckets up to ${buckets.map((bound) => `\`${bound}\``).join(' ')} \`+Inf\``] : []),
    ...(absentWhen ? [`absent when ${absentWhen}`] : []),
  ];
  const found = examples.filter((expr) => uses(expr, name));
  const queries = found.length > 0 ? found : [usual(family)];
  return `### \`${name}\`

${help}

${facts.map((fact) => `- ${fact}`).join('\n')}

\`\`\`promql
${queries.join('\n')}
\`\`\``;
}

function list(values: Family['labels'][string]): string {
  if ('constant' in values) return `_${values.constant}_`;
  return values.map((value) => `\`${value}\``).join(' ');
}

function combination(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([label, value]) => `\`${label}="${value}"\``)
    .join(' ');
}

function seriesOf(family: Family): number {
  return labelSets(family, {}).length * (family.buckets ? family.buckets.length + 3 : 1);
}

function total(families: readonly Family[]): number {
  return families.reduce((sum, family) => sum + seriesOf(family), 0);
}

function plural(count: number, one: string, more: string): string {
  return `${count} ${count === 1 ? one : more}`;
}

/** Queries of the dashboards as one would type them: without the variables. */
function examplesOf(dashboards: readonly DashboardSpec[]): string[] {
  const scope = dashboardScope.join(', ');
  const queries = dashboards.flatMap(panelsOf).flatMap((panel) => panel.queries);
  const typed = queries.map(({ expr }) =>
    expr
      .replaceAll(`{${scope}}`, '')
      .replaceAll(`{${scope}, `, '{')
      .replaceAll('$__rate_interval', '5m')
      .replaceAll('$__range', '1h'),
  );
  return [...new Set(typed)];
}

function uses(expr: string, name: string): boolean {
  return new RegExp(`(?<![a-z_])${name}(_bucket|_sum|_count)?(?![a-z_])`).test(expr);
}

function usual({ name, type }: Family): string {
  if (type === 'counter') return `rate(${name}[5m])`;
  if (type === 'histogram') return `histogram_quantile(0.99, sum by (instance, le) (rate(${name}_bucket[5m])))`;
  return name;
}
