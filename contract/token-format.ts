/** The form of a scrape token, which backend and browser judge alike. Pure text: who calls brings the CRC-32. */

/** Digits of numbers in tokens and identifiers, in order of their value. */
export const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** `vst_` + 43 base62 characters (256 random bits) + 6 base62 characters of the CRC-32 of all that precedes. */
export const TOKEN_PREFIX = 'vst_';
export const RANDOM_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const SHAPE = /^vst_[0-9A-Za-z]{49}$/;
/** Characters of a token that may be shown: enough to tell tokens apart, 220 random bits stay secret. */
const PUBLIC_LENGTH = TOKEN_PREFIX.length + 6;

/** The CRC-32 (IEEE 802.3, as in zlib) of a text of ASCII characters, as an unsigned number. */
export type Crc32 = (text: string) => number;

/** A token from its prefix and random part: with the checksum at its end. */
export function withChecksum(body: string, crc32: Crc32): string {
  return body + checksum(crc32(body));
}

/** Whether a text has the form of a scrape token, and whether it was copied without a mistake. Needs no database. */
export function inspectSecret(text: string, crc32: Crc32): 'well_formed' | 'bad_checksum' | 'not_a_token' {
  if (!text.startsWith(TOKEN_PREFIX)) return 'not_a_token';
  if (!SHAPE.test(text)) return 'bad_checksum';
  return text === withChecksum(text.slice(0, -CHECKSUM_LENGTH), crc32) ? 'well_formed' : 'bad_checksum';
}

function checksum(crc: number): string {
  let text = '';
  for (let rest = crc; text.length < CHECKSUM_LENGTH; rest = Math.floor(rest / 62))
    text = BASE62.charAt(rest % 62) + text;
  return text;
}

export function publicPrefix(secret: string): string {
  return secret.slice(0, PUBLIC_LENGTH);
}

/** A number in so many base62 digits. */
export function base62(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest /= 62n) text = (BASE62[Number(rest % 62n)] ?? '') + text;
  return text;
}
