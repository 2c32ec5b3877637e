import { act, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Token } from '../../contract/api.ts';
import TokensPage from '../../src/tokens/TokensPage.tsx';
import { makeToken } from './fakeBackend.ts';
import { unseen } from './fakeTokens.ts';
import { denied, failed, on, refusal, resetBackend, row, sent, show } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

const NAME = 'Old <i>NOC</i> & {{name}}';
const token = makeToken({ id: 'a/b', name: NAME, prefix: 'vst_Old1' });
const revoked = { ...token, status: 'revoked', revokedAt: '2026-11-20T10:00:00Z', revokedBy: 'ada' } as const;
const REVOKE = '/api/tokens/a%2Fb/revoke';

beforeEach(() => {
  resetBackend();
  on('GET', '/api/tokens', listing(token));
  on('GET', '/api/integrations', { data: [] });
  on('POST', REVOKE, revoke);
});

const listing = (item: Token) => ({ data: { items: [item], nextCursor: null, total: 1 } });

function revoke() {
  on('GET', '/api/tokens', listing(revoked));
  return { data: { token: revoked } };
}

async function openDialog() {
  const page = show(<TokensPage />);
  await page.user.click(await screen.findByRole('button', { name: `Revoke ${NAME} (vst_Old1…)` }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Revoke token' }));
  const confirm = () => page.user.click(dialog.getByRole('button', { name: 'Revoke' }));
  return { ...page, dialog, confirm };
}

/** What the dialog says of one thing that is known of the token. */
const fact = (dialog: ReturnType<typeof within>, label: string) =>
  dialog.getByText(label).nextElementSibling as HTMLElement;

test('the question stands in the words of the documentation', async () => {
  const { dialog } = await openDialog();
  expect(
    dialog.getByText(
      `Are you sure you want to revoke ${NAME}? The token will stop authenticating against the Prometheus endpoint immediately. This cannot be undone.`,
    ),
  ).toBeVisible();
});

test('of two tokens of one name, as a rotation leaves them, it says which one', async () => {
  const newer = makeToken({ name: NAME, prefix: 'vst_New2', predecessorId: 'a/b' });
  on('GET', '/api/tokens', {
    data: { items: [newer, { ...token, successorId: newer.id }], nextCursor: null, total: 2 },
  });
  const { dialog } = await openDialog();
  expect(fact(dialog, 'Begins with')).toHaveTextContent('vst_Old1…');
  expect(fact(dialog, 'Created')).toHaveTextContent('2026-11-01 08:00:00 by ada');
  expect(fact(dialog, 'Last Used')).toHaveTextContent('Never used');
  expect(fact(dialog, 'Rotation')).toHaveTextContent('The old one: a newer token replaces it.');
  expect(dialog.queryByText('Last IP')).toBeNull();
});

describe('a token that is in use', () => {
  const NOW = '2026-11-20T10:00:00Z';
  const used = { ...token, lastUsedAt: '2026-11-20T09:59:40Z', lastIp: '192.0.2.7' };
  const consumer = { userAgent: null, firstAt: '2026-11-01T08:00:00Z', scrapes: 9 };
  const every = (usualIntervalSeconds: number | null, at: string) => ({
    data: {
      ...unseen,
      usualIntervalSeconds,
      lastScrape: { at, durationSeconds: 0.01, format: 'text/plain', ip: '192.0.2.7', userAgent: null },
      consumers: [
        { ...consumer, ip: '192.0.2.7', lastAt: at },
        { ...consumer, ip: '192.0.2.8', lastAt: '2026-11-20T09:59:30Z' },
        { ...consumer, ip: '192.0.2.9', lastAt: '2026-11-19T10:00:00Z' },
      ],
    },
  });
  beforeEach(() => {
    vi.useFakeTimers({ now: new Date(NOW), toFake: ['Date'] });
    on('GET', '/api/tokens', listing(used));
  });

  test('is revoked only after a warning, with who uses it and how often', async () => {
    on('GET', '/api/tokens/a%2Fb/consumers', every(30, '2026-11-20T09:59:40Z'));
    const { dialog } = await openDialog();
    expect(fact(dialog, 'Last Used')).toHaveTextContent('a few seconds ago');
    expect(fact(dialog, 'Last IP')).toHaveTextContent('192.0.2.7');
    expect(await dialog.findByText(/Its scrape interval is 30 s/)).toBeVisible();
    expect(
      dialog.getByText('This token is in use: last scraped a few seconds ago from 192.0.2.7, 192.0.2.8.'),
    ).toBeVisible();
    expect(dialog.getByText(/These scrapes fail as soon as it is revoked/)).toBeVisible();
  });

  test.each([
    ['has missed its usual interval twice', every(30, '2026-11-20T09:58:59Z')],
    ['was scraped once, long ago', every(null, '2026-11-20T09:54:00Z')],
  ])('no more, because it %s, is revoked without one', async (_, seen) => {
    on('GET', '/api/tokens', listing({ ...used, lastUsedAt: seen.data.lastScrape.at }));
    on('GET', '/api/tokens/a%2Fb/consumers', seen);
    const { dialog } = await openDialog();
    await waitFor(() => expect(sent('GET', '/api/tokens/a%2Fb/consumers')).toHaveLength(1));
    expect(dialog.queryByText(/This token is in use/)).toBeNull();
  });

  test('is told by its own last use where its scrapes cannot be asked for', async () => {
    const { dialog } = await openDialog();
    expect(dialog.getByText('This token is in use: last scraped a few seconds ago from 192.0.2.7.')).toBeVisible();
  });
});

test('confirmed, the row is revoked at once and cannot be revoked again', async () => {
  const { confirm } = await openDialog();
  await confirm();
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(row(NAME).getByText('Revoked')).toBeVisible();
  expect(row(NAME).queryByRole('button', { name: /^Revoke/ })).toBeNull();
});

test('a listing that was asked for before the revocation does not turn the row back', async () => {
  let late: (reply: { data: unknown }) => void = () => {};
  on('POST', REVOKE, { data: { token: revoked } });
  const { user } = show(<TokensPage />);
  await screen.findByText(NAME);
  on('GET', '/api/tokens', () => new Promise((done) => (late = done)));
  await user.click(screen.getByRole('radio', { name: 'Active' }));
  const early = late;
  await user.click(screen.getByRole('button', { name: `Revoke ${NAME} (vst_Old1…)` }));
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Revoke' }));
  await waitFor(() => expect(row(NAME).getByText('Revoked')).toBeVisible());
  await act(async () => early(listing(token)));
  expect(row(NAME).getByText('Revoked')).toBeVisible();
});

test('cancelled, nothing is sent', async () => {
  const { user, dialog } = await openDialog();
  await user.click(dialog.getByRole('button', { name: 'Cancel' }));
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(sent('POST', REVOKE)).toHaveLength(0);
  expect(row(NAME).getByText('Active')).toBeVisible();
});

test.each([
  ['the role does not allow it', refusal('forbidden'), /Your role does not allow this/],
  ['the proxy denies it', denied, /role in Grafana does not allow/],
  ['nobody is there', failed(502), /cannot be reached/],
  ['the database is away', refusal('unavailable'), /cannot answer right now/],
])('when %s, the dialog says so and the token stays as it is', async (_, reply, words) => {
  on('POST', REVOKE, reply);
  const { dialog, confirm } = await openDialog();
  await confirm();
  expect(await dialog.findByRole('alert')).toHaveTextContent(words);
  expect(row(NAME).getByText('Active')).toBeVisible();
  on('POST', REVOKE, revoke);
  await confirm();
  await waitFor(() => expect(row(NAME).getByText('Revoked')).toBeVisible());
});

describe.each([
  ['token_already_revoked', 'This scrape token has already been revoked.'],
  ['token_not_found', 'This scrape token does not exist.'],
] as const)('somebody was faster: %s', (code, words) => {
  test('the dialog closes, the page says so and shows the table as it is now', async () => {
    on('POST', REVOKE, refusal(code));
    const { user, confirm } = await openDialog();
    on('GET', '/api/tokens', listing(revoked));
    await confirm();
    expect(await screen.findByText(words)).toBeVisible();
    expect(screen.queryByRole('dialog')).toBeNull();
    await waitFor(() => expect(row(NAME).getByText('Revoked')).toBeVisible());
    await user.click(screen.getByRole('button', { name: /Close alert/ }));
    expect(screen.queryByText(words)).toBeNull();
  });
});
