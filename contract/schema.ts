/** The pieces that the schemas of requests and answers are made of. */
import Type, { type TSchema } from 'typebox';

export const closed = { additionalProperties: false } as const;

export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const oneOf = <const T extends readonly string[]>(values: T) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values] });

/** ISO 8601 with an offset, as every time in the API. */
export const Timestamp = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,9})?)?(Z|[+-]\\d{2}:\\d{2})$',
  maxLength: 40,
  description: 'ISO 8601 date and time with an offset, for instance 2027-01-31T00:00:00Z',
});

export const Name = Type.String({ minLength: 1, maxLength: 1000, description: 'Up to 200 characters after trimming' });

/** Paging by keyset: how many, and where the page before ended. */
export const Limit = Type.Integer({ minimum: 1, maximum: 200, default: 50 });
export const Cursor = Type.String({ minLength: 1, maxLength: 2048 });
