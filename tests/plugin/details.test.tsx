import { act, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Token, TokenConsumers, TokenRotation } from '../../contract/api.ts';
import TokensPage from '../../src/tokens/TokensPage.tsx';
import { makeToken } from './fakeBackend.ts';
import { makeProgress, unseen } from './fakeTokens.ts';
import { failed, on, refusal, resetBackend, row, sent, show } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

const oldest = makeToken({ id: 'oldest', name: 'NOC', prefix: 'vst_Oldest', status: 'revoked', successorId: 'old' });
const old = makeToken({ id: 'old', name: 'NOC', prefix: 'vst_Old0Ab', predecessorId: 'oldest', successorId: 'new' });
const next = makeToken({
  id: 'new',
  name: 'NOC <i>now</i>',
  prefix: 'vst_New0Ab',
  createdAt: '2026-11-20T09:55:00Z',
  expiresAt: '2027-11-20T09:55:00Z',
  lastUsedAt: '2026-11-20T09:59:00Z',
  lastIp: '10.0.0.5',
  predecessorId: 'old',
});

const seen: TokenConsumers = {
  ...unseen,
  usualIntervalSeconds: 30,
  lastScrape: {
    at: '2026-11-20T09:59:00Z',
    durationSeconds: 0.0021,
    format: 'application/openmetrics-text; version=1.0.0',
    ip: '10.0.0.5',
    userAgent: 'Prometheus/3.5.0',
  },
  consumers: [
    {
      ip: '10.0.0.5',
      userAgent: 'Prometheus/3.5.0',
      firstAt: '2026-11-19T10:00:00Z',
      lastAt: '2026-11-20T09:59:00Z',
      scrapes: 2880,
    },
    {
      ip: '2001:db8::7',
      userAgent: null,
      firstAt: '2026-11-20T09:00:00Z',
      lastAt: '2026-11-20T09:30:00Z',
      scrapes: 4,
    },
  ],
};

beforeEach(() => {
  vi.useFakeTimers({
    now: new Date('2026-11-20T10:00:00Z'),
    toFake: ['Date', 'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'],
  });
  resetBackend();
  on('GET', '/api/tokens', { data: { items: [next], nextCursor: null, total: 1 } });
  on('GET', '/api/integrations', { data: [] });
  answer(next, { chain: [next], progress: null });
  answer(old, { chain: [old], progress: null });
});

function answer(token: Token, rotation: TokenRotation, consumers = unseen) {
  on('GET', `/api/tokens/${token.id}`, { data: { token } });
  on('GET', `/api/tokens/${token.id}/rotation`, { data: rotation });
  on('GET', `/api/tokens/${token.id}/consumers`, { data: consumers });
}

const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

async function open(search = '?token=new') {
  const page = show(<TokensPage />, search);
  const drawer = within(await screen.findByRole('dialog'));
  return { ...page, drawer };
}

/** What the drawer says under a term. */
function fact(drawer: ReturnType<typeof within>, label: string): ChildNode | null {
  const term: HTMLElement = drawer.getByText(label, { selector: 'dt' });
  return term.nextSibling;
}

