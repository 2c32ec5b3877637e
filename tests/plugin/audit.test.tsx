import { act, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { AuditEvent, AuditVerification } from '../../contract/api.ts';
import AuditPage from '../../src/audit/AuditPage.tsx';
import { paths } from '../../src/lib/constants.ts';
import { intact, makeAuditEvent } from './fakeAudit.ts';
import { denied, failed, layOut, on, refusal, resetBackend, row, sent, show, type Reply } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-20T10:00:00Z'), toFake: ['Date'] });
  resetBackend();
  on('GET', '/api/audit/verification', { data: intact() });
  on('GET', '/api/audit', listing([makeAuditEvent({ target: 'tok1' })]));
});

const listing = (items: AuditEvent[], nextCursor: string | null = null): Reply => ({ data: { items, nextCursor } });
const asked = () => sent('GET', '/api/audit').map(({ params }) => params);
const showLog = (search = '') => show(<AuditPage />, search, paths.audit);

describe('the log', () => {
  test('tells time, event, actor, door, address and target of each row, as text', async () => {
    on('GET', '/api/audit', listing([makeAuditEvent({ actor: '<img src=x> {{name}}', via: 'cli', ip: null })]));
    showLog();
    await screen.findByText('token.created');
    const cells = row('token.created');
    expect(cells.getByText('2026-11-20 09:00:00')).toBeVisible();
    expect(cells.getByText('<img src=x> {{name}}')).toBeVisible();
    expect(cells.getByText('Command line')).toBeVisible();
    expect(cells.getByText('Not known')).toBeVisible();
    expect(document.querySelector('img')).toBeNull();
  });

  test('shows a row whole, with its details as readable text and its hash', async () => {
    const event = makeAuditEvent({ seq: 77, details: { name: '</pre><b>x', count: 2 }, hash: 'f00d' });
    on('GET', '/api/audit', listing([event]));
    const { user } = showLog();
    await user.click(await screen.findByRole('button', { name: 'Details of row 77' }));
    const drawer = within(await screen.findByRole('dialog'));
    expect(drawer.getByText('A scrape token was minted.')).toBeVisible();
    expect(drawer.getByText('f00d')).toBeVisible();
    const details = drawer.getByRole('region', { name: 'Details' });
    expect(details).toHaveTextContent('{ "name": "</pre><b>x", "count": 2 }');
    await user.click(drawer.getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  test('older rows are asked for by their cursor', async () => {
    on('GET', '/api/audit', ({ params }) =>
      params?.['cursor']
        ? listing([makeAuditEvent({ target: 'the oldest' })])
        : listing([makeAuditEvent({ target: 'the newest' })], 'c2'),
    );
    const { user } = showLog();
    await user.click(await screen.findByRole('button', { name: 'Older' }));
    expect(await screen.findByText('the oldest')).toBeVisible();
    expect(asked().at(-1)).toEqual({ limit: 50, cursor: 'c2' });
    await user.click(screen.getByRole('button', { name: 'Newer' }));
    expect(await screen.findByText('the newest')).toBeVisible();
  });
});

describe('filters stand in the address and are asked of the server', () => {
  test('event, actor and address', async () => {
    layOut();
    const { user, address } = showLog();
    await user.click(await screen.findByRole('combobox', { name: 'Event' }));
    await user.click(await screen.findByRole('option', { name: /scrape\.refused/ }));
    await user.type(screen.getByRole('textbox', { name: 'Filter by actor' }), 'ada');
    await waitFor(() => expect(address()).toBe('?event=scrape.refused&actor=ada'));
    await user.type(screen.getByRole('textbox', { name: 'Filter by address' }), '10.0.0.5');
    await waitFor(() => expect(address()).toBe('?event=scrape.refused&actor=ada&ip=10.0.0.5'));
    const filtered = { event: 'scrape.refused', actor: 'ada', ip: '10.0.0.5', limit: 50 };
    await waitFor(() => expect(asked().at(-1)).toEqual(filtered));
  });

  test('a time range that is counted from now', async () => {
    showLog('?from=now-6h&to=now');
    await screen.findByText('tok1');
    expect(asked()).toEqual([{ from: '2026-11-20T04:00:00.000Z', limit: 50 }]);
    expect(screen.getByText('Last 6 hours')).toBeVisible();
  });

  test('a time range that is picked', async () => {
    const { user, address } = showLog();
    await user.click(await screen.findByRole('button', { name: 'Any time' }));
    await user.click(await screen.findByText('Last 24 hours'));
    await waitFor(() => expect(asked().at(-1)).toEqual({ from: '2026-11-19T10:00:00.000Z', limit: 50 }));
    expect(address()).toBe('?from=now-24h&to=now');
  });

  test('what does not belong into the address is not asked for', async () => {
    showLog('?event=gone&from=yesterday&to=2026-11-21T00:00:00Z&limit=9');
    await screen.findByText('tok1');
    expect(asked()).toEqual([{ to: '2026-11-21T00:00:00.000Z', limit: 50 }]);
  });

  test('a filter from the future finds nothing, exports nothing, and can be cleared', async () => {
    on('GET', '/api/audit', ({ params }) => (params?.['from'] ? listing([]) : listing([makeAuditEvent()])));
    const { user, address } = showLog('?from=2030-01-01T00:00:00Z');
    expect(await screen.findByText('No matching events')).toBeVisible();
    expect(screen.getByRole('button', { name: 'Export CSV' })).toHaveAttribute('aria-disabled', 'true');
    await user.hover(screen.getByRole('button', { name: 'Export NDJSON' }));
    expect(await screen.findByRole('tooltip')).toHaveTextContent('nothing to export');
    await user.click(screen.getByRole('button', { name: 'Clear the filters' }));
    expect(await screen.findByText('token.created')).toBeVisible();
    expect(address()).toBe('');
  });
});

test.each([
  ['Export CSV', 'csv'],
  ['Export NDJSON', 'ndjson'],
])('%s is a link to what is filtered, which the browser saves by itself', async (name, format) => {
  showLog('?actor=a%26b&from=2026-11-01T00:00:00Z');
  const link = await screen.findByRole('link', { name });
  const url = new URL(link.getAttribute('href') ?? '', 'http://grafana');
  expect(url.pathname).toBe('/api/plugin-proxy/appliance-vitals-app/api/audit/export');
  expect(Object.fromEntries(url.searchParams)).toEqual({ format, actor: 'a&b', from: '2026-11-01T00:00:00.000Z' });
  expect(link).toHaveAttribute('download');
  expect(link).toHaveAttribute('target', '_self');
});

describe('the verification', () => {
  test.each<[string, Partial<AuditVerification>, string]>([
    ['intact', {}, 'Verified up to 2026-11-20 09:58:00, row 1204.'],
    ['intact and empty', { verifiedUpTo: null }, 'Verified: the log is empty.'],
    ['begun', { state: 'checking', verifiedUpTo: null }, 'Checking the log from its first row…'],
    ['on its way', { state: 'checking' }, 'Checking… verified so far up to 2026-11-20 09:58:00, row 1204.'],
    [
      'pruned',
      { removedUpTo: { seq: 900, at: '2026-10-01T00:00:00Z' } },
      'Row 900 of 2026-10-01 00:00:00 and those before it were removed by retention.',
    ],
  ])('%s', async (_, own, words) => {
    on('GET', '/api/audit/verification', { data: intact(own) });
    showLog();
    expect(await screen.findByText(words)).toBeVisible();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test('broken: the alarm names the row and what is wrong with it', async () => {
    const problem = { seq: 1205, problem: 'its hash does not follow from the row before' };
    on('GET', '/api/audit/verification', { data: intact({ state: 'broken', problem }) });
    showLog();
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('The audit log was changed: the hash of row 1205 does not match.');
    expect(alert).toHaveTextContent('its hash does not follow from the row before');
    expect(screen.getByText('Verified up to 2026-11-20 09:58:00, row 1204.')).toBeVisible();
  });

  test('is begun again on demand, and followed until it is done', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
    const { user } = showLog();
    const checking = { data: intact({ state: 'checking', verifiedUpTo: null }) };
    on('POST', '/api/audit/verification', () => {
      on('GET', '/api/audit/verification', checking);
      return checking;
    });
    await user.click(await screen.findByRole('button', { name: 'Verify again' }));
    expect(await screen.findByText('Checking the log from its first row…')).toBeVisible();
    expect(screen.getByRole('button', { name: 'Verify again' })).toBeDisabled();
    on('GET', '/api/audit/verification', { data: intact() });
    await act(() => vi.advanceTimersByTimeAsync(3000));
    expect(await screen.findByText('Verified up to 2026-11-20 09:58:00, row 1204.')).toBeVisible();
  });

  test('that cannot be asked for leaves the log on the page; a refusal to begin is said', async () => {
    on('GET', '/api/audit/verification', failed(502));
    on('POST', '/api/audit/verification', refusal('unavailable'));
    const { user } = showLog();
    expect(await screen.findByText('The integrity of the log is not known at the moment.')).toBeVisible();
    expect(screen.getByText('tok1')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Verify again' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('cannot answer right now');
  });
});

test('an error comes below the toolbar, which stays where it is', async () => {
  on('POST', '/api/audit/verification', refusal('unavailable'));
  const { user } = showLog();
  const toolbar = await screen.findByRole('search');
  const head = screen.getByRole('button', { name: 'Verify again' }).closest('div')?.parentElement as HTMLElement;
  const before = head.children.length;
  await user.click(screen.getByRole('button', { name: 'Verify again' }));
  const rejected = await screen.findByRole('alert');
  expect(head.children).toHaveLength(before);
  expect(isBelow(rejected, toolbar)).toBe(true);
  on('GET', '/api/audit', failed(502));
  document.dispatchEvent(new Event('visibilitychange'));
  await waitFor(() => expect(screen.getAllByRole('alert')).toHaveLength(2));
  for (const each of screen.getAllByRole('alert')) expect(isBelow(each, toolbar)).toBe(true);
});

const isBelow = (lower: Node, upper: Node) =>
  (upper.compareDocumentPosition(lower) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;

describe('states', () => {
  test('loading', () => {
    on('GET', '/api/audit', () => new Promise<never>(() => {}));
    showLog();
    expect(screen.getByText('Loading the audit log…')).toBeVisible();
  });

  test('empty', async () => {
    on('GET', '/api/audit', listing([]));
    showLog();
    expect(await screen.findByText('No events yet')).toBeVisible();
  });

  test.each([
    ['the proxy denies it', denied, /role in Grafana does not allow/],
    ['the backend forbids it', refusal('forbidden'), /Your role does not allow this/],
    ['nobody is there', failed(502), /cannot be reached/],
    ['the address is throttled', refusal('too_many_attempts'), /refused Grafana's service credential/],
  ])('when %s, the page says so and shows nothing of the log', async (_, reply, words) => {
    on('GET', '/api/audit', reply);
    showLog();
    expect(await screen.findByRole('alert')).toHaveTextContent(words);
    expect(screen.queryByRole('table')).toBeNull();
    expect(screen.queryByText(/Verified/)).toBeNull();
    expect(screen.queryByRole('link', { name: /Export/ })).toBeNull();
  });
});
