/** Names of families and labels: what Prometheus allows, and what its conventions ask for. */
import { baseUnits, openMetricsName, sampleNames, type Family } from '../../../contract/catalogue-model.ts';
import { NAMESPACE } from '../../../contract/metrics.ts';
import { targetLabels } from '../../../contract/promql.ts';
import type { Path, FindingCollector } from '../../lib/finding.ts';
import type { CatalogueFile } from '../file/schema.ts';

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const firstWord = /^[a-zA-Z][a-zA-Z0-9]*(_[a-zA-Z0-9]+)*$/;
const otherUnits =
  /_(milliseconds?|ms|microseconds?|us|nanoseconds?|ns|minutes?|hours?|days?|kilobytes?|kb|megabytes?|mb|gigabytes?|gb|terabytes?|tb|bits?|percent|pct)(_|$)/;

export function lintNames(
  file: CatalogueFile,
  families: Readonly<Record<string, Family>>,
  report: FindingCollector,
): void {
  lintNamespaces(file, report);
  const prefixes = [file.namespace, ...(file.prefixes ?? [])];
  const taken = new Map<string, string>();
  for (const family of Object.values(families)) {
    const place = { path: ['families', family.name], on: 'key' } as const;
    if (!metricName.test(family.name)) {
      report.error(
        'metric-name',
        place,
        'is not a name that Prometheus allows: letters, digits and underscores, no digit first',
      );
      continue;
    }
    if (family.name.startsWith('__'))
      report.error('metric-name', place, 'begins with __, which Prometheus keeps for itself');
    if (!prefixes.some((prefix) => family.name.startsWith(`${prefix}_`))) {
      report.error(
        'namespace',
        place,
        `is outside of ${prefixes.map((prefix) => `${prefix}_`).join(', ')}: add to \`prefixes\` what else it may begin with`,
      );
    }
    lintCollisions(family, taken, report);
    lintConventions(family, report);
  }
}

function lintNamespaces({ namespace, prefixes = [] }: CatalogueFile, report: FindingCollector): void {
  const all: [string, Path][] = [
    [namespace, ['namespace']],
    ...prefixes.map((one, index): [string, Path] => [one, ['prefixes', index]]),
  ];
  for (const [word, path] of all) {
    if (!firstWord.test(word))
      report.error(
        'namespace',
        { path },
        'has to be letters, digits and single underscores, as the first word of a name',
      );
    if (`${word}_`.startsWith(`${NAMESPACE}_`) || NAMESPACE.startsWith(`${word}_`)) {
      report.error('clash', { path }, `is the appliance's own namespace, or holds it (${NAMESPACE})`);
    }
  }
}

/** Two families may not show samples by the same name; where only OpenMetrics calls both the same, scrapers put up with it. */
function lintCollisions(family: Family, taken: Map<string, string>, report: FindingCollector): void {
  const place = { path: ['families', family.name], on: 'key' } as const;
  const openMetrics = openMetricsName(family);
  const samples = [family.name, ...sampleNames(family), ...(family.type === 'counter' ? [`${openMetrics}_total`] : [])];
  const clashing = samples.find((name) => taken.has(name));
  if (clashing !== undefined) {
    const what = `shows ${clashing} on the wire, as ${taken.get(clashing) ?? ''} does: one of them needs another name`;
    report.error('duplicate-family', place, what);
  } else if (!samples.includes(openMetrics) && taken.has(openMetrics)) {
    report.warning('naming', place, `is called ${openMetrics} in OpenMetrics, as ${taken.get(openMetrics) ?? ''} is`);
  }
  for (const name of samples) taken.set(name, family.name);
}

/** Published names are what they are, so these are warnings. */
function lintConventions({ name, type, unit, labels }: Family, report: FindingCollector): void {
  const base = name.replace(/_total$/, '');
  const found = otherUnits.exec(name)?.[1];
  const rules: [broken: boolean, sentence: string][] = [
    [name.endsWith('_total') && type !== 'counter', `ends in _total, which only counters should; it is a ${type}`],
    [!name.endsWith('_total') && type === 'counter', 'is a counter and should end in _total'],
    [!name.endsWith('_info') && type === 'info', 'is an info and should end in _info'],
    [/_(bucket|sum|count|created)$/.test(base), 'ends as the samples of histograms and of OpenMetrics do'],
    [unit !== undefined && !base.endsWith(`_${unit}`), `should end in its unit, _${unit ?? ''}`],
    [
      found !== undefined,
      `names ${found ?? ''}, which is no base unit: Prometheus prefers ${baseUnits.slice(0, 3).join(', ')} …`,
    ],
    [base.endsWith('_timestamp'), 'should end in _timestamp_seconds'],
    [name.includes(':'), 'has a colon, which is for recording rules'],
    [/[a-z][A-Z]/.test(name), 'should be written in snake_case'],
  ];
  for (const [broken, sentence] of rules) {
    if (broken) report.warning('naming', { path: ['families', name], on: 'key' }, sentence);
  }
  for (const label of targetLabels) {
    if (Object.keys(labels).includes(label)) {
      report.warning(
        'naming',
        { path: ['families', name, 'labels', label], on: 'key' },
        `Prometheus has a label by this name and will call this one exported_${label}: queries have to, too`,
      );
    }
  }
}
