import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor, page } from '../../backend/lib/pagination.ts';
import { refusalOf } from '../../backend/http/refusal.ts';

const code = (work: () => unknown) => {
  try {
    return work();
  } catch (error) {
    return refusalOf(error)?.code ?? error;
  }
};

test('a cursor gives back the key and id that went into it, and fits into a URL', () => {
  fc.assert(
    fc.property(fc.string(), fc.oneof(fc.string(), fc.integer()), fc.string(), (listing, key, id) => {
      const text = encodeCursor({ listing, key, id });
      expect(text).toMatch(/^[\w-]+$/);
      expect(decodeCursor(text, listing, typeof key as 'string' | 'number')).toEqual({ key, id });
    }),
  );
});

test('a cursor belongs to one listing and one type of key', () => {
  const text = encodeCursor({ listing: 'a', key: 1, id: 'x' });
  expect(code(() => decodeCursor(text, 'b', 'number'))).toBe('invalid_cursor');
  expect(code(() => decodeCursor(text, 'a', 'string'))).toBe('invalid_cursor');
});

test('no cursor is the first page', () => {
  expect(decodeCursor(undefined, 'a', 'number')).toBeUndefined();
});

test('whatever else is sent as a cursor is refused as such, and nothing else is thrown', () => {
  const json = fc.json().map((text) => Buffer.from(text).toString('base64url'));
  fc.assert(
    fc.property(fc.oneof(fc.string(), json, fc.base64String()), (text) => {
      expect(code(() => decodeCursor(text, 'a listing', 'string'))).toBe('invalid_cursor');
    }),
    { numRuns: 2000 },
  );
  const infinite = Buffer.from('["a",1e999,"x"]').toString('base64url');
  expect(code(() => decodeCursor(infinite, 'a', 'number'))).toBe('invalid_cursor');
});

test('a page is followed by another only where a row more was found', () => {
  const cursorOf = (id: string) => ({ listing: 'a', key: 1, id });
  expect(page([], 2, cursorOf)).toEqual({ rows: [], nextCursor: null });
  expect(page(['x', 'y'], 2, cursorOf)).toEqual({ rows: ['x', 'y'], nextCursor: null });
  const cut = page(['x', 'y', 'z'], 2, cursorOf);
  expect(cut.rows).toEqual(['x', 'y']);
  expect(decodeCursor(cut.nextCursor ?? '', 'a', 'number')).toEqual({ key: 1, id: 'y' });
});
