import { act, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Alarm } from '../../contract/api.ts';
import AlarmsPage from '../../src/alarms/AlarmsPage.tsx';
import { paths } from '../../src/lib/constants.ts';
import { acknowledged, makeAlarm, resolved } from './fakeAlarms.ts';
import { denied, failed, on, refusal, resetBackend, row, sent, show, signIn, type Reply } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

const NAME = 'Backlog <i>grows</i>';
const alarm = makeAlarm({ id: 'alm1', ruleName: NAME });
const taken = acknowledged(alarm, '2026-11-20T09:30:00Z', 'grace <b>');
const over = resolved(taken, '2026-11-20T09:45:00Z');
const ACKNOWLEDGE = '/api/alarm-acknowledgements/alm1';

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-20T10:00:00Z'), toFake: ['Date'] });
  resetBackend();
  on('GET', '/api/alarms', ({ params }) => listing(params?.['state'] === 'past' ? [over] : [alarm]));
  on('GET', '/api/alarms/alm1', { data: { alarm } });
});

const listing = (items: Alarm[], nextCursor: string | null = null): Reply => ({ data: { items, nextCursor } });
const asked = () => sent('GET', '/api/alarms').map(({ params }) => params);
const showAlarms = (search = '') => show(<AlarmsPage />, search, paths.alarms);

describe('the list', () => {
  test('tells severity, state, summary and since when by words, and who took notice', async () => {
    on('GET', '/api/alarms', listing([{ ...taken, severity: 'critical' }]));
    showAlarms();
    await screen.findByText(NAME);
    const cells = row(NAME);
    for (const text of ['Critical', 'Acknowledged', alarm.summary, 'an hour ago', 'grace <b>']) {
      expect(cells.getByText(text)).toBeVisible();
    }
    expect(cells.queryByRole('button', { name: /^Acknowledge/ })).toBeNull();
  });

  test('asks for active alarms, and for past ones on their tab', async () => {
    const { user, address } = showAlarms();
    await screen.findByText(NAME);
    await user.click(screen.getByRole('tab', { name: 'Past' }));
    expect(await screen.findByText('15 minutes ago')).toBeVisible();
    expect(asked()).toEqual([
      { state: 'active', limit: 50 },
      { state: 'past', limit: 50 },
    ]);
    expect(address()).toBe('?tab=past');
  });

  test('is narrowed by severity, by the server', async () => {
    on('GET', '/api/alarms', ({ params }) => listing(params?.['severity'] ? [] : [alarm]));
    const { user, address } = showAlarms();
    await user.click(await screen.findByRole('radio', { name: 'Critical' }));
    expect(await screen.findByText('No alarm of this severity')).toBeVisible();
    expect(address()).toBe('?severity=critical');
    await user.click(screen.getByRole('button', { name: 'Show all severities' }));
    expect(await screen.findByText(NAME)).toBeVisible();
  });

  test('is asked for again every quarter of a minute', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
    showAlarms();
    await screen.findByText(NAME);
    on('GET', '/api/alarms', listing([]));
    await act(() => vi.advanceTimersByTimeAsync(15_000));
    expect(await screen.findByText('No active alarms')).toBeVisible();
  });
});

describe('acknowledging', () => {
  const accept = () => {
    on('GET', '/api/alarms', listing([taken]));
    on('GET', '/api/alarms/alm1', { data: { alarm: taken } });
    return { data: { alarm: taken } };
  };

  test('in the list shows who did it at once', async () => {
    on('POST', ACKNOWLEDGE, accept);
    const { user } = showAlarms();
    await user.click(await screen.findByRole('button', { name: `Acknowledge ${NAME}` }));
    await waitFor(() => expect(row(NAME).getByText('grace <b>')).toBeVisible());
  });

  test('in the details adds to the timeline and changes the list behind', async () => {
    on('POST', ACKNOWLEDGE, accept);
    const { user } = showAlarms('?alarm=alm1');
    const drawer = within(await screen.findByRole('dialog'));
    await user.click(await drawer.findByRole('button', { name: 'Acknowledge' }));
    expect(await drawer.findByText('by grace <b>')).toBeVisible();
    expect(drawer.queryByRole('button', { name: 'Acknowledge' })).toBeNull();
    expect(within(screen.getByTestId('vitals-alarms')).getByText('grace <b>')).toBeInTheDocument();
  });

  test('an alarm that is over meanwhile is no failure: the page says so and shows how it is now', async () => {
    on('POST', ACKNOWLEDGE, refusal('alarm_not_firing'));
    const { user } = showAlarms();
    const button = await screen.findByRole('button', { name: `Acknowledge ${NAME}` });
    on('GET', '/api/alarms', listing([]));
    await user.click(button);
    expect(await screen.findByText('This alarm is not firing any more.')).toBeVisible();
    expect(await screen.findByText('No active alarms')).toBeVisible();
  });

  test.each([
    ['the proxy denies it', denied, /role in Grafana does not allow/],
    ['nobody is there', failed(502), /cannot be reached/],
  ])('when %s, the page says so', async (_, reply, words) => {
    on('POST', ACKNOWLEDGE, reply);
    const { user } = showAlarms();
    await user.click(await screen.findByRole('button', { name: `Acknowledge ${NAME}` }));
    expect(await screen.findByRole('alert')).toHaveTextContent(words);
    expect(row(NAME).getByText('Firing')).toBeVisible();
  });

  test('is for editors too, who may be the ones on call: in the list and in the details', async () => {
    signIn('Editor');
    on('POST', ACKNOWLEDGE, accept);
    const { user } = showAlarms('?alarm=alm1');
    const drawer = within(await screen.findByRole('dialog'));
    expect(await screen.findByRole('button', { name: `Acknowledge ${NAME}` })).toBeInTheDocument();
    await user.click(await drawer.findByRole('button', { name: 'Acknowledge' }));
    expect(await drawer.findByText('by grace <b>')).toBeVisible();
    expect(sent('POST', ACKNOWLEDGE)).toMatchObject([{ data: {} }]);
  });

  test('is not offered to a viewer', async () => {
    signIn('Viewer');
    showAlarms('?alarm=alm1');
    const drawer = within(await screen.findByRole('dialog'));
    await drawer.findByText('Timeline');
    expect(screen.queryByRole('button', { name: /^Acknowledge/ })).toBeNull();
  });
});

