import { act, fireEvent, renderHook, screen } from '@testing-library/react';
import { StrictMode, type ReactNode } from 'react';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import AlarmsPage from '../../src/alarms/AlarmsPage.tsx';
import AuditPage from '../../src/audit/AuditPage.tsx';
import { paths } from '../../src/lib/constants.ts';
import IntegrationsPage from '../../src/integrations/IntegrationsPage.tsx';
import TokensPage from '../../src/tokens/TokensPage.tsx';
import { FailureAlert } from '../../src/ui/FailureAlert.tsx';
import { ApiFailure } from '../../src/api/failure.ts';
import { useListing } from '../../src/ui/useListing.ts';
import { usePolling, useRequest } from '../../src/ui/useRequest.ts';
import { makeAlarm } from './fakeAlarms.ts';
import { intact, makeAuditEvent } from './fakeAudit.ts';
import { makeToken } from './fakeBackend.ts';
import { makeCatalogue } from './fakeCatalogues.ts';
import { makeCredential } from './fakeCredentials.ts';
import { makePush } from './fakePush.ts';
import { deferred, failed, on, refusal, requests, resetBackend, sent, Session, show, signIn } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

const UNREACHABLE = 'The Vitals backend cannot be reached.';
const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
const page = (items: unknown[]) => ({ data: { items, nextCursor: null, total: items.length, unreadCount: 2 } });
const silent = { silent: deferred().reply, down: failed(502) };

beforeEach(() => {
  vi.useFakeTimers({
    now: new Date('2026-11-20T14:02:10Z'),
    toFake: ['Date', 'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'],
  });
  resetBackend();
  on('GET', '/api/notifications', page([]));
  on('GET', '/api/integrations', {
    data: [{ id: 'prometheus', name: 'Prometheus', status: 'enabled', authentication: [] }],
  });
  on('GET', '/api/tokens', page([makeToken({ name: 'Seen' })]));
  on('GET', '/api/alarms', page([makeAlarm({ ruleName: 'Seen' })]));
  on('GET', '/api/audit', page([makeAuditEvent({ actor: 'Seen' })]));
  on('GET', '/api/audit/verification', { data: intact() });
  on('GET', '/api/credentials', page([makeCredential({ name: 'Seen' })]));
  on('GET', '/api/catalogues', page([makeCatalogue({ title: 'Seen' })]));
  on('GET', '/api/push', { data: makePush() });
});

interface Place {
  readonly name: string;
  readonly page: ReactNode;
  readonly path: string;
  readonly search?: string;
  readonly asks: string;
}

const places: Place[] = [
  { name: 'tokens', page: <TokensPage />, path: paths.tokens, asks: '/api/tokens' },
  { name: 'alarms', page: <AlarmsPage />, path: paths.alarms, asks: '/api/alarms' },
  { name: 'audit', page: <AuditPage />, path: paths.audit, asks: '/api/audit' },
  { name: 'sessions', page: <AuditPage />, path: paths.audit, search: '?tab=sessions', asks: '/api/credentials' },
  { name: 'catalogues', page: <IntegrationsPage />, path: paths.integrations, asks: '/api/catalogues' },
];

describe.each(places)('$name, with a backend that falls silent', ({ page, path, search, asks }) => {
  test('say so within twelve seconds of asking, keep the rows with the time of the last answer, and recover', async () => {
    show(page, search, path);
    await pass(0);
    expect(screen.getAllByText('Seen')[0]).toBeVisible();
    on('GET', asks, silent.silent);
    await pass(30_000);
    const since = sent('GET', asks).length;
    await pass(12_000);
    expect(since).toBeGreaterThan(1);
    expect(screen.getByRole('alert')).toHaveTextContent(UNREACHABLE);
    expect(screen.getByRole('alert')).toHaveTextContent(/As of 14:02:\d\d/);
    expect(screen.getAllByText('Seen')[0]).toBeVisible();
    on('GET', asks, { data: { items: [], nextCursor: null, total: 0 } });
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await pass(0);
    expect(screen.queryByText(UNREACHABLE)).toBeNull();
  });
});

test('the time is that of the last good answer', async () => {
  show(<TokensPage />);
  await pass(15_000);
  expect(sent('GET', '/api/tokens')).toHaveLength(2);
  on('GET', '/api/tokens', silent.down);
  await pass(45_000);
  expect(screen.getByText(/^As of 14:02:25/)).toBeVisible();
});

test('the first answer that does not come is told of in time, too', async () => {
  on('GET', '/api/tokens', silent.silent);
  show(<TokensPage />);
  await pass(10_000);
  expect(screen.getByRole('alert')).toHaveTextContent(UNREACHABLE);
  expect(screen.queryByText(/As of/)).toBeNull();
});

