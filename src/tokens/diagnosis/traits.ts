import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { DiagnoseTokenBody } from '../../../contract/api.ts';
import { inspectSecret } from '../../../contract/token-format.ts';
import { crc32 } from './crc32.ts';

/** What was pasted is no scrape token, so there is nothing to ask about. */
export type NoToken = 'empty' | 'jwt' | 'not_a_token';

/** What may be known of a pasted token outside this browser, or why it is none. Surrounding white space does not count. */
export function traitsOf(pasted: string): DiagnoseTokenBody | NoToken {
  const text = pasted.trim();
  if (text === '') return 'empty';
  const form = inspectSecret(text, crc32);
  if (form === 'not_a_token') return looksLikeJwt(text) ? 'jwt' : 'not_a_token';
  const prefix = /^vst_[0-9A-Za-z]{0,6}/.exec(text)?.[0] ?? '';
  // A token with a mistake is looked up by its beginning alone; the hash of half a token could be guessed back.
  if (form === 'bad_checksum') return { prefix, checksum: 'bad', sha256: hash(prefix) };
  return { prefix, checksum: 'ok', sha256: hash(text) };
}

/** A library's: `crypto.subtle` does not exist on pages that are served over plain http. */
const hash = (text: string) => bytesToHex(sha256(utf8ToBytes(text)));

const looksLikeJwt = (text: string) => /^[\w-]+\.[\w-]+\.[\w-]*$/.test(text);
