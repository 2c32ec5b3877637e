import type { IncomingMessage } from 'node:http';

export type BearerHeader =
  | { readonly kind: 'missing' }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'bearer'; readonly credential: string };

/** `Bearer`, one space, then one credential of RFC 6750's b64token characters; a JWT and a scrape token are such. */
const BEARER = /^Bearer ([A-Za-z0-9\-._~+/]{1,4096}=*)$/;

/**
 * Reads the Authorization header. More than one is malformed: Node would silently keep the first, so the raw headers
 * are counted. The scheme is `Bearer` exactly.
 */
export function readBearer(request: Pick<IncomingMessage, 'rawHeaders'>): BearerHeader {
  const values = headerValues(request, 'authorization');
  if (values.length === 0) return { kind: 'missing' };
  const credential = values.length === 1 ? BEARER.exec(values[0] ?? '')?.[1] : undefined;
  return credential === undefined ? { kind: 'malformed' } : { kind: 'bearer', credential };
}

/** Every value of a header, in the order sent. @param name in lower case */
export function headerValues({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>, name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() === name) values.push(rawHeaders[i + 1] ?? '');
  }
  return values;
}
