/** What somebody else wrote, made fit to be shown: in a problem, a log line, the audit log. */
import { forbiddenInNames } from '../../contract/names.ts';

/** Longest text of a claim that is shown, in characters. */
const SHOWN_LENGTH = 100;
/** Most values of a list that are shown. */
const SHOWN_VALUES = 3;

/** A value that somebody else wrote, short and printable. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return `"${printable(value, SHOWN_LENGTH)}"`;
  if (!Array.isArray(value)) return 'something that is no text';
  const values = value.slice(0, SHOWN_VALUES).map((one) => (Array.isArray(one) ? 'a list' : shown(one)));
  return [...values, ...(value.length > SHOWN_VALUES ? ['…'] : [])].join(', ') || 'nobody';
}

/** Text without what could mislead its reader, cut where it is too long. @param length in characters */
export function printable(text: string, length: number): string {
  const characters = Array.from(text.slice(0, 2 * length).toWellFormed());
  return characters
    .map((character) => (forbiddenInNames.test(character) ? '\ufffd' : character))
    .slice(0, length)
    .join('');
}
