import { act, renderHook } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import { ApiFailure } from '../../src/api/failure.ts';
import { queryClient } from '../../src/api/queryClient.ts';
import { saveSettings } from '../../src/api/settings.ts';
import { usePolling, useRequest } from '../../src/ui/useRequest.ts';
import { on, resetBackend, Session } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

const inSession = { wrapper: Session };
const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] });
  resetBackend();
});

const asked = (...replies: (string | ApiFailure)[]) => {
  const ask = vi.fn(() => {
    const reply = replies.length > 1 ? replies.shift() : replies[0];
    return reply instanceof ApiFailure ? Promise.reject(reply) : Promise.resolve(reply ?? '');
  });
  return { queryKey: ['asked'], ask };
};
const refusal = () => new ApiFailure('rejected', 403);
const outage = () => new ApiFailure('unreachable', 502);

test('an answer is shown at once to who comes back, and asked for again', async () => {
  const query = asked('first', 'second');
  renderHook(() => useRequest(query), inSession).unmount();
  const before = renderHook(() => useRequest(query), inSession);
  await pass(0);
  before.unmount();
  const { result } = renderHook(() => useRequest(query), inSession);
  expect(result.current).toMatchObject({ isLoading: false, failure: undefined });
  const seen = result.current.value;
  await pass(0);
  expect([seen, result.current.value]).toEqual(['second', 'second']);
  expect(query.ask).toHaveBeenCalledTimes(3);
});

test('several that ask for the same share one request', async () => {
  const query = asked('shared');
  const { result } = renderHook(() => [useRequest(query), useRequest(query)], inSession);
  await pass(0);
  expect(result.current.map(({ value }) => value)).toEqual(['shared', 'shared']);
  expect(query.ask).toHaveBeenCalledTimes(1);
});

test('what was refused is gone from the cache: an outage afterwards brings nothing back', async () => {
  const query = asked('seen', refusal(), outage());
  const { result } = renderHook(() => useRequest(query), inSession);
  await pass(0);
  expect(result.current.value).toBe('seen');
  act(() => result.current.refresh());
  await pass(0);
  expect(result.current).toMatchObject({ value: undefined, failure: { kind: 'rejected' } });
  act(() => result.current.refresh());
  await pass(0);
  expect(result.current).toMatchObject({ value: undefined, failure: { kind: 'unreachable', circumstances: {} } });
});

test('a failure stays in sight while it is asked again', async () => {
  const query = asked(outage());
  const { result } = renderHook(() => useRequest(query), inSession);
  await pass(0);
  query.ask.mockReturnValue(new Promise<string>(() => {}));
  act(() => result.current.refresh());
  await pass(0);
  expect(result.current).toMatchObject({ isLoading: false, failure: { kind: 'unreachable' } });
});

test('a browser that believes itself offline asks all the same', async () => {
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
  window.dispatchEvent(new Event('offline'));
  const query = asked('here');
  const { result } = renderHook(() => usePolling(query, 1000), inSession);
  await pass(1000);
  window.dispatchEvent(new Event('online'));
  expect(result.current.value).toBe('here');
  expect(query.ask).toHaveBeenCalledTimes(2);
});

test('nothing is tried again by itself', async () => {
  const query = asked(outage());
  renderHook(() => useRequest(query), inSession);
  await pass(600_000);
  expect(query.ask).toHaveBeenCalledTimes(1);
});

test('other settings empty the cache: another backend may answer', async () => {
  on('POST', '/api/plugins/appliance-vitals-app/settings', { data: {} });
  const query = asked('of the old backend');
  const { unmount } = renderHook(() => useRequest(query), inSession);
  await pass(0);
  unmount();
  await saveSettings(
    { jsonData: { backendUrl: 'https://new.example' }, credential: undefined },
    { enabled: true, pinned: true },
  );
  expect(queryClient.getQueryCache().getAll()).toEqual([]);
});
