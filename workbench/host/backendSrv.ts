import { from, type Observable } from 'rxjs';
import type { BackendSrv, BackendSrvRequest, FetchResponse } from '@grafana/runtime';

/** Grafana's HTTP client as plugins see it: answers as objects, refusals as FetchErrors, one more try after a 401. */
export const backendSrv = {
  fetch: <T>(request: BackendSrvRequest): Observable<FetchResponse<T>> => from(send<T>(request)),
} as BackendSrv;

async function send<T>(config: BackendSrvRequest): Promise<FetchResponse<T>> {
  const { url, method = 'GET', params = {}, data, headers, abortSignal } = config;
  const query = new URLSearchParams(params as Record<string, string>).toString();
  const init: RequestInit = {
    method,
    headers: {
      ...(data !== undefined && { 'content-type': 'application/json' }),
      ...(headers as Record<string, string>),
    },
    ...(data !== undefined && { body: JSON.stringify(data) }),
    ...(abortSignal && { signal: abortSignal }),
  };
  const call = () => fetch(query ? `${url}?${query}` : url, init);
  let response: Response;
  try {
    response = await call();
    // Grafana takes a 401 for a session that has to be rotated, and asks again.
    if (response.status === 401) response = await call();
  } catch (error) {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- what Grafana throws is a plain object
    throw { status: 0, statusText: String(error), data: {}, config };
  }
  const body = parse(await response.text());
  const { status, statusText } = response;
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- as above
  if (!response.ok) throw { status, statusText, data: body, config };
  const { ok, headers: answered, redirected, type } = response;
  return { data: body as T, status, statusText, ok, headers: answered, redirected, type, url: response.url, config };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
