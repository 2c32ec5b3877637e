import { from, type Observable } from 'rxjs';
import type { BackendSrv, BackendSrvRequest, FetchResponse } from '@grafana/runtime';
import { basePath } from './base.ts';

/** Grafana's HTTP client as plugins see it: answers as objects, refusals as FetchErrors, one more try after a 401. */
export const backendSrv = {
  fetch: <T>(request: BackendSrvRequest): Observable<FetchResponse<T>> => from(send<T>(request)),
} as BackendSrv;

async function send<T>(config: BackendSrvRequest): Promise<FetchResponse<T>> {
  const { url, method = 'GET', data, abortSignal } = config;
  const init: RequestInit = {
    method,
    headers: headersOf(config),
    ...(data !== undefined && { body: JSON.stringify(data) }),
    ...(abortSignal && { signal: abortSignal }),
  };
  const call = () => fetch(`${basePath}${url}${queryOf(config)}`, init);
  let response = await call().catch(blamedOnTheNetwork);
  // A 401 may be about the session: Grafana asks whether that still stands, and where it does, asks once more.
  if (response.status === 401) {
    const ping = await fetch(`${basePath}/api/login/ping`).catch(blamedOnTheNetwork);
    response = ping.ok ? await call().catch(blamedOnTheNetwork) : ping;
  }
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.toLowerCase() === 'application/json';
  const body: unknown = isJson && text !== '' ? JSON.parse(text) : parse(text);
  const { status, statusText } = response;
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- what Grafana throws is a plain object
  if (!response.ok) throw { status, statusText, data: asErrorData(body, statusText), config };
  const { ok, headers: answered, redirected, type } = response;
  return { data: body as T, status, statusText, ok, headers: answered, redirected, type, url: response.url, config };
}

/** Grafana says of every POST, PUT and PATCH that it is JSON, also of one without a body. */
function headersOf({ method = 'GET', headers = {} }: BackendSrvRequest): Headers {
  const all = new Headers(headers as Record<string, string>);
  if (!all.has('content-type') && /^(POST|PUT|PATCH)$/i.test(method)) all.set('content-type', 'application/json');
  if (!all.has('accept')) all.set('accept', 'application/json, text/plain, */*');
  return all;
}

/** What fetch throws stays what it is, and is given data like everything that Grafana rejects with. */
function blamedOnTheNetwork(error: unknown): never {
  throw Object.assign(error as Error, { data: { message: 'Unexpected error' } });
}

/** Nothing and empty texts are left out of the query. */
function queryOf({ params = {} }: BackendSrvRequest): string {
  const given = Object.entries(params as Record<string, unknown>).filter(
    ([, value]) => value !== undefined && value !== '',
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given as [string, string][]).toString()}`;
}

/** A refusal's data is an object, whatever came: a text becomes its message. */
function asErrorData(body: unknown, statusText: string): unknown {
  if (typeof body === 'string') return { message: body, error: statusText, response: body };
  const { message, error } = (body ?? {}) as { message?: unknown; error?: unknown };
  return !message && typeof error === 'string' ? { ...(body as object), message: error } : body;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
