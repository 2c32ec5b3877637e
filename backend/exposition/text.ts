import { openMetricsName } from '../../contract/catalogue-model.ts';
import {
  escapeHelp,
  escapeQuoted,
  formatBound,
  formatValue,
  labelPairs,
  lineStart,
  valueName,
  type Dialect,
} from './lines.ts';
import type { ExposedFamily, LabelSet, Series } from './snapshot.ts';

export type { Dialect } from './lines.ts';

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
