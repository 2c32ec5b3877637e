import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashSecret, inspectSecret, newSecret, publicPrefix } from '../../backend/tokens/model/token.ts';

const secret = fc.nat().map(() => newSecret());
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'.split('');

test('a new token is vst_ and 49 base62 characters, and is well formed', () => {
  fc.assert(
    fc.property(secret, (text) => {
      expect(text).toMatch(/^vst_[0-9A-Za-z]{49}$/);
      expect(inspectSecret(text)).toBe('well_formed');
    }),
    { numRuns: 500 },
  );
});

test('no two tokens are the same, and each of the 43 random places takes every character', () => {
  const texts = Array.from({ length: 5000 }, () => newSecret());
  expect(new Set(texts).size).toBe(5000);
  // The first place holds the number's top: 62^43 is larger than 2^256, so not every character can stand there.
  for (let place = 5; place < 4 + 43; place++) {
    expect(new Set(texts.map((text) => text[place])).size).toBe(62);
  }
});

test('the checksum is the CRC-32 that other languages compute', () => {
  // python3: zlib.crc32(b'vst_' + b'0' * 43) is 3109742735, in base62 3OSA8t
  expect(inspectSecret(`vst_${'0'.repeat(43)}3OSA8t`)).toBe('well_formed');
});

test('every single wrong character is told from an unknown token, at every place', () => {
  const good = newSecret();
  for (let place = 4; place < good.length; place++) {
    for (const character of alphabet) {
      if (character === good[place]) continue;
      const mistyped = good.slice(0, place) + character + good.slice(place + 1);
      expect(inspectSecret(mistyped)).toBe('bad_checksum');
    }
  }
});

test('a wrong, missing, added or swapped character never looks like a token that could exist', () => {
  fc.assert(
    fc.property(secret, fc.integer({ min: 4, max: 51 }), fc.constantFrom(...alphabet), (good, at, character) => {
      const [before, after] = [good.slice(0, at), good.slice(at + 1)];
      const swapped = before + (after[0] ?? '') + (good[at] ?? '') + after.slice(1);
      const mistakes = [before + after, before + character + good.slice(at), before + character + after, swapped];
      for (const mistake of mistakes.filter((text) => text !== good)) {
        expect(inspectSecret(mistake)).toBe('bad_checksum');
      }
    }),
    { numRuns: 2000 },
  );
});

test('what does not begin with vst_ is no token, whatever follows', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!text.startsWith('vst_'));
      expect(inspectSecret(text)).toBe('not_a_token');
    }),
  );
  expect(inspectSecret(newSecret().replace('vst_', 'VST_'))).toBe('not_a_token');
});

test('what begins with vst_ and is nothing more is a token with a mistake', () => {
  for (const text of ['vst_', 'vst_é', `${newSecret()}\n`, `${newSecret()} `, newSecret().slice(0, -1)]) {
    expect(inspectSecret(text)).toBe('bad_checksum');
  }
});

test('what is shown of a token leaves 43 of its characters secret, and the hash is SHA-256', () => {
  const text = newSecret();
  expect(publicPrefix(text)).toBe(text.slice(0, 10));
  expect(hashSecret('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
