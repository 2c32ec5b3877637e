import { randomInt } from 'node:crypto';
import { BASE62 } from '../../contract/token-format.ts';

/** An identifier such as `tok_4fK…`: a prefix that says what it names, then 95 random bits. Not a secret. */
export function newId(prefix: 'tok' | 'crd' | 'evt' | 'bat' | 'ins' | 'alm' | 'rul' | 'ntf'): string {
  return `${prefix}_${Array.from({ length: 16 }, () => BASE62[randomInt(62)]).join('')}`;
}
