import { screen, waitFor, within } from '@testing-library/react';
import { locationUtil, type GrafanaConfig } from '@grafana/data';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import AlarmsPage from '../../src/alarms/AlarmsPage.tsx';
import AuditPage from '../../src/audit/AuditPage.tsx';
import { paths } from '../../src/lib/constants.ts';
import IntegrationsPage from '../../src/integrations/IntegrationsPage.tsx';
import { makeAlarm } from './fakeAlarms.ts';
import { intact, makeAuditEvent } from './fakeAudit.ts';
import { makeNotification } from './fakeBell.ts';
import { makePush } from './fakePush.ts';
import { failed, on, resetBackend, show } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

const BASE = '/monitoring/grafana';
const tokenId = 'tok1';
const notification = makeNotification({ alarmId: null, tokenId });

const serveUnder = (appSubUrl: string) =>
  locationUtil.initialize({
    config: { appSubUrl } as GrafanaConfig,
    getTimeRangeForUrl: vi.fn(),
    getVariablesUrlParams: vi.fn(),
  });

beforeEach(() => {
  resetBackend();
  serveUnder(BASE);
  const alarm = makeAlarm({ id: 'alm1', subject: { kind: 'token', tokenId } });
  on('GET', '/api/integrations', { data: [{ id: 'prometheus', name: 'P', status: 'enabled', authentication: [] }] });
  on('GET', '/api/catalogues', { data: { items: [] } });
  on('GET', '/api/push', { data: makePush() });
  on('GET', '/api/alarms', { data: { items: [alarm], nextCursor: null } });
  on('GET', '/api/alarms/alm1', { data: { alarm } });
  on('GET', '/api/audit', { data: { items: [makeAuditEvent()], nextCursor: null } });
  on('GET', '/api/audit/verification', { data: intact() });
  on('GET', '/api/notifications', { data: { items: [notification], nextCursor: null, unreadCount: 1 } });
});
afterEach(() => serveUnder(''));

/** As an address bar would get it from a link that is opened in a new tab. */
const address = (link: HTMLElement) => link.getAttribute('href');

test.each([
  ['Manage tokens', <IntegrationsPage key="page" />, paths.integrations, '', 'link', paths.tokens],
  ['Past', <AlarmsPage key="page" />, paths.alarms, '', 'tab', `${paths.alarms}?tab=past`],
  ['Open the token', <AlarmsPage key="page" />, paths.alarms, '?alarm=alm1', 'link', `${paths.tokens}?token=tok1`],
  ['Sessions & credentials', <AuditPage key="page" />, paths.audit, '', 'tab', `${paths.audit}?tab=sessions`],
])('“%s” has the path in it that Grafana is served under', async (name, page, path, search, role, to) => {
  show(page, search, path);
  expect(address(await screen.findByRole(role, { name }))).toBe(BASE + to);
});

test('so have the links of the bell', async () => {
  const { user } = show(<AlarmsPage />, '', paths.alarms);
  await user.click(await screen.findByRole('button', { name: /^Notifications/ }));
  const drawer = within(await screen.findByRole('dialog'));
  expect(address(await drawer.findByRole('link', { name: 'Open the token' }))).toBe(
    `${BASE}${paths.tokens}?token=tok1`,
  );
});

test('so has the way to the settings', async () => {
  on('GET', '/api/alarms', failed(502));
  show(<AlarmsPage />, '', paths.alarms);
  await waitFor(() =>
    expect(address(screen.getByRole('link', { name: 'Open the settings' }))).toBe(BASE + paths.settings),
  );
});
