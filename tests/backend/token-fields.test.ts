import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nameProblem, NAME_MAX_LENGTH, parseTimestamp, Timestamp } from '../../contract/api.ts';
import { expiryField, nameField, timeField } from '../../backend/http/fields.ts';
import { newSecret } from '../../backend/tokens/model/token.ts';
import { Refusal } from '../../backend/http/refusal.ts';

const now = Date.parse('2027-01-01T00:00:00Z');

function refusalOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error instanceof Refusal ? { code: error.code, fields: error.errors?.map(({ field }) => field) } : error;
  }
}

describe('a name', () => {
  const good: [string, string][] = [
    ['a', 'one character'],
    ['a'.repeat(200), '200 characters'],
    ['🦊'.repeat(200), '200 characters outside the basic plane'],
    [`  ${'a'.repeat(200)}\t\n`, 'white space around 200 characters'],
    ['Überwachung – 監視 №1', 'letters of any script'],
    ["'; drop table scrape_tokens; --", 'SQL'],
    ['👩\u200d🔧', 'a zero-width joiner in an emoji'],
    ['می\u200cخواهم', 'a zero-width non-joiner in a word'],
    ['vst_ tokens of eyJ', 'the beginnings of secrets'],
    ['<script>alert(1)</script> %_\\', 'markup and wildcards'],
  ];
  test.each(good)('is taken: %#. %s', (name) => {
    expect(nameField(name)).toBe(name.trim());
  });

  const bad: [string, string][] = [
    ['', 'empty'],
    [' \t\n\u2028\ufeff', 'nothing but white space'],
    ['a'.repeat(201), '201 characters'],
    ['\u200b', 'nothing but a zero-width space'],
    ['\u200b\u200c\u200d\u2060\ufeff', 'nothing but characters of no width'],
    ['\u3164 \u115f\u1160\uffa0', 'nothing but Hangul fillers'],
    ['\u00ad\u034f\u180e\ufe0f\u{e0100}', 'nothing but what only changes others'],
    ['\u2800\u2800', 'nothing but blank Braille patterns'],
    ['🦊'.repeat(201), '201 characters outside the basic plane'],
    ['a\ud800b', 'half of a character, the first'],
    ['a\udc00', 'half of a character, the second'],
    [`for ${newSecret()}`, 'a pasted scrape token'],
    ['eyJhbGciOiJFZERTQSJ9.eyJyb2xlIjoiYWRtaW4ifQ.c2lnbmF0dXJl', 'a pasted JWT'],
    ...[0x00, 0x07, 0x09, 0x0a, 0x0d, 0x1b, 0x1f, 0x7f, 0x80, 0x85, 0x9f].map(control),
    ...[0x2028, 0x2029, 0x061c, 0x200e, 0x200f, 0x202a, 0x202e, 0x2066, 0x2069].map(control),
  ];
  function control(code: number): [string, string] {
    return [`a${String.fromCodePoint(code)}b`, `U+${code.toString(16).padStart(4, '0')} inside`];
  }
  test.each(bad.map(([name, why]) => [why, name]))('is refused: %s', (_why, name) => {
    expect(refusalOf(() => nameField(name))).toEqual({ code: 'invalid_request', fields: ['name'] });
  });

  test('is judged by code points after trimming, whatever it is made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 260 }), (name) => {
        const tooLong = [...name.trim()].length > NAME_MAX_LENGTH;
        if (name.trim() === '' || tooLong) expect(nameProblem(name)).toBeTypeOf('string');
        else if (!/\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|\p{Default_Ignorable_Code_Point}/u.test(name))
          expect(nameProblem(name)).toBeUndefined();
      }),
    );
  });
});

