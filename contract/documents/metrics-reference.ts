/** A reference of metrics: every family with its values and example queries, and every alert. */
import { alertExpression } from '../alerts/prometheus.ts';
import { fill, type AlertGroup, type AlertSpec } from '../alerts/spec.ts';
import {
  constantValues,
  isOpen,
  isPlatformFamily,
  labelSets,
  type Constants,
  type Family,
  type LabelValues,
  type PlatformFamily,
} from '../catalogue-model.ts';
import { panelsOf, type DashboardSpec } from '../dashboards/spec.ts';

export interface ReferenceOptions {
  readonly title: string;
  /** What stands before the families, in Markdown. */
  readonly introduction: string;
  readonly chapters: readonly { readonly title: string; readonly families: readonly Family[] }[];
  /** Values of constants, where they are known. */
  readonly constants?: Constants;
  /** Their queries are the examples. */
  readonly dashboards: readonly DashboardSpec[];
  readonly alerts?: readonly AlertGroup[];
}

export function metricsReference(options: ReferenceOptions): string {
  const { title, introduction, chapters, constants = {}, dashboards, alerts = [] } = options;
  const examples = examplesOf(dashboards);
  const rules = alerts.flatMap((group) => group.alerts);
  const parts = [
    `# ${title}`,
    introduction,
    ...chapters.flatMap((chapter) => [
      `## ${chapter.title}`,
      ...chapter.families.map((family) => section(family, constants, examples)),
    ]),
    ...(rules.length > 0 ? ['## Alerts', ...rules.map(alertSection)] : []),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** How many series families can have at most. */
export function totalSeries(families: readonly PlatformFamily[]): number {
  return families.reduce((sum, family) => sum + seriesOf(family), 0);
}

function section(family: Family, constants: Constants, examples: readonly string[]): string {
  const { name, type, help, unit, buckets, absentWhen } = family;
  const series = isPlatformFamily(family) ? `, ${plural(seriesOf(family), 'series', 'series')}` : '';
  const facts = [
    `${type}${unit ? ` in ${unit}` : ''}${series}`,
    ...Object.entries(family.labels).map(([label, values]) => `\`${label}\`: ${list(values, constants)}`),
    ...(family.combinations ? [`only ${family.combinations.map(combination).join('; ')}`] : []),
    ...(buckets ? [bounds(buckets)] : []),
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

function alertSection(alert: AlertSpec): string {
  const text = (template: string) => fill(template, (name) => `_${name}_`);
  return `### ${alert.name}

${text(alert.summary)}. ${text(alert.description)}

Severity ${alert.severity}; fires once this has been so for ${alert.for}:

\`\`\`promql
${alertExpression(alert)}
\`\`\``;
}

function list(values: LabelValues, constants: Constants): string {
  if (isOpen(values)) return `open, at most ${plural(values.max, 'value', 'values')}`;
  if (!('constant' in values)) return values.map((value) => `\`${value}\``).join(' ');
  if (constants[values.constant] === undefined) return `_${values.constant}_`;
  return constantValues(constants, values.constant)
    .map((value) => `\`${value}\``)
    .join(' ');
}

function bounds(buckets: NonNullable<Family['buckets']>): string {
  if (isOpen(buckets)) return `at most ${plural(buckets.max, 'bucket', 'buckets')}, as the program has them`;
  return `buckets up to ${buckets.map((bound) => `\`${bound}\``).join(' ')} \`+Inf\``;
}

function combination(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([label, value]) => `\`${label}="${value}"\``)
    .join(' ');
}

function seriesOf(family: PlatformFamily): number {
  return labelSets(family, {}).length * (family.buckets ? family.buckets.length + 3 : 1);
}

function plural(count: number, one: string, more: string): string {
  return `${count} ${count === 1 ? one : more}`;
}

/** Queries of the dashboards as one would type them: without the variables. */
function examplesOf(dashboards: readonly DashboardSpec[]): string[] {
  const queries = dashboards.flatMap(panelsOf).flatMap((panel) => panel.queries);
  const typed = queries.map(({ expr }) =>
    expr
      .replaceAll(/(?<=[{ ])(\w+)=~"\$\1"(, )?/g, '')
      .replaceAll(/, (?=\})/g, '')
      .replaceAll('{}', '')
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
