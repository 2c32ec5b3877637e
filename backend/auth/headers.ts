import type { IncomingMessage } from 'node:http';

type Request = Pick<IncomingMessage, 'rawHeaders'>;

export type BearerHeader =
  | { readonly kind: 'missing' }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'bearer'; readonly credential: string };

/** `Bearer` in any case, one space, then one credential of RFC 6750's b64token characters; a JWT and a scrape token are such. */
const BEARER = /^Bearer ([A-Za-z0-9\-._~+/]{1,4096}=*)$/i;

/**
 * Reads the Authorization header. More than one is malformed: Node would silently keep the first, so the raw headers
 * are counted. A scheme is written in any case (RFC 9110).
 */
export function readBearer(request: Request): BearerHeader {
  const values = headerValues(request, 'authorization');
  if (values.length === 0) return { kind: 'missing' };
  const credential = values.length === 1 ? BEARER.exec(values[0] ?? '')?.[1] : undefined;
  return credential === undefined ? { kind: 'malformed' } : { kind: 'bearer', credential };
}

/** Every value of a header, in the order sent. @param name in lower case */
export function headerValues({ rawHeaders }: Request, name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const sent = rawHeaders[i] ?? '';
    if (sent.length === name.length && sent.toLowerCase() === name) values.push(rawHeaders[i + 1] ?? '');
  }
  return values;
}

/** What Grafana's plugin proxy sends about the user. */
export interface IdentityHeaders {
  /** `X-Grafana-Id`: a JWT that Grafana signed. */
  readonly id: readonly string[];
  /** `X-Grafana-Context`: unsigned. */
  readonly context: readonly string[];
}

export function identityHeaders(request: Request): IdentityHeaders {
  return { id: headerValues(request, 'x-grafana-id'), context: headerValues(request, 'x-grafana-context') };
}

/** Whether a request came through Grafana's plugin proxy, on behalf of whoever uses it there. */
export function isFromGrafana({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers['x-grafana-id'] !== undefined || headers['x-grafana-context'] !== undefined;
}
