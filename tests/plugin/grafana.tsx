import { notifyManager, QueryClientProvider } from '@tanstack/react-query';
import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { defer, from, type Observable } from 'rxjs';
import { vi } from 'vitest';
import type { BackendSrvRequest, config, FetchResponse, PluginPageProps } from '@grafana/runtime';
import type { ReactNode } from 'react';
import { paths } from '../../src/lib/constants.ts';
import { API_VERSION, MARKER_HEADER } from '../../contract/marker.ts';
import { forgetRefusal } from '../../src/api/credentialRefusal.ts';
import { queryClient } from '../../src/api/queryClient.ts';
import { problem } from './fakeBackend.ts';
import type { RefusalCode } from '../../contract/refusals.ts';

/**
 * One answer of the stand-in for Grafana's HTTP client: data, with the backend's marker unless it says otherwise; a refusal
 * as BackendSrv throws it; or what a browser throws that gets no answer.
 */
export type Reply =
  | { readonly data: unknown; readonly headers?: Record<string, string>; readonly redirected?: boolean }
  | { readonly status: number; readonly data: unknown; readonly cancelled?: boolean; readonly at?: string }
  | Error;
type Handler = (request: BackendSrvRequest) => Reply | Promise<Reply>;

const routes = new Map<string, Handler>();
/** Every request that the page has sent. */
export const requests: BackendSrvRequest[] = [];

export function on(method: string, path: string, handler: Handler | Reply): void {
  routes.set(`${method} ${path}`, typeof handler === 'function' ? handler : () => handler);
}

/** Forgets every answer and request, the app's cache too; an administrator is signed in again. */
export function resetBackend(): void {
  routes.clear();
  requests.length = 0;
  forgetRefusal();
  queryClient.clear();
  signIn('Admin');
}

let runtimeUser: { orgRole: string } | undefined;

/** Whom Grafana tells the plugin that it talks to. */
export function signIn(role: 'Viewer' | 'Editor' | 'Admin'): void {
  if (runtimeUser) runtimeUser.orgRole = role;
}

export function sent(method: string, path: string): BackendSrvRequest[] {
  return requests.filter((request) => (request.method ?? 'GET') === method && pathOf(request) === path);
}

const pathOf = ({ url }: BackendSrvRequest) => url.replace('/api/plugin-proxy/appliance-vitals-app', '');

/** What the backend's refusal looks like when it comes out of BackendSrv. */
export function refusal(code: RefusalCode, detail?: string): Reply {
  const { status, answer } = problem(code);
  return { status, data: detail ? { ...(answer as object), detail } : answer };
}

/** What fails on the way, with Grafana's words or none. */
export const failed = (status: number, data: unknown = {}): Reply => ({ status, data });

/** As Grafana's proxy refuses a route for which the user's role is too low. */
export const denied = failed(403, { message: 'plugin proxy route access denied' });

/** As Grafana's client tells that the session is over: it asked Grafana, and that was refused too. */
export const signedOut: Reply = { status: 401, data: { message: 'Unauthorized' }, at: 'api/login/ping' };

/** An answer that does not come before it is given. */
export function deferred() {
  let give: (reply: Reply) => void = () => {};
  const answer = new Promise<Reply>((done) => (give = done));
  return { reply: () => answer, give: (reply: Reply) => give(reply) };
}

async function answer(request: BackendSrvRequest): Promise<FetchResponse<unknown>> {
  requests.push(request);
  const handler = routes.get(`${request.method ?? 'GET'} ${pathOf(request)}`);
  const reply = (await handler?.(request)) ?? failed(404, problem('not_found').answer);
  if (reply instanceof Error) throw reply;
  if ('status' in reply) {
    const { at: url = request.url, ...rest } = reply;
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- BackendSrv throws plain objects
    throw { ...rest, config: { ...request, url } };
  }
  const { data, headers = { [MARKER_HEADER]: API_VERSION }, redirected = false } = reply;
  return {
    ...{ data, redirected, headers: new Headers(headers), status: 200, statusText: 'OK', ok: true },
    ...{ type: 'basic', url: request.url, config: request },
  };
}

/** For `vi.mock('@grafana/runtime')`: the real module with a stand-in for its HTTP client and page. */
export async function mockRuntime(): Promise<Record<string, unknown>> {
  const real = await vi.importActual<Record<string, unknown> & { config: typeof config }>('@grafana/runtime');
  runtimeUser = real.config.bootData.user;
  signIn('Admin');
  return {
    ...real,
    getBackendSrv: () => ({
      fetch: (request: BackendSrvRequest): Observable<unknown> => defer(() => from(answer(request))),
    }),
    PluginPage: ({ pageNav, renderTitle, subTitle, actions, children }: PluginPageProps) => (
      <main>
        {renderTitle ? renderTitle(pageNav?.text ?? '') : <h1>{pageNav?.text}</h1>}
        <p>{subTitle}</p>
        {actions}
        {children}
      </main>
    ),
  };
}

// By a timer, which is the usual way, an answer would be seen a millisecond of the fake clock after it came.
notifyManager.setScheduler(queueMicrotask);

/** What `App` puts around every page. */
export function Session({ children }: { readonly children: ReactNode }) {
  return <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>;
}

/** Shows a page at an address; `address()` tells where it has gone since. Links are followed as Grafana does it. */
export function show(page: ReactNode, search = '', path: string = paths.tokens) {
  const router = createMemoryRouter([{ path: '*', element: <Session>{page}</Session> }], {
    initialEntries: [path + search],
  });
  followLinks((to) => router.navigate(to));
  const user = userEvent.setup(vi.isFakeTimers() ? { advanceTimers: (ms) => vi.advanceTimersByTime(ms) } : {});
  const view = render(<RouterProvider router={router} future={{ v7_startTransition: true }} />);
  return {
    ...view,
    user,
    address: () => router.state.location.search,
    pathname: () => router.state.location.pathname,
    go: (to: string) => router.navigate(path + to),
  };
}

let stopFollowing = () => {};

function followLinks(navigate: (to: string) => Promise<void>): void {
  stopFollowing();
  const onClick = (event: MouseEvent) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link || link.target || event.defaultPrevented) return;
    event.preventDefault();
    void navigate(link.pathname + link.search);
  };
  document.addEventListener('click', onClick);
  stopFollowing = () => document.removeEventListener('click', onClick);
}

/** Gives everything a size, without which Combobox shows no options. */
export function layOut(): void {
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(4000);
  vi.spyOn(Element.prototype, 'clientWidth', 'get').mockReturnValue(400);
}

/** The table's row in which a text stands. */
export function row(text: string | RegExp): ReturnType<typeof within> {
  const found = screen.getByText(text).closest('tr');
  if (!found) throw new Error(`${text} is in no row`);
  return within(found);
}
