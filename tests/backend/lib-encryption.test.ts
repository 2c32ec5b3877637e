import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createEncryption } from '../../backend/lib/encryption.ts';

const key = randomBytes(32);
const { encrypt: seal, decrypt: open } = createEncryption(key);

test('a secret comes out again as it went in, of any length and script', () => {
  for (const secret of ['x', 'correct horse', 'pässwörd 🔑', 'a'.repeat(1000)]) {
    expect(open(seal(secret, 'purpose'), 'purpose')).toBe(secret);
  }
});

test('nothing of it shows, and the same secret is never sealed the same way twice', () => {
  const sealed = Array.from({ length: 20 }, () => seal('correct horse', 'purpose'));
  expect(new Set(sealed).size).toBe(20);
  for (const one of sealed) expect(Buffer.from(one.slice(3), 'base64url').toString('latin1')).not.toContain('horse');
});

test('it opens for no other purpose and with no other key', () => {
  const sealed = seal('correct horse', 'one');
  expect(open(sealed, 'another')).toBeUndefined();
  expect(open(sealed, '')).toBeUndefined();
  expect(createEncryption(randomBytes(32)).decrypt(sealed, 'one')).toBeUndefined();
});

test('whatever was changed in it, cut off or made up does not open, and does not throw', () => {
  const sealed = seal('correct horse', 'purpose');
  const bytes = Buffer.from(sealed.slice(3), 'base64url');
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at] = changed[at]! ^ 1;
    expect(open(`v1.${changed.toString('base64url')}`, 'purpose')).toBeUndefined();
    expect(open(`v1.${bytes.subarray(0, at).toString('base64url')}`, 'purpose')).toBeUndefined();
  }
  for (const text of ['', 'v1', 'v1.', `v2.${sealed.slice(3)}`, `${sealed}.x`, 'correct horse', 'v1.%%%']) {
    expect(open(text, 'purpose')).toBeUndefined();
  }
});
