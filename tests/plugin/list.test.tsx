import { act, screen, waitFor } from '@testing-library/react';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Token } from '../../contract/api.ts';
import TokensPage from '../../src/tokens/TokensPage.tsx';
import { makeToken } from './fakeBackend.ts';
import { denied, failed, on, refusal, resetBackend, row, sent, show, signedOut, type Reply } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

const listing = (items: Token[], total = items.length, nextCursor: string | null = null): Reply => ({
  data: { items, nextCursor, total },
});

const enabled = { id: 'prometheus', name: 'Prometheus', status: 'enabled', path: '/api/metrics/prometheus' };

beforeEach(() => {
  vi.useFakeTimers({
    now: new Date('2026-11-20T10:00:00Z'),
    toFake: ['Date', 'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'],
  });
  resetBackend();
  on('GET', '/api/integrations', { data: [enabled] });
});

const asked = () => sent('GET', '/api/tokens').map(({ params }) => params);
const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

describe('the table', () => {
  test('has the seven columns, in order', async () => {
    on('GET', '/api/tokens', listing([makeToken()]));
    show(<TokensPage />);
    const headers = await screen.findAllByRole('columnheader');
    const names = ['Name', 'Created', 'Last Used', 'Last IP', 'Expires', 'Status', 'Actions'];
    expect(headers.map((header) => header.textContent)).toEqual(names);
  });

  test('says relative times, and absolute ones on hover', async () => {
    on(
      'GET',
      '/api/tokens',
      listing([makeToken({ name: 'Used', lastUsedAt: '2026-11-20T09:55:00Z', lastIp: '10.0.0.5' })]),
    );
    const { user } = show(<TokensPage />);
    await screen.findByText('Used');
    expect(row('Used').getByText('10.0.0.5')).toBeVisible();
    await user.hover(row('Used').getByText('5 minutes ago'));
    expect(await screen.findByRole('tooltip')).toHaveTextContent('2026-11-20 09:55:00');
  });

  test('shows an em dash for never used and Never for no expiry', async () => {
    on('GET', '/api/tokens', listing([makeToken({ name: 'Fresh' })]));
    show(<TokensPage />);
    await screen.findByText('Fresh');
    expect(row('Fresh').getAllByText('—')).toHaveLength(2);
    expect(row('Fresh').getAllByText('Never used')).toHaveLength(2);
    expect(row('Fresh').getByText('Never')).toBeVisible();
  });

  test('tells each status by a word, and keeps revoked rows without a way to revoke them again', async () => {
    const revoked = { status: 'revoked', revokedAt: '2026-11-19T10:00:00Z', revokedBy: 'ada' } as const;
    on(
      'GET',
      '/api/tokens',
      listing([
        makeToken({ name: 'One' }),
        makeToken({ name: 'Two', status: 'expired', expiresAt: '2026-11-01T00:00:00Z' }),
        makeToken({ name: 'Three', ...revoked }),
      ]),
    );
    show(<TokensPage />);
    await screen.findByText('One');
    expect(row('One').getByText('Active')).toBeVisible();
    expect(row('Two').getByText('Expired')).toBeVisible();
    expect(row('Three').getByText('Revoked')).toBeVisible();
    expect(row('One').getByRole('button', { name: 'Revoke One (vst_Ab3x…)' })).toBeVisible();
    expect(row('Two').getByRole('button', { name: 'Revoke Two (vst_Ab3x…)' })).toBeVisible();
    expect(row('Three').queryByRole('button', { name: /^Revoke/ })).toBeNull();
  });

  test.each(['<img src=x onerror=alert(1)>', '{{count}} $t(tokens.none) &amp; "q"', 'שלום עולם 𝒳', '=1+1\\n</script>'])(
    'shows the name %s as text',
    async (name) => {
      on('GET', '/api/tokens', listing([makeToken({ name })]));
      show(<TokensPage />);
      expect(await screen.findByText(name)).toBeVisible();
      expect(screen.getByRole('button', { name: `Rename ${name} (vst_Ab3x…)` })).toBeVisible();
      expect(screen.getByRole('button', { name: `Revoke ${name} (vst_Ab3x…)` })).toBeVisible();
      expect(document.querySelector('img')).toBeNull();
    },
  );
});

