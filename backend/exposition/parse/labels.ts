import type { Dialect } from '../text.ts';
import type { Label } from './types.ts';

/** More than a catalogue can declare. */
const MAX_LABELS = 100;
const QUOTE = '"';
const labelName = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const escapes: Readonly<Record<string, string>> = { '\\': '\\', '"': '"', n: '\n' };

/** Where a line has been read to. */
export interface Cursor {
  readonly line: string;
  at: number;
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
export function skipBlanks(cursor: Cursor, dialect: Dialect): void {
  if (dialect === 'openmetrics') return;
  while (cursor.line[cursor.at] === ' ' || cursor.line[cursor.at] === '\t') cursor.at++;
}

/** Labels from `{` to `}`, or what is wrong with them. Blanks and a last comma are allowed in text only. */
export function readLabels(cursor: Cursor, dialect: Dialect): Label[] | string {
  const { line } = cursor;
  const skip = () => skipBlanks(cursor, dialect);
  const labels: Label[] = [];
  cursor.at++;
  skip();
  while (line[cursor.at] !== '}') {
    const name = take(cursor, labelName);
    if (name === undefined) return faultOfName(cursor);
    if (labels.some((one) => one.name === name)) return `has the label ${shorten(name)} twice`;
    if (labels.length === MAX_LABELS) return `has more than ${MAX_LABELS} labels`;
    skip();
    if (line[cursor.at++] !== '=') return `has no = after the label ${shorten(name)}`;
    skip();
    if (line[cursor.at++] !== QUOTE) return `has no quoted value for the label ${shorten(name)}`;
    const value = readQuoted(cursor, dialect);
    if (value === undefined) return `has no end, or an unknown escape, in the value of the label ${shorten(name)}`;
    labels.push({ name, value });
    skip();
    if (line[cursor.at] === '}') break;
    if (line[cursor.at++] !== ',') return `has neither a comma nor } after the label ${shorten(name)}`;
    skip();
    if (dialect === 'openmetrics' && line[cursor.at] === '}') {
      return 'has a comma after its last label, which OpenMetrics does not allow';
    }
  }
  cursor.at++;
  return labels;
}

function faultOfName({ line, at }: Cursor): string {
  if (at >= line.length) return 'ends inside of its labels';
  return 'has a label whose name Prometheus does not allow: letters, digits and underscores, no digit first';
}

/** The rest of a quoted value. OpenMetrics keeps a backslash before any other character, text has no such escapes. */
function readQuoted(cursor: Cursor, dialect: Dialect): string | undefined {
  const { line } = cursor;
  let value = '';
  for (;;) {
    const end = line.indexOf(QUOTE, cursor.at);
    if (end < 0) return undefined;
    const plain = line.slice(cursor.at, end);
    const backslash = plain.indexOf('\\');
    if (backslash < 0) {
      cursor.at = end + 1;
      return value + plain;
    }
    const escaped = line[cursor.at + backslash + 1] ?? '';
    const meant = escapes[escaped] ?? (dialect === 'openmetrics' ? `\\${escaped}` : undefined);
    if (meant === undefined) return undefined;
    value += plain.slice(0, backslash) + meant;
    cursor.at += backslash + 2;
  }
}

/** A name from the text as it is repeated in sentences. */
export function shorten(name: string): string {
  return name.length > 100 ? `${name.slice(0, 100)}…` : name;
}
