/** Queries: they are PromQL, and speak of nothing but what the catalogue declares. */
import type { Path, FindingCollector } from '../../lib/finding.ts';
import { parseExpression, type Located, type Expression, type Matcher, type Selector } from '../promql/expression.ts';
import type { MetricIndex } from '../promql/metric-index.ts';

export interface Query {
  readonly expr: string;
  readonly path: Path;
  readonly of: 'dashboard' | 'alert';
  /** Variables that it may follow. */
  readonly variables: readonly string[];
}

/** Functions that look at samples over a time. */
const overTime =
  /^((i|p)?rate|irate|increase|i?delta|changes|resets|deriv|predict_linear|holt_winters|double_exponential_smoothing|absent_over_time|\w+_over_time)$/;
const ofCounters = new Set(['rate', 'irate', 'increase', 'resets']);

/** @returns labels that the query's answer can have, or nothing where that cannot be told */
export function lintQuery(
  query: Query,
  metrics: MetricIndex,
  report: FindingCollector,
): ReadonlySet<string> | undefined {
  const { expr, path, of, variables } = query;
  const expression = parseExpression(expr, of);
  if (expression.problem) {
    report.error('promql', { path, offset: expression.problem.offset }, expression.problem.value);
    return undefined;
  }
  for (const [name, variable] of expr.matchAll(/\$\{?(\w+)/g)) {
    if (of === 'dashboard' && (variables.includes(variable ?? '') || variable?.startsWith('__'))) continue;
    report.error(
      'unknown-variable',
      { path, offset: expr.indexOf(name) },
      `there is no variable ${variable ?? ''} here`,
    );
  }
  for (const one of expression.selectors) lintSelector(one, query, metrics, report);
  for (const offset of expression.lostBuckets) {
    report.error('lost-buckets', { path, offset }, 'adds the buckets up: histogram_quantile needs `by (le)` here');
  }
  const isKnown = expression.selectors.every(({ value }) => metrics.has(value.name ?? ''));
  return isKnown ? lintGroupings(expression, query, metrics, report) : undefined;
}

function lintSelector(
  { value, offset }: Located<Selector>,
  { path }: Query,
  metrics: MetricIndex,
  report: FindingCollector,
): void {
  const { name, matchers, hasRange, takenBy } = value;
  const place = { path, offset };
  if (name === undefined)
    return report.error('unknown-family', place, 'names no family: write its name before the braces');
  if (!metrics.has(name)) {
    const isHistogram = metrics.has(`${name}_bucket`);
    const why = isHistogram
      ? 'is a histogram, which shows _bucket, _sum and _count only'
      : 'is no family of this catalogue';
    return report.error('unknown-family', place, `${name} ${why}`);
  }
  for (const one of matchers) lintMatcher(one, name, path, metrics, report);
  if (takenBy === undefined) return;
  if (overTime.test(takenBy) && !hasRange)
    report.error('promql', place, `${takenBy} needs a time, such as ${name}[5m]`);
  const family = metrics.familyOf(name);
  if (ofCounters.has(takenBy) && family && family.type !== 'counter' && family.type !== 'histogram') {
    report.warning('rate-of-gauge', place, `${takenBy} is for counters; ${name} is a ${family.type}`);
  }
}

function lintMatcher(
  { value, offset }: Located<Matcher>,
  name: string,
  path: Path,
  metrics: MetricIndex,
  report: FindingCollector,
): void {
  const { label, operator, value: text } = value;
  if (!metrics.labelsOf(name).has(label)) {
    return report.error(
      'unknown-label',
      { path, offset },
      `${name} has no label ${label}: it has ${joined(metrics.labelsOf(name))}`,
    );
  }
  const values = metrics.valuesOf(name, label);
  const isPattern = operator.endsWith('~');
  if (!values || text.includes('$') || (isPattern && !/^[\w|-]*$/.test(text))) return;
  for (const asked of isPattern ? text.split('|') : [text]) {
    if (asked !== '' && !values.includes(asked)) {
      report.error(
        'unknown-value',
        { path, offset },
        `${label} is never ${JSON.stringify(asked)}: it is one of ${values.join(', ')}`,
      );
    }
  }
}

function lintGroupings(
  expression: Expression,
  { path }: Query,
  metrics: MetricIndex,
  report: FindingCollector,
): ReadonlySet<string> {
  const names = expression.selectors.map(({ value }) => value.name ?? '');
  const known = new Set([...names.flatMap((name) => [...metrics.labelsOf(name)]), ...expression.madeLabels]);
  for (const { value, offset } of expression.groupings) {
    if (!known.has(value)) {
      report.error('unknown-label', { path, offset }, `nothing here has a label ${value}: there is ${joined(known)}`);
    }
  }
  return expression.keptLabels ? new Set(expression.keptLabels) : known;
}

export function joined(words: ReadonlySet<string>): string {
  return words.size === 0 ? 'none' : [...words].join(', ');
}
