import type { Label, Syntax } from './types.ts';

/** More than a catalogue can declare. */
const MAX_LABELS = 100;
const QUOTE = '"';
const labelName = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const escapedValue = /(?:[^"\\]|\\.)*"/sy;
const withKnownEscapes = /^(?:[^\\]|\\[\\"n])*$/;
const escapes: Readonly<Record<string, string>> = { '\\': '\\', '"': '"', n: '\n' };

/** Where a line has been read to. */
export interface Cursor {
  readonly line: string;
  at: number;
}

/** What stands between braces. */
export interface Braces {
  readonly labels: readonly Label[];
  /** The sample's own name, where it stands there in quotes. */
  readonly metric: string | undefined;
}

/** Moves over what the expression matches at the cursor. @param expression sticky */
export function take(cursor: Cursor, expression: RegExp): string | undefined {
  expression.lastIndex = cursor.at;
  if (!expression.test(cursor.line)) return undefined;
  const from = cursor.at;
  cursor.at = expression.lastIndex;
  return cursor.line.slice(from, cursor.at);
}

/** Moves over blanks, which may stand between any two parts of a line in text, and nowhere in OpenMetrics. */
export function skipBlanks(cursor: Cursor, { dialect }: Syntax): void {
  if (dialect === 'openmetrics') return;
  while (cursor.line[cursor.at] === ' ' || cursor.line[cursor.at] === '\t') cursor.at++;
}

/**
 * What stands from `{` to `}`, or what is wrong with it. Blanks are allowed in text only, and so is a last comma. Prometheus
 * takes that comma in both, text without commas, and names in quotes.
 * @param mayRepeat whether a label may come twice
 */
export function readBraces(cursor: Cursor, syntax: Syntax, mayRepeat = false): Braces | string {
  const { line } = cursor;
  const { dialect, isLenient } = syntax;
  const skip = () => skipBlanks(cursor, syntax);
  const labels: Label[] = [];
  let metric: string | undefined;
  cursor.at++;
  skip();
  while (line[cursor.at] !== '}') {
    const isQuoted = isLenient && line[cursor.at] === QUOTE;
    const name = isQuoted ? readQuoted(cursor, syntax) : take(cursor, labelName);
    if (name === undefined) return faultOfName(cursor);
    skip();
    const isMetric = isQuoted && (line[cursor.at] === ',' || line[cursor.at] === '}');
    if (isMetric) {
      if (metric !== undefined) return 'has two names in quotes';
      metric = name;
    } else {
      if (!mayRepeat && labels.some((one) => one.name === name)) return `has the label ${shorten(name)} twice`;
      if (labels.length === MAX_LABELS) return `has more than ${MAX_LABELS} labels`;
      if (line[cursor.at++] !== '=') return `has no = after the label ${shorten(name)}`;
      skip();
      if (line[cursor.at] !== QUOTE) return `has no quoted value for the label ${shorten(name)}`;
      const value = readQuoted(cursor, syntax);
      if (value === undefined) return `has no end, or an unknown escape, in the value of the label ${shorten(name)}`;
      labels.push({ name, value });
      skip();
    }
    if (line[cursor.at] === '}') break;
    if (line[cursor.at] === ',') cursor.at++;
    else if (!isLenient || dialect === 'openmetrics') {
      return `has neither a comma nor } after the label ${shorten(name)}`;
    }
    skip();
    if (!isLenient && dialect === 'openmetrics' && line[cursor.at] === '}') {
      return 'has a comma after its last label, which OpenMetrics does not allow';
    }
  }
  cursor.at++;
  return { labels, metric };
}

function faultOfName({ line, at }: Cursor): string {
  if (at >= line.length) return 'ends inside of its labels';
  return 'has a label whose name Prometheus does not allow: letters, digits and underscores, no digit first';
}

/** What stands in quotes. OpenMetrics and Prometheus keep a backslash before any other character, text has none there. */
export function readQuoted(cursor: Cursor, { dialect, isLenient }: Syntax): string | undefined {
  cursor.at++;
  const end = cursor.line.indexOf(QUOTE, cursor.at);
  if (end < 0) return undefined;
  const plain = cursor.line.slice(cursor.at, end);
  if (!plain.includes('\\')) {
    cursor.at = end + 1;
    return plain;
  }
  const escaped = take(cursor, escapedValue)?.slice(0, -1);
  if (escaped === undefined) return undefined;
  const isAllowed = isLenient || dialect === 'openmetrics' || withKnownEscapes.test(escaped);
  if (!isAllowed) return undefined;
  return escaped.replace(/\\(.)/gs, (whole, character: string) => escapes[character] ?? whole);
}

/** A name from the text as it is repeated in sentences. */
export function shorten(name: string): string {
  return name.length > 100 ? `${name.slice(0, 100)}…` : name;
}
