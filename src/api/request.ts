/** The only place that talks to a server: the backend through Grafana's plugin proxy, and Grafana for the settings. */
import { getBackendSrv, type FetchResponse } from '@grafana/runtime';
import { firstValueFrom, throwError, timeout } from 'rxjs';
import { API_VERSION, MARKER_HEADER } from '../../contract/marker.ts';
import { PLUGIN_ID } from '../lib/constants.ts';
import { noteOutcome } from './credentialRefusal.ts';
import { ApiFailure } from './failure.ts';
import { classifyError } from './classifyError.ts';
import { LIMIT_MS } from './limits.ts';

/** Everything of the backend's is below this, as Grafana serves it. */
export const PROXY = `/api/plugin-proxy/${PLUGIN_ID}`;

const PROBE_LIMIT_MS = 2000;

type Params = Readonly<Record<string, string | number | undefined>>;

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly params?: Params;
  readonly data?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** For a POST that changes nothing. */
  readonly isQuestion?: boolean;
}

/**
 * Sends one request. Rejects with an ApiFailure and with nothing else, at the latest when the limit is over; never raises a
 * toast of Grafana's. A POST that has nothing to say sends an empty object: Grafana calls its body JSON in any case.
 */
export async function request<T>(url: string, call: Call): Promise<FetchResponse<T>> {
  const { method = 'GET', isQuestion = method === 'GET', signal } = call;
  const isProxied = url.startsWith(`${PROXY}/`);
  const isUsual = url.startsWith(`${PROXY}/api/`);
  try {
    const answer = await attempt<T>(url, { ...call, method });
    if (isProxied) checkMarker(answer);
    if (isUsual) noteOutcome(undefined);
    return answer;
  } catch (error) {
    let failure = classifyError(error, isProxied);
    if (isProxied && failure.kind === 'grafana_unreachable' && !signal?.aborted && (await grafanaAnswers()))
      failure = new ApiFailure('redirected', 0);
    if (isUsual) noteOutcome(failure);
    throw failure.under({ isChange: !isQuestion });
  }
}

/** The same, for an answer that has a body. */
export async function send<T extends object>(url: string, call: Call = {}): Promise<T> {
  const answer = await request<T>(url, call);
  if (typeof answer.data !== 'object' || answer.data === null) throw new ApiFailure('not_vitals', answer.status);
  return answer.data;
}

function attempt<T>(url: string, { method, params = {}, data, signal }: Call): Promise<FetchResponse<T>> {
  const timedOut = new ApiFailure(url.startsWith(PROXY) ? 'timed_out' : 'grafana_unreachable', 0);
  return firstValueFrom(
    getBackendSrv()
      .fetch<T>({
        url,
        method,
        params: present(params),
        showErrorAlert: false,
        showSuccessAlert: false,
        hideFromInspector: true,
        data: data ?? (method === 'POST' ? {} : undefined),
        ...(signal && { abortSignal: signal }),
      })
      // Whoever stops listening ends the request.
      .pipe(timeout({ first: LIMIT_MS, with: () => throwError(() => timedOut) })),
  );
}

/** A backend of ours marks every answer and never redirects. */
function checkMarker({ headers, status, redirected }: FetchResponse<unknown>): void {
  if (redirected) throw new ApiFailure('redirected', status);
  const version = headers.get(MARKER_HEADER);
  if (version === null) throw new ApiFailure('not_vitals', status);
  if (version !== API_VERSION) throw new ApiFailure('other_version', status);
}

/**
 * Whether Grafana answers this browser. Where it does, but nothing could be read of an answer, a redirect led to another
 * site: browsers keep that from the page.
 */
async function grafanaAnswers(): Promise<boolean> {
  const probe = getBackendSrv().fetch({
    url: '/api/health',
    method: 'GET',
    showErrorAlert: false,
    hideFromInspector: true,
  });
  try {
    await firstValueFrom(probe.pipe(timeout({ first: PROBE_LIMIT_MS })));
    return true;
  } catch (error) {
    return classifyError(error, false).status > 0;
  }
}

/** The parameters that have a value. */
export const present = (params: Params) =>
  Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
