import { act, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Notification } from '../../contract/api.ts';
import { UNREAD_COUNTED_MAX } from '../../contract/bell.ts';
import { paths } from '../../src/lib/constants.ts';
import { alarmsPage } from '../../src/layout/pages.ts';
import { VitalsPage } from '../../src/layout/VitalsPage.tsx';
import { makeNotification } from './fakeBell.ts';
import { failed, on, refusal, resetBackend, sent, show, signIn, type Reply } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-20T10:00:00Z'), toFake: ['Date'] });
  resetBackend();
});

const page = <VitalsPage page={alarmsPage()}>The page itself</VitalsPage>;
const listing = (items: Notification[], unreadCount: number, nextCursor: string | null = null): Reply => ({
  data: { items, nextCursor, unreadCount },
});
const bell = (name: string | RegExp) => screen.findByRole('button', { name });
const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

async function openDrawer() {
  const view = show(page);
  await view.user.click(await bell(/^Notifications/));
  return { ...view, drawer: within(await screen.findByRole('dialog')) };
}

describe('the bell', () => {
  test.each([
    [0, 'Notifications', null],
    [3, 'Notifications, 3 unread', '3'],
    [UNREAD_COUNTED_MAX - 1, 'Notifications, 999 unread', '999'],
    [UNREAD_COUNTED_MAX, 'Notifications, 1000 or more unread', '999+'],
  ])('with %i unread is called “%s” and shows %s', async (unread, name, badge) => {
    on('GET', '/api/notifications', listing([], unread));
    show(page);
    await bell(name);
    expect(screen.queryByTestId('vitals-unread')?.textContent ?? null).toBe(badge);
  });

  test('asks for the count alone, once a minute, and only while the page can be seen', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] });
    on('GET', '/api/notifications', listing([], 1));
    show(page);
    await bell('Notifications, 1 unread');
    expect(sent('GET', '/api/notifications').map(({ params }) => params)).toEqual([{ limit: 1 }]);
    await pass(60_000);
    expect(sent('GET', '/api/notifications')).toHaveLength(2);
    const visibility = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    await pass(180_000);
    expect(sent('GET', '/api/notifications')).toHaveLength(2);
    on('GET', '/api/notifications', listing([], 5));
    visibility.mockReturnValue('visible');
    act(() => void document.dispatchEvent(new Event('visibilitychange')));
    await bell('Notifications, 5 unread');
  });

  test.each([
    ['nobody is there', failed(502)],
    ['the backend refuses', refusal('forbidden')],
    ['somebody else answers', { data: '<html></html>' }],
  ])('when %s it stays a bell, and the page is not disturbed', async (_, reply) => {
    on('GET', '/api/notifications', reply);
    show(page);
    await waitFor(() => expect(sent('GET', '/api/notifications')).toHaveLength(1));
    await bell('Notifications');
    expect(screen.getByText('The page itself')).toBeVisible();
    expect(screen.queryByRole('alert')).toBeNull();
  });
});

