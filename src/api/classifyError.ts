import { isFetchError } from '@grafana/runtime';
import type { Problem } from '../../contract/api.ts';
import { refusals } from '../../contract/refusals.ts';
import { ApiFailure, type FailureKind } from './failure.ts';

/**
 * Tells by what Grafana's HTTP client threw who has failed: the backend (its problem document), Grafana (its own words), or
 * somebody else who answers at the configured address.
 * @param isProxied whether the call was for the backend; if not, it was for Grafana itself
 */
export function classifyError(error: unknown, isProxied: boolean): ApiFailure {
  if (error instanceof ApiFailure) return error;
  if (!isFetchError<unknown>(error)) return new ApiFailure('grafana_unreachable', 0);
  const { status, data } = error;
  if (status <= 0) return new ApiFailure(error.cancelled ? 'cancelled' : 'grafana_unreachable', 0);
  if (!isProxied) return new ApiFailure(grafanaKind(status), status);
  if (isProblem(data, status)) return new ApiFailure('rejected', status, data);
  return new ApiFailure(proxiedKind(status, isRecord(data) ? data : {}, error.config?.url), status);
}

function grafanaKind(status: number): FailureKind {
  if (status === 401) return 'signed_out';
  return status === 403 ? 'denied' : 'proxy_failed';
}

type Body = Readonly<Record<string, unknown>>;

/** What Grafana itself says on the way to a backend is recognised; everything else was said behind it. */
function proxiedKind(status: number, body: Body, url: string | undefined): FailureKind {
  switch (status) {
    case 401:
      return isSessionOver(body, url) ? 'signed_out' : 'not_vitals';
    case 403:
      return body['message'] === 'plugin proxy route access denied' || 'accessErrorId' in body
        ? 'denied'
        : 'not_vitals';
    case 404:
      if (body['message'] === 'plugin route match not found') return 'proxy_failed';
      return disabledMessages.some((message) => message === body['message']) ? 'disabled' : 'not_vitals';
    case 500:
      return 'traceID' in body || proxyMessages.some((message) => message === body['message'])
        ? 'proxy_failed'
        : 'not_vitals';
    case 502:
    case 503:
    case 504:
      return 'unreachable';
    default:
      return 'not_vitals';
  }
}

/**
 * After a user's 401 Grafana's client asks Grafana whether the session still stands, and only where it does asks the backend once
 * more. So a 401 that was met at the backend's own path was said by what answers there.
 */
function isSessionOver(body: Body, url: string | undefined): boolean {
  if (url !== undefined && !url.includes('api/plugin-proxy/')) return true;
  const { error, messageId } = body;
  return (
    (isRecord(error) && error['id'] === 'ERR_TOKEN_REVOKED') ||
    messageId === 'auth.unauthorized' ||
    (typeof messageId === 'string' && messageId.startsWith('session.'))
  );
}

const disabledMessages = [
  'Plugin is not enabled',
  'Plugin setting not found',
  'Plugin not found',
  'Plugin not found, no installed plugin with that id',
];

const proxyMessages = [
  'Failed to get plugin settings',
  'Failed to fetch plugin settings',
  'Failed to create plugin proxy',
  'Failed to decrypt plugin settings',
  'Failed to render plugin headers',
  'Could not interpolate plugin route url',
  'Could not parse url',
];

/** An answer without headers is known for the backend's by its form alone. */
function isProblem(data: unknown, status: number): data is Problem {
  return (
    isRecord(data) &&
    data['type'] === 'about:blank' &&
    typeof data['title'] === 'string' &&
    data['status'] === status &&
    typeof data['code'] === 'string' &&
    Object.hasOwn(refusals, data['code'])
  );
}

const isRecord = (data: unknown): data is Body => typeof data === 'object' && data !== null;