describe('an expiry', () => {
  const good: [string, string][] = [
    ['2027-01-01T00:00:00.001Z', 'a millisecond ahead'],
    ['2027-01-01T00:30+00:00', 'without seconds'],
    ['2027-01-01T01:00:01+01:00', 'a second ahead, by its offset'],
    ['2026-12-31T23:00:01-01:30', 'of yesterday, but ahead by its offset'],
    ['2028-02-29T12:00:00Z', 'on a leap day'],
    ['2027-06-01T00:00:00.123456789Z', 'with nanoseconds'],
    ['9999-12-31T23:59:59Z', 'at the end of the calendar'],
  ];
  test.each(good)('is taken: %s (%s)', (text) => {
    expect(expiryField(text, now)).toBe(Date.parse(text));
  });

  test('may be left out', () => {
    expect(expiryField(undefined, now)).toBeNull();
    expect(expiryField(null, now)).toBeNull();
  });

  const past = [
    '2027-01-01T00:00:00Z',
    '2026-12-31T23:59:59.999Z',
    '2027-01-01T00:59:59+01:00',
    '1970-01-01T00:00:00Z',
  ];
  test.each(past)('that is not in the future is refused as such: %s', (text) => {
    expect(refusalOf(() => expiryField(text, now))).toEqual({ code: 'expiry_in_the_past', fields: ['expiresAt'] });
  });

  const bad: [string, string][] = [
    ['2027-06-01T00:00:00', 'no offset'],
    ['2027-06-01', 'no time'],
    ['2027-02-30T00:00:00Z', 'no such day'],
    ['2027-02-29T00:00:00Z', 'no leap year'],
    ['2027-04-31T00:00:00+02:00', 'no such day, with an offset'],
    ['2027-13-01T00:00:00Z', 'no such month'],
    ['2027-00-10T00:00:00Z', 'month zero'],
    ['2027-06-00T00:00:00Z', 'day zero'],
    ['2027-06-01T25:00:00Z', 'no such hour'],
    ['2027-06-01T00:60:00Z', 'no such minute'],
    ['2027-06-01T00:00:60Z', 'a leap second'],
    ['2027-06-01T00:00:00+24:00', 'no such offset'],
    ['2027-06-01T00:00:00+0100', 'an offset without colon'],
    ['2027-06-01 00:00:00Z', 'a space instead of T'],
    ['2027-06-01T00:00:00z', 'a small z'],
    ['+012027-06-01T00:00:00Z', 'six digits of a year'],
    ['9999-12-31T23:59:59-00:01', 'a year of five digits, by its offset'],
    ['1800000000000', 'a number'],
    ['tomorrow', 'a word'],
    ['', 'nothing'],
    ['2027-06-01T00:00:00Z\n', 'a line break at its end'],
    ['２０２７-06-01T00:00:00Z', 'digits of another script'],
  ];
  test.each(bad)('is refused: %s (%s)', (text) => {
    expect(refusalOf(() => expiryField(text, now))).toEqual({ code: 'invalid_request', fields: ['expiresAt'] });
  });
});

test('every time that is understood can be shown again by the rules for times', () => {
  const shape = new RegExp((Timestamp as { pattern?: string }).pattern ?? 'none');
  const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
  const text = fc
    .tuple(digits(4), digits(2), digits(2), digits(2), digits(2), fc.constantFrom('Z', '+14:00', '-23:59'))
    .map(([year, month, day, hour, minute, offset]) => `${year}-${month}-${day}T${hour}:${minute}${offset}`);
  const likely = fc
    .tuple(
      fc.date({ min: new Date('0001-01-01T00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
    )
    .map(([date]) => date.toISOString());
  fc.assert(
    fc.property(fc.oneof(text, likely), (given) => {
      const epochMs = parseTimestamp(given);
      if (epochMs === undefined) return;
      expect(new Date(epochMs).toISOString()).toMatch(shape);
      expect(timeField('from', given)).toBe(epochMs);
    }),
    { numRuns: 3000, examples: [['9999-12-31T23:59:59-23:59'], ['0001-01-01T00:00:00+23:59']] },
  );
});
