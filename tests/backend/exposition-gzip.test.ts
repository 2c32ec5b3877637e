import { gunzipSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deflated as deflatedPart, gzipOf, stored as storedPart } from '../../backend/exposition/gzip.ts';

const stored = (text: string) => storedPart(Buffer.from(text));
const deflated = (text: string) => deflatedPart(Buffer.from(text));

const anyText = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme', minLength: 500 }));

test('stored and deflated parts in any order are one gzip of their texts', () => {
  const part = fc.tuple(anyText, fc.boolean());
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const zipped = gzipOf(parts.map(([text, keep]) => (keep ? deflated(text) : stored(text))));
      expect(gunzipSync(zipped).toString()).toBe(parts.map(([text]) => text).join(''));
      // One member, and nothing behind it: many readers stop at the first.
      expect(inflateRawSync(zipped.subarray(10), { info: true })).toMatchObject({
        engine: { bytesWritten: zipped.length - 18 },
      });
    }),
  );
});

test('a part that is kept can stand in many texts', () => {
  const kept = deflated('kept '.repeat(100));
  for (const first of ['one ', 'another ']) {
    expect(gunzipSync(gzipOf([stored(first), kept, kept])).toString()).toBe(first + 'kept '.repeat(200));
  }
});

test('a text too long for one stored block is deflated', () => {
  for (const length of [65_535, 65_536, 200_000]) {
    const text = 'x'.repeat(length);
    expect(gunzipSync(gzipOf([stored(text)])).toString()).toBe(text);
  }
});