describe('the drawer', () => {
  test('opens from the name, stands in the address, and closes to where it was opened', async () => {
    const { user, address } = show(<TokensPage />, '?status=active');
    await user.click(await screen.findByRole('button', { name: 'NOC <i>now</i>' }));
    await screen.findByRole('dialog', { name: 'NOC <i>now</i>' });
    expect(address()).toBe('?status=active&token=new');
    await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(address()).toBe('?status=active');
    await pass(50);
    expect(screen.getByRole('button', { name: 'NOC <i>now</i>' })).toHaveFocus();
  });

  test('opens from the address, for a token that is on no page of the table', async () => {
    const { drawer } = await open('?token=old');
    expect(await drawer.findByText('vst_Old0Ab…')).toBeVisible();
    expect(sent('GET', '/api/tokens')[0]?.params).toEqual({ sort: '-createdAt', limit: 50 });
  });

  test('shows every field', async () => {
    const { drawer } = await open();
    await drawer.findByText('vst_New0Ab…');
    expect(fact(drawer, 'Status')).toHaveTextContent('Active');
    expect(fact(drawer, 'Created')).toHaveTextContent('5 minutes ago by ada');
    expect(fact(drawer, 'Expires')).toHaveTextContent('in a year');
    expect(fact(drawer, 'Last Used')).toHaveTextContent('a minute ago');
    expect(fact(drawer, 'Last IP')).toHaveTextContent('10.0.0.5');
    expect(drawer.queryByText('Rotation')).toBeNull();
  });

  test('says by whom and when a token was revoked, and offers nothing more for it', async () => {
    const gone = { ...next, status: 'revoked', revokedAt: '2026-11-20T09:00:00Z', revokedBy: 'rotation' } as const;
    answer(gone, { chain: [gone], progress: null });
    const { drawer } = await open();
    await drawer.findByText('vst_New0Ab…');
    expect(fact(drawer, 'Revoked')).toHaveTextContent('an hour ago by rotation');
    expect(drawer.queryByRole('button', { name: 'Revoke' })).toBeNull();
    expect(drawer.queryByRole('button', { name: 'Rotate' })).toBeNull();
  });

  test.each([
    ['Rotate', 'Rotate token'],
    ['Revoke', 'Revoke token'],
  ])('%s leads to its dialog, which takes the drawer’s place', async (button, title) => {
    const { user, drawer, address } = await open();
    await user.click(await drawer.findByRole('button', { name: button }));
    expect(await screen.findByRole('dialog', { name: title })).toBeVisible();
    expect(screen.getAllByRole('dialog')).toHaveLength(1);
    expect(address()).toBe('');
  });
});

describe('the chain', () => {
  const chain = [oldest, old, next];

  test('shows older and newer tokens with their status, the newest first', async () => {
    answer(old, { chain, progress: null });
    const { drawer } = await open('?token=old');
    await drawer.findByText('Rotation');
    const texts = drawer.getAllByRole('listitem').map((item) => item.textContent);
    expect(texts).toEqual([
      expect.stringMatching(/vst_New0Ab….*Active.*replaces this token/),
      expect.stringMatching(/vst_Old0Ab….*Active.*this token/),
      expect.stringMatching(/vst_Oldest….*Revoked.*replaced by this token/),
    ]);
    expect(drawer.queryByRole('button', { name: 'Rotate' })).toBeNull();
  });

  test('leads from one token to the next', async () => {
    answer(old, { chain, progress: null });
    answer(next, { chain, progress: null });
    const { user, drawer, address } = await open('?token=old');
    await user.click(await drawer.findByRole('button', { name: 'vst_New0Ab…' }));
    expect(await screen.findByRole('dialog', { name: 'NOC <i>now</i>' })).toBeVisible();
    expect(address()).toBe('?token=new');
  });

  test('tells how far the switch is, and keeps up with it', async () => {
    answer(next, { chain, progress: makeProgress() });
    const { drawer } = await open();
    expect(await drawer.findByText(/Waiting for the new token to be used/)).toHaveTextContent('Started by grace');
    const silent = makeProgress({ waitingFor: 'silence', silentSeconds: 61, silentSecondsNeeded: 930 });
    answer(next, { chain, progress: silent });
    await pass(10_000);
    expect(await drawer.findByText(/to be idle: 1 of 16 minutes/)).toBeVisible();
  });
});