describe('the details', () => {
  test('are opened from the list, stand in the address, and tell the whole life', async () => {
    on('GET', '/api/alarms/alm1', { data: { alarm: over } });
    const { user, address } = showAlarms();
    await user.click(await screen.findByRole('button', { name: `Details of ${NAME}` }));
    expect(address()).toBe('?alarm=alm1');
    const drawer = within(await screen.findByRole('dialog'));
    const entries = (await drawer.findAllByRole('listitem')).map(({ textContent }) => textContent);
    expect(entries).toEqual([
      'Firing2026-11-20 09:00:00',
      'Acknowledged2026-11-20 09:30:00by grace <b>',
      'Resolved2026-11-20 09:45:00',
    ]);
    await user.click(drawer.getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(address()).toBe('');
  });

  test.each<[string, Alarm['subject'], string, string | undefined]>([
    ['a series', { kind: 'metric', labels: { instance: 'embedded' } }, 'instance="embedded"', undefined],
    ['a token', { kind: 'token', tokenId: 'tok1' }, 'A scrape token: tok1', `${paths.tokens}?token=tok1`],
    [
      'an audit event',
      { kind: 'audit_event', event: 'token.created', seq: 7 },
      'Row 7 of the audit log: token.created',
      `${paths.audit}?event=token.created`,
    ],
    ['the rule', { kind: 'rule' }, 'The rule itself, which could not be evaluated', undefined],
  ])('of an alarm about %s say so, and lead there', async (_, subject, words, href) => {
    on('GET', '/api/alarms/alm1', { data: { alarm: { ...alarm, subject } } });
    showAlarms('?alarm=alm1');
    const drawer = within(await screen.findByRole('dialog'));
    expect(await drawer.findByText(words)).toBeVisible();
    expect(drawer.queryByRole('link')?.getAttribute('href') ?? undefined).toBe(href);
  });

  test('of an alarm that is gone say so', async () => {
    on('GET', '/api/alarms/old', refusal('alarm_not_found'));
    showAlarms('?alarm=old');
    const drawer = within(await screen.findByRole('dialog'));
    expect(await drawer.findByText('This alarm does not exist.')).toBeVisible();
    expect(screen.getByText(NAME)).toBeInTheDocument();
  });
});

describe('states', () => {
  test('loading', () => {
    on('GET', '/api/alarms', () => new Promise<never>(() => {}));
    showAlarms();
    expect(screen.getByText('Loading alarms…')).toBeVisible();
  });

  test('empty: nothing is wrong, and nothing was', async () => {
    on('GET', '/api/alarms', listing([]));
    const { user } = showAlarms();
    expect(await screen.findByText('No active alarms')).toBeVisible();
    await user.click(screen.getByRole('tab', { name: 'Past' }));
    expect(await screen.findByText('No past alarms')).toBeVisible();
  });

  test.each([
    ['the backend forbids it', refusal('forbidden'), /Your role does not allow this/],
    ['nobody is there', failed(502), /cannot be reached/],
  ])('when %s, the page says so and shows no alarm', async (_, reply, words) => {
    on('GET', '/api/alarms', reply);
    showAlarms();
    expect(await screen.findByRole('alert')).toHaveTextContent(words);
    expect(screen.queryByRole('table')).toBeNull();
  });
});
