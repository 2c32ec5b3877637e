/** The pieces that the schemas of requests and answers are made of. */
import Type, { type Static, type TSchema } from 'typebox';

export const closed = { additionalProperties: false } as const;

export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const oneOf = <const T extends readonly string[]>(values: T) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values] });

/** A field that may be left out, and then has this value for whoever reads it. Not spread: TypeBox hides what a schema is. */
export const usually = <T extends TSchema>(schema: T, value: Static<T>): T =>
  Type.Optional(Type.With(schema, { default: value })) as unknown as T;

/** All but U+0000 and halves of characters. Written without escapes, which each validator reads in its own way. */
const CHARACTERS = '[\u0001-\ud7ff\ue000-\u{10ffff}]';
/** A text in a query, of so many characters at most. */
export const queryText = (maxLength: number, description: string, minLength = 1) =>
  Type.String({ pattern: `^${CHARACTERS}*$`, minLength, maxLength, description });

/** The year 0000 is none that every reader knows. */
const YEAR = '(\\d{3}[1-9]|\\d{2}[1-9]\\d|\\d[1-9]\\d{2}|[1-9]\\d{3})';
const DAY = '((0[13578]|1[02])-(0[1-9]|[12]\\d|3[01])|(0[469]|11)-(0[1-9]|[12]\\d|30)|02-(0[1-9]|[12]\\d))';
const MINUTES = '([01]\\d|2[0-3]):[0-5]\\d';
/** With 24:00 for the end of a day. */
const TIME = `(${MINUTES}(:[0-5]\\d(\\.\\d{1,9})?)?|24:00(:00(\\.0{1,9})?)?)`;
/** ISO 8601 with an offset, as every time in the API. */
export const Timestamp = Type.String({
  pattern: `^${YEAR}-${DAY}T${TIME}(Z|[+-]${MINUTES})$`,
  maxLength: 40,
  description: 'ISO 8601 date and time with an offset, for instance 2027-01-31T00:00:00Z',
});

export const Name = Type.String({ minLength: 1, maxLength: 1000, description: 'Up to 200 characters after trimming' });

/** Paging by keyset: how many, and where the page before ended. */
export const Limit = usually(Type.Integer({ minimum: 1, maximum: 200 }), 50);
export const Cursor = Type.String({
  pattern: '^[A-Za-z0-9_-]+$',
  maxLength: 2048,
  description: 'nextCursor of the page before, as it was given',
});
