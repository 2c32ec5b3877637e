import { act, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Credential } from '../../contract/api.ts';
import AuditPage from '../../src/audit/AuditPage.tsx';
import { paths } from '../../src/lib/constants.ts';
import { makeCredential } from './fakeCredentials.ts';
import { failed, layOut, on, refusal, resetBackend, row, sent, show, type Reply } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

const NAME = 'Night <i>shift</i>';
const credential = makeCredential({ id: 'c/1', name: NAME });
const revoked = { ...credential, status: 'revoked', revokedAt: '2026-11-20T10:00:00Z', revokedBy: 'ada' } as const;
const REVOKE = '/api/credentials/c%2F1/revoke';

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-20T10:00:00Z'), toFake: ['Date'] });
  resetBackend();
  on('GET', '/api/credentials', listing([credential]));
});

const listing = (items: Credential[], nextCursor: string | null = null): Reply => ({ data: { items, nextCursor } });
const asked = () => sent('GET', '/api/credentials').map(({ params }) => params);
const showSessions = (search = '') => show(<AuditPage />, `?tab=sessions${search}`, paths.audit);

async function openDialog() {
  const page = showSessions();
  await page.user.click(await screen.findByRole('button', { name: `Revoke ${NAME} (c/1)` }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Revoke credential' }));
  const confirm = () => page.user.click(dialog.getByRole('button', { name: 'Revoke' }));
  return { ...page, dialog, confirm };
}

test('who, role, created, last used and from where, expires, status', async () => {
  const used = { lastUsedAt: '2026-11-20T09:55:00Z', lastIp: '192.0.2.7', role: 'collector' } as const;
  on(
    'GET',
    '/api/credentials',
    listing([makeCredential({ name: 'Sensor', ...used }), makeCredential({ name: 'New' })]),
  );
  showSessions();
  await screen.findByText('Sensor');
  const cells = row('Sensor');
  for (const text of ['Collector', '19 days ago', '5 minutes ago', '192.0.2.7', 'in a year', 'Active']) {
    expect(cells.getByText(text)).toBeVisible();
  }
  expect(row('New').getByText('Never used')).toBeVisible();
});

test('a reporter is shown with the catalogue that it reports for, also before it is revoked', async () => {
  on('GET', '/api/credentials', listing([makeCredential({ name: 'Rack 7', role: 'reporter', catalogue: 'dockmesh' })]));
  const { user } = showSessions();
  await screen.findByText('Rack 7');
  expect(row('Rack 7').getByText('Reporter')).toBeVisible();
  expect(row('Rack 7').getByText('for dockmesh')).toBeVisible();
  await user.click(row('Rack 7').getByRole('button', { name: /^Revoke Rack 7 \(crd/ }));
  expect(await screen.findByText('It reports for the catalogue dockmesh.')).toBeVisible();
});

test('before one is revoked, the dialog says which it is: names need not differ', async () => {
  on('GET', '/api/credentials', listing([{ ...credential, lastUsedAt: '2026-11-20T09:55:00Z', lastIp: '192.0.2.7' }]));
  const { dialog } = await openDialog();
  const reported = dialog.getAllByRole('term').map((term) => [term.textContent, term.nextElementSibling?.textContent]);
  expect(reported).toEqual([
    ['ID', 'c/1'],
    ['Role', 'Administrator'],
    ['Created', '2026-11-01 08:00:00 by cli'],
    ['Last Used', '5 minutes ago'],
    ['Last IP', '192.0.2.7'],
  ]);
});

test('the tab is reached from the log, by a link', async () => {
  on('GET', '/api/audit', listing([]));
  const { user, address } = show(<AuditPage />, '', paths.audit);
  await user.click(screen.getByRole('tab', { name: 'Sessions & credentials' }));
  expect(await screen.findByText(NAME)).toBeVisible();
  expect(address()).toBe('?tab=sessions');
});

test('status and role are asked of the server and stand in the address', async () => {
  layOut();
  const { user, address } = showSessions();
  await user.click(await screen.findByRole('radio', { name: 'Expired' }));
  await user.click(screen.getByRole('combobox', { name: 'Role' }));
  await user.click(await screen.findByRole('option', { name: 'Grafana' }));
  await waitFor(() => expect(asked().at(-1)).toEqual({ status: 'expired', role: 'grafana', limit: 50 }));
  expect(address()).toBe('?tab=sessions&status=expired&role=grafana');
});

test('nothing matches, and the way back to everything', async () => {
  on('GET', '/api/credentials', ({ params }) => (params?.['role'] ? listing([]) : listing([credential])));
  const { user } = showSessions('&role=reporter');
  expect(await screen.findByText('No credential matches')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Clear the filters' }));
  expect(await screen.findByText(NAME)).toBeVisible();
});

describe('revoking', () => {
  test('asks first, and shows the credential revoked at once', async () => {
    on('POST', REVOKE, () => {
      on('GET', '/api/credentials', listing([revoked]));
      return { data: { credential: revoked } };
    });
    const { dialog, confirm } = await openDialog();
    expect(dialog.getByText(new RegExp(`revoke ${NAME}\\? Requests with it are rejected`))).toBeVisible();
    expect(dialog.queryByRole('alert')).toBeNull();
    await confirm();
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(row(NAME).getByText('Revoked')).toBeVisible();
    expect(row(NAME).queryByRole('button', { name: /^Revoke/ })).toBeNull();
  });

  test('of a Grafana’s credential warns that it may be the one of this very Grafana', async () => {
    on('GET', '/api/credentials', listing([{ ...credential, role: 'grafana' }]));
    const { dialog } = await openDialog();
    expect(dialog.getByRole('alert')).toHaveTextContent('This may be the credential of this Grafana.');
  });

  test.each([
    ['the role does not allow it', refusal('forbidden'), /Your role does not allow this/],
    ['nobody is there', failed(502), /cannot be reached/],
  ])('when %s, the dialog says so and the credential stays as it is', async (_, reply, words) => {
    on('POST', REVOKE, reply);
    const { dialog, confirm } = await openDialog();
    await confirm();
    expect(await dialog.findByRole('alert')).toHaveTextContent(words);
    expect(row(NAME).getByText('Active')).toBeVisible();
  });

  test.each([
    ['credential_already_revoked', 'This credential has already been revoked.'],
    ['credential_not_found', 'This credential does not exist.'],
  ] as const)('when somebody was faster (%s), the page says so and shows how it is now', async (code, words) => {
    on('POST', REVOKE, refusal(code));
    const { confirm } = await openDialog();
    on('GET', '/api/credentials', listing([revoked]));
    await confirm();
    expect(await screen.findByText(words)).toBeVisible();
    expect(screen.queryByRole('dialog')).toBeNull();
    await waitFor(() => expect(row(NAME).getByText('Revoked')).toBeVisible());
  });
});

test('an outage leaves the credentials on the page, a permission that was taken away does not', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
  showSessions();
  await screen.findByText(NAME);
  on('GET', '/api/credentials', failed(502));
  await act(() => vi.advanceTimersByTimeAsync(15_000));
  expect(await screen.findByText('The Vitals backend cannot be reached.')).toBeVisible();
  expect(screen.getByText(NAME)).toBeVisible();
  on('GET', '/api/credentials', refusal('forbidden'));
  await act(() => vi.advanceTimersByTimeAsync(15_000));
  expect(await screen.findByText('Your role does not allow this.')).toBeVisible();
  expect(screen.queryByText(NAME)).toBeNull();
});

test('loading', () => {
  on('GET', '/api/credentials', () => new Promise<never>(() => {}));
  showSessions();
  expect(screen.getByText('Loading credentials…')).toBeVisible();
});

test.each([
  ['the backend forbids it', refusal('forbidden'), /Your role does not allow this/],
  ['nobody is there', failed(504), /cannot be reached/],
])('when %s, the page says so and shows no credential', async (_, reply, words) => {
  on('GET', '/api/credentials', reply);
  showSessions();
  expect(await screen.findByRole('alert')).toHaveTextContent(words);
  expect(screen.queryByRole('table')).toBeNull();
});
