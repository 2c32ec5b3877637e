/** What a line of an exposition is put together from. */
import { openMetricsName } from '../../contract/catalogue-model.ts';
import type { ExposedFamily } from './snapshot.ts';

/** The two ways of writing. text/plain 1.0.0 differs from 0.0.4 in names outside [a-zA-Z0-9_:] only, which no family has. */
export type Dialect = 'text' | 'openmetrics';

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
