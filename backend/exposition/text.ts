/** An exposition as values (a snapshot), and how each part of it is written. */
import { openMetricsName, type Family } from '../../contract/catalogue-model.ts';

/** What of a family its text is made of. Which labels it may have was settled before. */
export type ExposedFamily = Pick<Family, 'name' | 'type' | 'help' | 'unit'> & { readonly buckets?: readonly number[] };

/** Label names and values of one series. A producer reuses the same object for the same series, so that text can be kept. */
export type LabelSet = Readonly<Record<string, string>>;

/** A gauge's or counter's series. */
export interface ValueSeries {
  readonly labels: LabelSet;
  readonly value: number;
}

/** A histogram's series. `counts` is cumulative: one per bucket of the family, then +Inf, which is the number of observations. */
export interface HistogramSeries {
  readonly labels: LabelSet;
  readonly counts: readonly number[];
  readonly sum: number;
}

export type Series = ValueSeries | HistogramSeries;

/** The series of one family at one moment; none where the family is absent. */
export interface FamilySnapshot {
  readonly family: ExposedFamily;
  readonly series: readonly Series[];
}

/**
 * Every family at one moment, in the order of the exposition. Immutable: what is the same object as before has the same
 * text as before.
 */
export type Snapshot = readonly FamilySnapshot[];

const noLabels: LabelSet = Object.freeze({});

/** A family without labels and its one value, for what only this request's caller may see. */
export function singleValue(family: ExposedFamily, value: number): FamilySnapshot {
  return { family, series: [{ labels: noLabels, value }] };
}

/** The two ways of writing. text/plain 1.0.0 differs from 0.0.4 in names outside [a-zA-Z0-9_:] only, which no family has. */
export type Dialect = 'text' | 'openmetrics';

/** Writes one family's whole text from its series; nothing where there are none. */
export type FamilyWriter = (series: readonly Series[]) => string;

/**
 * A writer that prepares the family's header and each series' `name{labels} ` once, and only adds values from then on. A
 * series that is the same object as the last time has the same text as the last time.
 */
export function createFamilyWriter(family: ExposedFamily, dialect: Dialect): FamilyWriter {
  const head = familyHeader(family, dialect);
  const prepared = new WeakMap<LabelSet, readonly string[]>();
  let last: readonly Series[] = [];
  let lines: readonly string[] = [];

  function linesOf(one: Series): string {
    let starts = prepared.get(one.labels);
    if (!starts) prepared.set(one.labels, (starts = lineStarts(family, one.labels, dialect)));
    const values = 'value' in one ? [one.value] : [...one.counts, one.sum, one.counts.at(-1) ?? 0];
    if (values.length !== starts.length) throw new TypeError(`${family.name}: a series does not fit its family`);
    let text = '';
    for (let i = 0; i < values.length; i++) text += `${starts[i] ?? ''}${formatValue(values[i] ?? 0)}\n`;
    return text;
  }

  return (series) => {
    if (series.length === 0) return '';
    const known = last;
    const before = lines;
    lines = series.map((one, position) => (one === known[position] ? (before[position] ?? '') : linesOf(one)));
    last = series;
    return head + lines.join('');
  };
}

/** What stands above a family's lines. */
export function familyHeader(family: Omit<ExposedFamily, 'buckets'>, dialect: Dialect): string {
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
  const { name, buckets = [] } = family;
  const pairs = labelPairs(Object.entries(labels));
  if (family.type !== 'histogram') return [lineStart(valueName(family, dialect), pairs)];
  return [
    ...[...buckets, Infinity].map((bound) =>
      lineStart(`${name}_bucket`, labelPairs([...Object.entries(labels), ['le', formatBound(bound, dialect)]])),
    ),
    lineStart(`${name}_sum`, pairs),
    lineStart(`${name}_count`, pairs),
  ];
}

/** What the line of a family that is not a histogram begins with. */
export function valueName(family: Pick<ExposedFamily, 'name' | 'type'>, dialect: Dialect): string {
  const isTotal = dialect === 'openmetrics' && family.type === 'counter';
  return isTotal ? `${openMetricsName(family)}_total` : family.name;
}

export function labelPair(label: string, value: string): string {
  return `${label}="${escapeQuoted(value)}"`;
}

/** Labels as they stand between the braces. */
export function labelPairs(labels: readonly (readonly [label: string, value: string])[]): string {
  return labels.map(([label, value]) => labelPair(label, value)).join(',');
}

/** Everything up to the value. */
export function lineStart(name: string, pairs: string): string {
  return pairs === '' ? `${name} ` : `${name}{${pairs}} `;
}

export function formatValue(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

/** The upper bound of a bucket, as the value of the label `le`. */
export function formatBound(bound: number, dialect: Dialect): string {
  return dialect === 'text' || !Number.isFinite(bound) ? formatValue(bound) : canonicalFloat(bound);
}

/** OpenMetrics' canonical numbers: 1.0, 0.25, 1e+06, 1e-05. */
function canonicalFloat(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) {
    return value.toExponential().replace(/(?<=[+-])\d$/, '0$&');
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

export function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

const escapable = /[\\"\n]/;

export function escapeQuoted(text: string): string {
  if (!escapable.test(text)) return text;
  return escapeHelp(text).replaceAll('"', '\\"');
}
