/** An exposition as values (a snapshot), and its text. */
import { openMetricsName, type Family } from '../../contract/catalogue-model.ts';
import type { ExpositionFormat } from './negotiate.ts';

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

/** Every family at one moment, in the order of the exposition. Immutable. */
export type Snapshot = readonly FamilySnapshot[];

const noLabels: LabelSet = Object.freeze({});

/** A family without labels and its one value, for what only this request's caller may see. */
export function singleValue(family: ExposedFamily, value: number): FamilySnapshot {
  return { family, series: [{ labels: noLabels, value }] };
}

/** The two ways of writing. text/plain 1.0.0 differs from 0.0.4 in names outside [a-zA-Z0-9_:] only, which no family has. */
export type Dialect = 'text' | 'openmetrics';

export interface Renderer {
  /**
   * The whole exposition text of a snapshot. `extra` families, which only this caller may see, come last (before
   * OpenMetrics' `# EOF`) and leave nothing behind.
   */
  render(snapshot: Snapshot, format: ExpositionFormat, extra?: readonly FamilySnapshot[]): string;
  /** The same with families of other systems behind it, which are text already. */
  renderWith(
    snapshot: Snapshot,
    format: ExpositionFormat,
    extra: readonly FamilySnapshot[],
    ready: (dialect: Dialect) => readonly Buffer[],
  ): Buffer;
}

/** What was written last of one family, in one dialect. */
interface Written {
  readonly write: FamilyWriter;
  readonly series: readonly Series[];
  readonly text: string;
}

/** A renderer that writes a family's text again only when its series changed since it wrote that dialect last. */
export function createRenderer(createWriter: typeof createFamilyWriter = createFamilyWriter): Renderer {
  const caches: Record<Dialect, WeakMap<ExposedFamily, Written>> = { text: new WeakMap(), openmetrics: new WeakMap() };

  function familyText({ family, series }: FamilySnapshot, dialect: Dialect): string {
    const written = caches[dialect].get(family);
    if (written && sameSeries(written.series, series)) return written.text;
    const write = written?.write ?? createWriter(family, dialect);
    const text = write(series);
    caches[dialect].set(family, { write, series, text });
    return text;
  }

  function allText(snapshot: Snapshot, dialect: Dialect, extra: readonly FamilySnapshot[]): string {
    let text = '';
    for (const one of snapshot) text += familyText(one, dialect);
    for (const { family, series } of extra) text += createWriter(family, dialect)(series);
    return text;
  }

  return {
    render(snapshot, format, extra = []) {
      const dialect = dialectOf(format);
      return `${allText(snapshot, dialect, extra)}${ends[dialect]}`;
    },
    renderWith(snapshot, format, extra, ready) {
      const dialect = dialectOf(format);
      const own = Buffer.from(allText(snapshot, dialect, extra));
      return Buffer.concat([own, ...ready(dialect), Buffer.from(ends[dialect])]);
    },
  };
}

const ends: Readonly<Record<Dialect, string>> = { text: '', openmetrics: '# EOF\n' };

function dialectOf(format: ExpositionFormat): Dialect {
  return format === 'openmetrics-1.0.0' ? 'openmetrics' : 'text';
}

/** Whether two lists of series have the same label sets (by identity) and the same values. */
export function sameSeries(one: readonly Series[], other: readonly Series[]): boolean {
  if (one === other) return true;
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) {
    const a = one[i];
    const b = other[i];
    if (!a || !b || a.labels !== b.labels || !sameValue(a, b)) return false;
  }
  return true;
}

function sameValue(a: Series, b: Series): boolean {
  if ('value' in a) return 'value' in b && Object.is(a.value, b.value);
  if ('value' in b || a.counts.length !== b.counts.length || !Object.is(a.sum, b.sum)) return false;
  for (let i = 0; i < a.counts.length; i++) if (a.counts[i] !== b.counts[i]) return false;
  return true;
}

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
    return value.toExponential().replace(/\d+$/, (exponent) => exponent.padStart(2, '0'));
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
