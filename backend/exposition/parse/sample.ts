/** A line that is no comment. */
import { readBraces, shorten, skipBlanks, take, type Cursor } from './labels.ts';
import { isTimestamp, readNumber } from './number.ts';
import type { Label, Syntax } from './types.ts';

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
export function readSample(line: string, syntax: Syntax): SampleLine | string {
  const { dialect, isLenient } = syntax;
  const cursor: Cursor = { line, at: 0 };
  skipBlanks(cursor, syntax);
  const before = take(cursor, metricName);
  if (before === undefined && !(isLenient && line[cursor.at] === '{')) return faultOfStart(line);
  const afterName = cursor.at;
  skipBlanks(cursor, syntax);
  let labels: readonly Label[] = [];
  let quoted: string | undefined;
  const hasBraces = line[cursor.at] === '{';
  if (hasBraces) {
    const found = readBraces(cursor, syntax);
    if (typeof found === 'string') return found;
    ({ labels, metric: quoted } = found);
  }
  if (before !== undefined && quoted !== undefined) return `has a second name, in quotes, beside ${shorten(before)}`;
  const name = before ?? quoted;
  if (name === undefined || name === '') return 'has no name';
  const isApart = hasBraces || cursor.at > afterName || line[cursor.at] === ' ';
  if (!isApart && cursor.at === line.length) return `has no value after ${shorten(name)}`;
  if (!isApart && !isLenient) return faultOfName(name);
  const found = readValue(cursor, dialect);
  if (typeof found === 'string') return isApart ? found : faultOfName(name);
  const fault = dialect === 'openmetrics' ? exemplarFault(cursor, syntax) : undefined;
  return fault ?? { name, labels, ...found };
}

function readValue(cursor: Cursor, dialect: Syntax['dialect']): Pick<SampleLine, 'value' | 'hasTimestamp'> | string {
  const expression = dialect === 'text' ? valueOfText : valueOfOpenMetrics;
  expression.lastIndex = cursor.at;
  const [whole, number, timestamp] = expression.exec(cursor.line) ?? [];
  if (whole === undefined || number === undefined) return 'has to end in a value, which is a number, and nothing else';
  const value = readNumber(number);
  if (value === undefined) return 'has a value that is no number';
  if (timestamp !== undefined && !isTimestamp(timestamp, dialect)) {
    return 'has something after its value that is no time';
  }
  cursor.at += whole.length;
  return { value, hasTimestamp: timestamp !== undefined };
}

/** Exemplars are left out, but have to be right. */
function exemplarFault(cursor: Cursor, syntax: Syntax): string | undefined {
  const { line } = cursor;
  if (cursor.at === line.length) return undefined;
  cursor.at += EXEMPLAR.length;
  const braces = readBraces(cursor, syntax, syntax.isLenient);
  if (typeof braces === 'string') return `has an exemplar that cannot be read: it ${braces}`;
  if (braces.metric !== undefined) return 'has an exemplar that cannot be read: it has a name';
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