test('the push, the integration and the proof of the log tell their time as well', async () => {
  show(<IntegrationsPage />, '', paths.integrations);
  await pass(0);
  on('GET', '/api/push', silent.down);
  await pass(15_000);
  expect(screen.getByText(/^As of 14:02:10/)).toBeVisible();
});

test('the proof of the log tells its time beside its words', async () => {
  show(<AuditPage />, '', paths.audit);
  await pass(0);
  on('GET', '/api/audit/verification', silent.down);
  await pass(60_000);
  expect(screen.getByText('As of 14:02:10')).toBeVisible();
});

test('the bell says of when its count is', async () => {
  show(<TokensPage />);
  await pass(0);
  on('GET', '/api/notifications', silent.down);
  await pass(60_000);
  expect(screen.getByRole('button', { name: 'Notifications, 2 unread (As of 14:02:10)' })).toBeVisible();
});

describe('a request under way', () => {
  const strict = {
    wrapper: ({ children }: { readonly children: ReactNode }) => (
      <StrictMode>
        <Session>{children}</Session>
      </StrictMode>
    ),
  };

  test('is left alone by the clock, however often that comes', async () => {
    const signals: AbortSignal[] = [];
    const slow = vi.fn((signal: AbortSignal) => {
      signals.push(signal);
      return new Promise<string>((done) => setTimeout(() => done('slow'), 8000));
    });
    const { result } = renderHook(() => usePolling({ queryKey: ['slow'], ask: slow }, 3000), strict);
    await pass(7000);
    const asked = slow.mock.calls.length;
    expect(signals.at(-1)?.aborted).toBe(false);
    await pass(1000);
    expect(result.current.value).toBe('slow');
    expect(slow).toHaveBeenCalledTimes(asked);
    await pass(3000);
    expect(slow).toHaveBeenCalledTimes(asked + 1);
  });

  test('gives way to a person who asks now', async () => {
    let answers = 0;
    const ask = vi.fn(() => (answers === 0 ? new Promise<string>(() => {}) : Promise.resolve('now')));
    const { result } = renderHook(() => useRequest({ queryKey: ['now'], ask }), strict);
    await pass(1000);
    answers = 1;
    act(() => result.current.refresh());
    await pass(0);
    expect(result.current.value).toBe('now');
  });

  test('ends with the page', () => {
    let last: AbortSignal | undefined;
    const ask = (signal: AbortSignal) => ((last = signal), new Promise<string>(() => {}));
    const { unmount } = renderHook(() => useRequest({ queryKey: ['end'], ask }), strict);
    unmount();
    expect(last?.aborted).toBe(true);
  });
});

test('rows of another question stay dimmed while nobody answers the new one', async () => {
  const list = (value: string) => ({ items: [value], nextCursor: null });
  const first = { queryKey: ['first'], askPage: () => Promise.resolve(list('a')) };
  const second = { queryKey: ['second'], askPage: () => Promise.reject(new ApiFailure('unreachable', 502)) };
  const { result, rerender } = renderHook(({ listing }) => useListing(listing), {
    initialProps: { listing: first },
    wrapper: Session,
  });
  await pass(0);
  expect(result.current).toMatchObject({ list: list('a'), isLoading: false });
  rerender({ listing: second });
  await pass(0);
  expect(result.current).toMatchObject({ list: list('a'), isLoading: true, next: undefined });
  expect(result.current.failure?.circumstances.asOf).toBe(Date.now());
});

describe('a credential that the backend refuses', () => {
  test('is not tried again by any clock, the bell’s included, before a person does', async () => {
    show(<TokensPage />);
    await pass(0);
    on('GET', '/api/tokens', refusal('unauthorized'));
    await pass(15_000);
    expect(screen.getByText("The backend refused Grafana's service credential.")).toBeVisible();
    const asked = requests.length;
    await pass(600_000);
    expect(requests).toHaveLength(asked);
    on('GET', '/api/tokens', page([makeToken({ name: 'Mended' })]));
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await pass(0);
    expect(screen.getByText('Mended')).toBeVisible();
    await pass(60_000);
    expect(sent('GET', '/api/notifications').length).toBeGreaterThan(1);
  });
});

test.each(['Viewer', 'Editor'] as const)('a %s is sent to an administrator instead of the settings', (role) => {
  const failure = new ApiFailure('unreachable', 502);
  const { unmount } = show(<FailureAlert failure={failure} onRetry={() => {}} />);
  expect(screen.getByRole('link', { name: 'Open the settings' })).toBeVisible();
  unmount();
  signIn(role);
  show(<FailureAlert failure={failure} onRetry={() => {}} />);
  expect(screen.queryByRole('link')).toBeNull();
  expect(screen.getByText(/Ask an administrator/)).toBeVisible();
});