describe('search, filter, order and pages are asked of the server', () => {
  test('the newest first, fifty at a time', async () => {
    on('GET', '/api/tokens', listing([makeToken()]));
    show(<TokensPage />);
    await screen.findByRole('table');
    expect(asked()).toEqual([{ sort: '-createdAt', limit: 50 }]);
  });

  test('one question when the typing pauses, and the address remembers it', async () => {
    on('GET', '/api/tokens', listing([makeToken()]));
    const { user, address } = show(<TokensPage />);
    await user.type(await screen.findByRole('textbox', { name: 'Search tokens by name' }), 'prod');
    await pass(400);
    expect(asked().slice(1)).toEqual([{ search: 'prod', sort: '-createdAt', limit: 50 }]);
    expect(address()).toBe('?search=prod');
  });

  test('a search that the address loses is lost in the field as well', async () => {
    on('GET', '/api/tokens', listing([makeToken()]));
    const { user, address, go } = show(<TokensPage />);
    await user.type(await screen.findByRole('textbox', { name: 'Search tokens by name' }), 'prod');
    await pass(400);
    await act(() => go(''));
    await pass(400);
    expect(screen.getByRole('textbox', { name: 'Search tokens by name' })).toHaveValue('');
    expect(address()).toBe('');
    expect(asked().at(-1)).not.toHaveProperty('search');
  });

  test('a status and an order', async () => {
    on('GET', '/api/tokens', listing([makeToken()]));
    const { user, address } = show(<TokensPage />);
    await user.click(await screen.findByRole('radio', { name: 'Expired' }));
    await user.click(await screen.findByRole('button', { name: 'Sort column Name' }));
    await waitFor(() => expect(asked().at(-1)).toEqual({ status: 'expired', sort: 'name', limit: 50 }));
    await user.click(screen.getByRole('button', { name: 'Sort column Name' }));
    await waitFor(() => expect(asked().at(-1)).toEqual({ status: 'expired', sort: '-name', limit: 50 }));
    expect(address()).toBe('?status=expired&sort=-name');
  });

  test('what stands in the address, without what does not belong there', async () => {
    on('GET', '/api/tokens', listing([makeToken()]));
    show(<TokensPage />, '?search=x&status=gone&sort=secret');
    await screen.findByRole('table');
    expect(asked()).toEqual([{ search: 'x', sort: '-createdAt', limit: 50 }]);
  });

  test('the next page by its cursor, and back', async () => {
    on('GET', '/api/tokens', ({ params }) =>
      params?.['cursor']
        ? listing([makeToken({ name: 'Last' })], 51)
        : listing(
            Array.from({ length: 50 }, () => makeToken()),
            51,
            'c2',
          ),
    );
    const { user } = show(<TokensPage />);
    expect(await screen.findByText('1–50 of 51')).toBeVisible();
    expect(screen.getByRole('button', { name: 'Previous' })).toBeDisabled();
    await user.click(screen.getByRole('button', { name: 'Next' }));
    expect(await screen.findByText('51–51 of 51')).toBeVisible();
    expect(asked().at(-1)).toMatchObject({ cursor: 'c2' });
    expect(screen.getByRole('button', { name: 'Next' })).toBeDisabled();
    await user.click(screen.getByRole('button', { name: 'Previous' }));
    expect(await screen.findByText('1–50 of 51')).toBeVisible();
  });

  test('a cursor that the server refuses leads back to the first page', async () => {
    on('GET', '/api/tokens', ({ params }) =>
      params?.['cursor'] ? refusal('invalid_cursor') : listing([makeToken({ name: 'First' })], 2, 'old'),
    );
    const { user } = show(<TokensPage />);
    await user.click(await screen.findByRole('button', { name: 'Next' }));
    await waitFor(() => expect(asked()).toHaveLength(3));
    expect(asked().at(-1)).not.toHaveProperty('cursor');
    expect(await screen.findByText('First')).toBeVisible();
    expect(screen.queryByTestId('vitals-failure')).toBeNull();
  });

  test('again every quarter of a minute, so that Last Used moves by itself', async () => {
    on('GET', '/api/tokens', listing([makeToken({ name: 'Seen' })]));
    show(<TokensPage />);
    await screen.findByText('Seen');
    on(
      'GET',
      '/api/tokens',
      listing([makeToken({ name: 'Seen', lastUsedAt: '2026-11-20T10:00:10Z', lastIp: '10.0.0.5' })]),
    );
    await pass(15_000);
    expect(await screen.findByText('10.0.0.5')).toBeVisible();
  });
});

