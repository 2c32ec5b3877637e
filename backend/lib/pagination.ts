import Type from 'typebox';
import { Value } from 'typebox/value';

/** Where a page ended: the listing it belongs to, the sort key of the last row and that row's id. */
export interface Cursor {
  readonly listing: string;
  readonly key: string | number;
  readonly id: string;
}

const CursorShape = Type.Tuple([Type.String(), Type.Union([Type.String(), Type.Number()]), Type.String()]);

export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify([cursor.listing, cursor.key, cursor.id])).toString('base64url');
}

/** Thrown for a text that is no cursor of the listing. */
export class InvalidCursorError extends Error {
  override name = 'InvalidCursorError';
}

/** @throws InvalidCursorError where the text is not a cursor of this listing. */
export function decodeCursor<Key extends 'string' | 'number'>(
  text: string | undefined,
  listing: string,
  keyType: Key,
): { key: Key extends 'string' ? string : number; id: string } | undefined {
  if (text === undefined) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    throw new InvalidCursorError();
  }
  if (!Value.Check(CursorShape, parsed)) throw new InvalidCursorError();
  const [of, key, id] = parsed;
  if (of !== listing || typeof key !== keyType) throw new InvalidCursorError();
  return { key: key as Key extends 'string' ? string : number, id };
}

export interface Page<Row> {
  readonly rows: Row[];
  readonly nextCursor: string | null;
}

/** Splits what was read (one row more than asked for) into a page and the cursor of the next one. */
export function page<Row>(rows: Row[], limit: number, cursorOf: (last: Row) => Cursor): Page<Row> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { rows: shown, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(cursorOf(last)) : null };
}
