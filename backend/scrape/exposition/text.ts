import { openMetricsName } from '../../../contract/catalogue.ts';
import type { ExposedFamily, LabelSet, Series } from './snapshot.ts';

/** The two ways of writing. text/plain 1.0.0 differs from 0.0.4 in names outside [a-zA-Z0-9_:] only, which no family has. */
export type Dialect = 'text' | 'openmetrics';

/** Writes one family's whole text from its series; nothing where there are none. */
export type FamilyWriter = (series: readonly Series[]) => string;

/** A writer that prepares the family's header and each series' `name{labels} ` once, and only adds values from then on. */
export function createFamilyWriter(family: ExposedFamily, dialect: Dialect): FamilyWriter {
  const head = familyHeader(family, dialect);
  const prepared = new WeakMap<LabelSet, readonly string[]>();
  return (series) => {
    if (series.length === 0) return '';
    // Joined, not added up: a kept text that is a tree of pieces would be walked again at every scrape.
    const parts = [head];
    for (const one of series) {
      let starts = prepared.get(one.labels);
      if (!starts) prepared.set(one.labels, (starts = lineStarts(family, one.labels, dialect)));
      const values = 'value' in one ? [one.value] : [...one.counts, one.sum, one.counts.at(-1) ?? 0];
      if (values.length !== starts.length) throw new TypeError(`${family.name}: a series does not fit its family`);
      for (let i = 0; i < values.length; i++) parts.push(starts[i] ?? '', formatValue(values[i] ?? 0), '\n');
    }
    return parts.join('');
  };
}

/** What stands before a family's series. */
export function familyHeader(family: Pick<ExposedFamily, 'name' | 'type' | 'help' | 'unit'>, dialect: Dialect): string {
  if (dialect === 'text') {
    const type = family.type === 'info' || family.type === 'stateset' ? 'gauge' : family.type;
    return `# HELP ${family.name} ${escapeHelp(family.help)}\n# TYPE ${family.name} ${type}\n`;
  }
  const name = openMetricsName(family);
  const unit = family.unit && name.endsWith(`_${family.unit}`) ? `# UNIT ${name} ${family.unit}\n` : '';
  return `# HELP ${name} ${escapeQuoted(family.help)}\n# TYPE ${name} ${family.type}\n${unit}`;
}

/** Everything of a series' lines up to the value: one line, or a histogram's buckets, sum and count. */
function lineStarts(family: ExposedFamily, labels: LabelSet, dialect: Dialect): string[] {
  const { name } = family;
  if (family.type !== 'histogram') {
    const total = dialect === 'openmetrics' && family.type === 'counter' ? `${openMetricsName(family)}_total` : name;
    return [lineStart(total, labels)];
  }
  const bounds = (family.buckets ?? []).map((bound) => (dialect === 'text' ? String(bound) : canonicalFloat(bound)));
  return [
    ...[...bounds, '+Inf'].map((le) => lineStart(`${name}_bucket`, { ...labels, le })),
    lineStart(`${name}_sum`, labels),
    lineStart(`${name}_count`, labels),
  ];
}

function lineStart(name: string, labels: LabelSet): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escapeQuoted(value)}"`);
  return pairs.length > 0 ? `${name}{${pairs.join(',')}} ` : `${name} `;
}

function formatValue(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

/** OpenMetrics' canonical numbers: 1.0, 0.25, 1e+06, 1e-05. */
function canonicalFloat(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) {
    return value.toExponential().replace(/\d+$/, (exponent) => exponent.padStart(2, '0'));
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeQuoted(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