describe('its drawer', () => {
  test('tells severity, title, text and time of each, and where it leads', async () => {
    const items = [
      makeNotification({ title: 'ClickHouse does not answer', severity: 'critical', alarmId: 'alm1' }),
      makeNotification({
        title: 'Scrape token created',
        text: 'The scrape token “<b>x</b>” was created.',
        tokenId: 'tok1',
      }),
    ];
    on('GET', '/api/notifications', listing(items, 2));
    const { drawer } = await openDrawer();
    expect(await drawer.findByText('ClickHouse does not answer')).toBeVisible();
    expect(drawer.getByText('Critical')).toBeVisible();
    expect(drawer.getAllByText('an hour ago')).toHaveLength(2);
    expect(drawer.getByText('The scrape token “<b>x</b>” was created.')).toBeVisible();
    expect(drawer.getByRole('link', { name: 'Open the alarm' })).toHaveAttribute('href', `${paths.alarms}?alarm=alm1`);
    expect(drawer.getByRole('link', { name: 'Open the token' })).toHaveAttribute('href', `${paths.tokens}?token=tok1`);
  });

  test('leads nobody but administrators to a token', async () => {
    signIn('Editor');
    const items = [makeNotification({ alarmId: 'alm1' }), makeNotification({ tokenId: 'tok1' })];
    on('GET', '/api/notifications', listing(items, 2));
    const { drawer } = await openDrawer();
    expect(await drawer.findByRole('link', { name: 'Open the alarm' })).toBeVisible();
    expect(drawer.queryByRole('link', { name: 'Open the token' })).toBeNull();
  });

  test('marks one as read', async () => {
    const [one, two] = [makeNotification({ title: 'One' }), makeNotification({ title: 'Two' })];
    on('GET', '/api/notifications', listing([one, two], 2));
    on('POST', '/api/notifications/read', () => {
      on('GET', '/api/notifications', listing([{ ...one, read: true }, two], 1));
      return { data: { unreadCount: 1 } };
    });
    const { user, drawer } = await openDrawer();
    await user.click(await drawer.findByRole('button', { name: 'Mark “One” as read' }));
    await waitFor(() => expect(drawer.queryByRole('button', { name: 'Mark “One” as read' })).toBeNull());
    expect(drawer.getByRole('button', { name: 'Mark “Two” as read' })).toBeVisible();
    expect(sent('POST', '/api/notifications/read')[0]?.data).toEqual({ ids: [one.id] });
    await bell('Notifications, 1 unread');
  });

  test('marks all as read: up to the newest, also from an older page', async () => {
    const first = Array.from({ length: 20 }, () => makeNotification());
    const older = makeNotification({ title: 'Older one' });
    on('GET', '/api/notifications', ({ params }) =>
      params?.['cursor'] ? listing([older], 21) : listing(first, 21, 'c2'),
    );
    on('POST', '/api/notifications/read', () => {
      on('GET', '/api/notifications', listing([{ ...older, read: true }], 0));
      return { data: { unreadCount: 0 } };
    });
    const { user, drawer } = await openDrawer();
    await user.click(await drawer.findByRole('button', { name: 'Older' }));
    await drawer.findByText('Older one');
    await user.click(drawer.getByRole('button', { name: 'Mark all as read' }));
    await waitFor(() => expect(drawer.queryByText('Unread')).toBeNull());
    expect(sent('POST', '/api/notifications/read')[0]?.data).toEqual({ upTo: first[0]?.id });
    expect(drawer.getByRole('button', { name: 'Mark all as read' })).toBeDisabled();
    await bell('Notifications');
  });

  test('a link is followed, the notification read, the drawer closed', async () => {
    const item = makeNotification({ alarmId: 'alm1' });
    on('GET', '/api/notifications', listing([item], 1));
    on('POST', '/api/notifications/read', { data: { unreadCount: 0 } });
    const { user, drawer, address, pathname } = await openDrawer();
    await user.click(await drawer.findByRole('link', { name: 'Open the alarm' }));
    expect(pathname() + address()).toBe(`${paths.alarms}?alarm=alm1`);
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(sent('POST', '/api/notifications/read')).toHaveLength(1);
  });

  test('a mark that is refused is said in the drawer, and the notification stays unread', async () => {
    on('GET', '/api/notifications', listing([makeNotification({ title: 'Aged' })], 1));
    on('POST', '/api/notifications/read', refusal('notification_not_found'));
    const { user, drawer } = await openDrawer();
    await user.click(await drawer.findByRole('button', { name: 'Mark “Aged” as read' }));
    expect(await drawer.findByText('This notification does not exist any more.')).toBeVisible();
    expect(drawer.getByText('Unread')).toBeVisible();
  });

  test('nothing has rung', async () => {
    on('GET', '/api/notifications', listing([], 0));
    const { drawer } = await openDrawer();
    expect(await drawer.findByText('No notifications')).toBeVisible();
  });

  test('the backend is away, and comes back', async () => {
    on('GET', '/api/notifications', failed(502));
    const { user, drawer } = await openDrawer();
    expect(await drawer.findByText('The Vitals backend cannot be reached.')).toBeVisible();
    on('GET', '/api/notifications', listing([makeNotification({ title: 'Here' })], 1));
    await user.click(drawer.getByRole('button', { name: 'Try again' }));
    expect(await drawer.findByText('Here')).toBeVisible();
  });
});