describe('states', () => {
  test('loading', () => {
    on('GET', '/api/tokens', () => new Promise<never>(() => {}));
    show(<TokensPage />);
    expect(screen.getByText('Loading tokens…')).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Create Token' })).toBeNull();
  });

  test('empty: no token at all', async () => {
    on('GET', '/api/tokens', listing([]));
    show(<TokensPage />);
    expect(await screen.findByText('No scrape tokens yet')).toBeVisible();
    expect(screen.getByRole('button', { name: 'Create Token' })).toBeVisible();
  });

  test('empty: nothing matches, and the way back to everything', async () => {
    on('GET', '/api/tokens', ({ params }) =>
      params?.['search'] ? listing([]) : listing([makeToken({ name: 'Here' })]),
    );
    const { user } = show(<TokensPage />, '?search=nowhere');
    expect(await screen.findByText('No token matches')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Clear search and filter' }));
    expect(await screen.findByText('Here')).toBeVisible();
    expect(screen.getByRole('textbox', { name: 'Search tokens by name' })).toHaveValue('');
  });

  test('integration disabled: says so and how to enable it, and the tokens are still there', async () => {
    on('GET', '/api/integrations', { data: [{ ...enabled, status: 'disabled' }] });
    on('GET', '/api/tokens', listing([makeToken({ name: 'Kept' })]));
    show(<TokensPage />);
    expect(await screen.findByText('The Prometheus integration is disabled')).toBeVisible();
    expect(screen.getByText('prometheus.enabled: true')).toBeVisible();
    expect(await screen.findByText('Kept')).toBeVisible();
  });

  test.each([
    ['the proxy denies the route', denied, /role in Grafana does not allow/],
    ['the backend forbids it', refusal('forbidden'), /Your role does not allow this/],
    ['the identity cannot be verified', refusal('identity_not_verified'), /could not verify who you are/],
    ['the credential is refused', refusal('unauthorized'), /refused Grafana's service credential/],
    ['the database is away', refusal('unavailable'), /cannot answer right now/],
    ['the backend fails', refusal('internal_error'), /went wrong inside the backend/],
    ['nobody is there', failed(502), /cannot be reached/],
    ['it takes too long', failed(504), /cannot be reached/],
    ['somebody else answers', failed(404, '<html>nginx</html>'), /is not a Vitals backend/],
    ['a page of somebody else answers', { data: '<html>nginx</html>' }, /is not a Vitals backend/],
    [
      'Grafana cannot forward it',
      failed(500, { message: 'Could not interpolate plugin route url' }),
      /could not forward/,
    ],
    ['the session is over', signedOut, /does not recognise your session/],
  ])('when %s, the banner says so and nothing can be created', async (_, reply, words) => {
    on('GET', '/api/tokens', reply);
    show(<TokensPage />);
    expect(await screen.findByRole('alert')).toHaveTextContent(words);
    expect(screen.queryByRole('button', { name: 'Create Token' })).toBeNull();
    expect(screen.queryByRole('table')).toBeNull();
  });

  test('an outage leaves the last listing on the page, and trying again mends it', async () => {
    on('GET', '/api/tokens', listing([makeToken({ name: 'Still here' })]));
    const { user } = show(<TokensPage />);
    await screen.findByText('Still here');
    on('GET', '/api/tokens', failed(502));
    await pass(15_000);
    expect(await screen.findByText('The Vitals backend cannot be reached.')).toBeVisible();
    expect(screen.getByText('Still here')).toBeVisible();
    on('GET', '/api/tokens', listing([makeToken({ name: 'Back again' })]));
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('Back again')).toBeVisible();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test('a permission that was taken away takes the listing with it', async () => {
    on('GET', '/api/tokens', listing([makeToken({ name: 'Not for you' })]));
    show(<TokensPage />);
    await screen.findByText('Not for you');
    on('GET', '/api/tokens', refusal('forbidden'));
    await pass(15_000);
    expect(await screen.findByText('Your role does not allow this.')).toBeVisible();
    expect(screen.queryByText('Not for you')).toBeNull();
  });
});
