import type { IncomingMessage } from 'node:http';
import { headerValues } from './bearer.ts';

/** What Grafana's plugin proxy sends about the user. */
export interface IdentityHeaders {
  /** `X-Grafana-Id`: a JWT that Grafana signed. */
  readonly id: readonly string[];
  /** `X-Grafana-Context`: unsigned. */
  readonly context: readonly string[];
}

type Request = Pick<IncomingMessage, 'rawHeaders'>;

export function identityHeaders(request: Request): IdentityHeaders {
  return { id: headerValues(request, 'x-grafana-id'), context: headerValues(request, 'x-grafana-context') };
}

/** Whether a request came through Grafana's plugin proxy, on behalf of whoever uses it there. */
export function isFromGrafana(request: Request): boolean {
  const { id, context } = identityHeaders(request);
  return id.length + context.length > 0;
}
