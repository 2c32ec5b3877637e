import type { IncomingMessage } from 'node:http';
import { headerValues, readBearer } from '../auth/bearer.ts';
import type { Config } from '../config/config.ts';

export type AuthSettings = Config['prometheus']['auth'];

/** What a scrape shows of who it is. */
export type Presented =
  | { readonly kind: 'missing' }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'credential'; readonly credential: string };

interface Request {
  readonly raw: Pick<IncomingMessage, 'rawHeaders'>;
  readonly query: unknown;
}

/** `Basic`, one space, then base64 as RFC 4648 writes it: any user name and a token are far shorter. */
const BASIC = /^Basic ([A-Za-z0-9+/]{4,5460}={0,2})$/;
/** The characters that a credential has after `Bearer`. */
const CREDENTIAL = /^[A-Za-z0-9\-._~+/]{1,4096}=*$/;

/**
 * Reads the credential in whichever way is on. Two ways at once, or one of them twice, is malformed; a token in the query is
 * none where that way is off.
 */
export function readPresented({ raw, query }: Request, ways: AuthSettings): Presented {
  const inHeader = readHeader(raw, ways);
  if (!ways.query_token) return inHeader;
  const { token } = query as { token?: string | string[] };
  if (token === undefined) return inHeader;
  if (inHeader.kind !== 'missing' || typeof token !== 'string') return { kind: 'malformed' };
  return credential(token);
}

function readHeader(raw: Request['raw'], ways: AuthSettings): Presented {
  const header = readBearer(raw);
  if (header.kind === 'bearer') return credential(header.credential);
  if (header.kind === 'missing' || !ways.basic_password) return { kind: header.kind };
  const [value = '', another] = headerValues(raw, 'authorization');
  const encoded = another === undefined ? BASIC.exec(value)?.[1] : undefined;
  return credential(encoded === undefined ? undefined : passwordOf(encoded));
}

/** What follows the first colon. Where the base64 is not written as it should be there is none. */
function passwordOf(encoded: string): string | undefined {
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.toString('base64') !== encoded) return undefined;
  const text = bytes.toString('latin1');
  return text.includes(':') ? text.slice(text.indexOf(':') + 1) : undefined;
}

function credential(text: string | undefined): Presented {
  return text !== undefined && CREDENTIAL.test(text) ? { kind: 'credential', credential: text } : { kind: 'malformed' };
}