describe('consumers', () => {
  test('nobody yet', async () => {
    const { drawer } = await open();
    expect(await drawer.findByText('No scrapes yet.')).toBeVisible();
    expect(drawer.queryByRole('table')).toBeNull();
  });

  test('the last scrape, the scrape interval and the recent clients', async () => {
    answer(next, { chain: [next], progress: null }, seen);
    const { drawer } = await open();
    await drawer.findByText('Scrape interval');
    expect(fact(drawer, 'Scrape interval')).toHaveTextContent('30 s');
    expect(fact(drawer, 'Duration')).toHaveTextContent('2.10 ms');
    expect(fact(drawer, 'Format')).toHaveTextContent('application/openmetrics-text; version=1.0.0');
    expect(fact(drawer, 'User agent')).toHaveTextContent('Prometheus/3.5.0');
    const rows = drawer.getAllByRole('row').map(({ textContent }) => textContent);
    expect(rows.slice(1)).toEqual([
      '10.0.0.5Prometheus/3.5.0a minute agosince a day ago2,880',
      '2001:db8::7—30 minutes agosince an hour ago4',
    ]);
  });

  test.each([
    ['expired', /198.51.100.9 still tries to scrape with it, although it has expired/],
    ['revoked', /198.51.100.9 still tries to scrape with it, although it was revoked/],
  ] as const)('who is still knocking with an %s token, how often and when last', async (reason, words) => {
    const knocking = { ip: '198.51.100.9', reason, count: 17, lastAt: '2026-11-20T09:58:00Z' };
    answer(next, { chain: [next], progress: null }, { ...unseen, knocking });
    const { drawer } = await open();
    const alert = within(await drawer.findByRole('alert'));
    expect(alert.getByText(words)).toBeVisible();
    expect(alert.getByText(/Rejected scrapes so far: 17/)).toHaveTextContent('2 minutes ago');
  });
});

describe('concerns', () => {
  const concerned = { ...next, concerns: ['expires_soon', 'shared', 'silent', 'knocking'], successorId: 'x' } as const;

  test('stand beside the status in the table, each in words', async () => {
    const token = { ...concerned, concerns: [...concerned.concerns] };
    on('GET', '/api/tokens', { data: { items: [token], nextCursor: null, total: 1 } });
    const { user } = show(<TokensPage />);
    await screen.findByText('NOC <i>now</i>');
    for (const words of ['Replaced', 'Expires soon', 'Shared', 'No recent scrapes', 'Still in use']) {
      expect(row('NOC <i>now</i>').getByText(words)).toBeVisible();
    }
    await user.hover(row('NOC <i>now</i>').getByText('Shared'));
    expect(await screen.findByRole('tooltip')).toHaveTextContent('Several consumers use it at once');
  });

  test('are explained in the drawer', async () => {
    answer({ ...next, concerns: ['expires_soon', 'silent'] }, { chain: [next], progress: null });
    const { drawer } = await open();
    expect(await drawer.findByText(/Rotate it before its scrapes fail/)).toBeVisible();
    expect(drawer.getByText(/Scrapes with it have stopped/)).toBeVisible();
  });
});

describe('states', () => {
  test('loading', async () => {
    on('GET', '/api/tokens/new', () => new Promise<never>(() => {}));
    const { drawer } = await open();
    expect(drawer.getByText('Loading details…')).toBeVisible();
  });

  test.each([
    ['the token does not exist', refusal('token_not_found'), /does not exist/],
    ['the role does not allow it', refusal('forbidden'), /Your role does not allow this/],
    ['nobody is there', failed(502), /cannot be reached/],
  ])('when %s, the drawer says so', async (_, reply, words) => {
    on('GET', '/api/tokens/new/consumers', reply);
    const { drawer } = await open();
    expect(await drawer.findByRole('alert')).toHaveTextContent(words);
  });

  test('an outage leaves what was seen, and trying again mends it', async () => {
    const { user, drawer } = await open();
    await drawer.findByText('vst_New0Ab…');
    on('GET', '/api/tokens/new', failed(502));
    await pass(10_000);
    expect(await drawer.findByText('The Vitals backend cannot be reached.')).toBeVisible();
    expect(drawer.getByText('vst_New0Ab…')).toBeVisible();
    on('GET', '/api/tokens/new', { data: { token: next } });
    await user.click(drawer.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(drawer.queryByRole('alert')).toBeNull());
  });

  test('a closed drawer asks no more', async () => {
    const { user, drawer } = await open();
    await user.click(drawer.getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    const before = sent('GET', '/api/tokens/new').length;
    await pass(30_000);
    expect(sent('GET', '/api/tokens/new')).toHaveLength(before);
  });
});
