/** A line that is no comment. */
import type { Dialect } from '../text.ts';
import { readLabels, shorten, skipBlanks, take, type Cursor } from './labels.ts';
import { isTimestamp, readNumber } from './number.ts';
import type { Label } from './types.ts';

const metricName = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const valueOfText = /[ \t]*([^ \t]+)(?:[ \t]+([^ \t]+))?[ \t]*$/y;
const valueOfOpenMetrics = / ([^ ]+)(?: ([^ #][^ ]*))?(?= # \{|$)/y;
const EXEMPLAR = ' # ';

export interface SampleLine {
  readonly name: string;
  readonly labels: readonly Label[];
  readonly value: number;
  readonly hasTimestamp: boolean;
}

/** The sample, or what is wrong with the line. */
export function readSample(line: string, dialect: Dialect): SampleLine | string {
  const cursor: Cursor = { line, at: 0 };
  skipBlanks(cursor, dialect);
  const name = take(cursor, metricName);
  if (name === undefined) return faultOfStart(line);
  const afterName = cursor.at;
  skipBlanks(cursor, dialect);
  let labels: readonly Label[] = [];
  if (line[cursor.at] === '{') {
    const found = readLabels(cursor, dialect);
    if (typeof found === 'string') return found;
    labels = found;
  } else if (cursor.at === afterName && line[cursor.at] !== ' ') {
    return cursor.at < line.length ? faultOfName(name) : `has no value after ${shorten(name)}`;
  }
  const found = readValue(cursor, dialect);
  if (typeof found === 'string') return found;
  const fault = dialect === 'openmetrics' ? exemplarFault(cursor) : undefined;
  return fault ?? { name, labels, ...found };
}

function readValue(cursor: Cursor, dialect: Dialect): Pick<SampleLine, 'value' | 'hasTimestamp'> | string {
  const expression = dialect === 'text' ? valueOfText : valueOfOpenMetrics;
  expression.lastIndex = cursor.at;
  const [whole, number, timestamp] = expression.exec(cursor.line) ?? [];
  if (whole === undefined || number === undefined) return 'has to end in a value, which is a number, and nothing else';
  const value = readNumber(number);
  if (value === undefined) return 'has a value that is no number';
  if (timestamp !== undefined && !isTimestamp(timestamp, dialect))
    return 'has something after its value that is no time';
  cursor.at += whole.length;
  return { value, hasTimestamp: timestamp !== undefined };
}

/** Exemplars are left out, but have to be right. */
function exemplarFault(cursor: Cursor): string | undefined {
  const { line } = cursor;
  if (cursor.at === line.length) return undefined;
  cursor.at += EXEMPLAR.length;
  const labels = readLabels(cursor, 'openmetrics');
  if (typeof labels === 'string') return `has an exemplar that cannot be read: it ${labels}`;
  const value = readValue(cursor, 'openmetrics');
  if (typeof value === 'string') return `has an exemplar that cannot be read: it ${value}`;
  return cursor.at === line.length ? undefined : 'has something after its exemplar';
}

function faultOfStart(line: string): string {
  if (line.startsWith('\ufeff')) return 'begins with a byte order mark: leave it out';
  return 'does not begin with a name that Prometheus allows: letters, digits, underscores and colons, no digit first';
}

function faultOfName(name: string): string {
  return `has neither a blank nor { after ${shorten(name)}: names are of letters, digits, underscores and colons`;
}
