/** The one credential of a start of the embedded server. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface Credential {
  readonly username: string;
  readonly password: string;
}

export const createCredential = (): Credential => ({
  username: 'vitals',
  password: randomBytes(32).toString('base64url'),
});

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Takes the same time whatever is wrong with what was sent. Basic, or X-ClickHouse-User with X-ClickHouse-Key. */
export function createCredentialCheck({ username, password }: Credential): (headers: IncomingHttpHeaders) => boolean {
  const expected = digest(`${username}:${password}`);
  return (headers) => timingSafeEqual(digest(sent(headers)), expected);
}

function sent(headers: IncomingHttpHeaders): string {
  const basic = /^Basic ([A-Za-z0-9+/=]{1,512})$/.exec(headers.authorization ?? '')?.[1];
  if (basic !== undefined) return Buffer.from(basic, 'base64').toString();
  return `${String(headers['x-clickhouse-user'])}:${String(headers['x-clickhouse-key'])}`;
}
