import type { Encryption } from '../lib/encryption.ts';
import { invalidField } from '../http/fields.ts';
import type { Access } from './grouping-key.ts';

/** Whom a password is for, and where. */
interface Holder {
  readonly url: string;
  readonly username: string | null;
}

/** A holder and what is kept of the password. */
interface Kept extends Holder {
  /** Encrypted. */
  readonly password: string | null;
}

/** What a password is encrypted for: one user at one scheme, host and port. */
function purpose({ url, username }: Holder): string {
  return JSON.stringify(['pushgateway password', url === '' ? '' : new URL(url).origin, username]);
}

export function encryptPassword(holder: Holder, password: string, encryption: Encryption): string {
  return encryption.encrypt(password, purpose(holder));
}

/**
 * The password that was given before, for settings that come without one: it goes to the origin and the user that it was
 * given for, and to no other. Without a user name there is none.
 * @throws Refusal `invalid_request` where it has to be given again
 */
export function reusedPassword(before: Kept, now: Holder): string | null {
  if (now.username === null) return null;
  if (before.password === null) throw invalidField('password', 'Give the password of this user.');
  if (purpose(before) !== purpose(now)) {
    throw invalidField('password', 'Give it again: the one that is kept is for another address or another user.');
  }
  return before.password;
}

export function openAccess(kept: Kept, encryption: Encryption): Access {
  const { username, password } = kept;
  if (username === null || password === null) return 'none';
  const opened = encryption.decrypt(password, purpose(kept));
  return opened === undefined ? 'unreadable' : { username, password: opened };
}
