import { act, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Catalogue } from '../../contract/api.ts';
import { paths } from '../../src/lib/constants.ts';
import IntegrationsPage from '../../src/integrations/IntegrationsPage.tsx';
import { makeCatalogue, makeReports, makeSource } from './fakeCatalogues.ts';
import { makePush } from './fakePush.ts';
import { failed, on, resetBackend, row, sent, show, signIn } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

beforeEach(() => {
  vi.useFakeTimers({
    now: new Date('2026-11-20T10:00:00Z'),
    toFake: ['Date', 'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'],
  });
  resetBackend();
  on('GET', '/api/integrations', {
    data: [{ id: 'prometheus', name: 'Prometheus', status: 'enabled', authentication: [] }],
  });
  on('GET', '/api/push', { data: makePush() });
});

const answer = (...items: Catalogue[]) => on('GET', '/api/catalogues', { data: { items } });
const showPage = (search = '') => show(<IntegrationsPage />, search, paths.integrations);

/** The card of a catalogue by its title. */
async function card(title: string) {
  const heading = await screen.findByText(title);
  const found = heading.closest<HTMLElement>('[data-testid="vitals-catalogue"]');
  if (!found) throw new Error(`${title} is on no card`);
  return within(found);
}

async function openDetails(title: string) {
  const page = showPage();
  await page.user.click(await screen.findByRole('button', { name: `Details of ${title}` }));
  return { ...page, drawer: within(await screen.findByRole('dialog')) };
}

describe('a card', () => {
  test('says what the catalogue is, what it may contain and where it comes out', async () => {
    answer(makeCatalogue({ id: 'dockmesh', title: 'Dockmesh <b>', description: 'Containers.', scope: 'inventory' }));
    showPage();
    const { getByText } = await card('Dockmesh <b>');
    for (const text of ['Containers.', '/api/metrics/catalogues/dockmesh']) expect(getByText(text)).toBeVisible();
    expect(getByText(/^Inventory: label values are open/)).toBeVisible();
  });

  test('of platform health says that every token for platform health reads it', async () => {
    answer(makeCatalogue({ title: 'Sensors' }));
    showPage();
    expect((await card('Sensors')).getByText(/^Platform health: all label values are known/)).toBeVisible();
  });

  test('of a local exporter that is up says when it was asked, how long it took and how many series came out', async () => {
    answer(makeCatalogue({ title: 'Node', reports: null, source: makeSource(), series: 1234 }));
    showPage();
    const { getByText } = await card('Node');
    expect(getByText('Exporter up')).toBeVisible();
    expect(getByText('http://127.0.0.1:9100/metrics')).toBeVisible();
    expect(getByText('a few seconds ago').closest('dd')).toHaveTextContent('a few seconds ago, took 12 ms');
    expect(getByText('1,234')).toBeVisible();
  });

  test('of one that is down says why', async () => {
    const failure = 'Nothing answers at http://127.0.0.1:9100/metrics.';
    answer(makeCatalogue({ title: 'Node', reports: null, source: makeSource({ status: 'down', failure }) }));
    showPage();
    const { getByText } = await card('Node');
    expect(getByText('Exporter down')).toBeVisible();
    expect(getByText(failure)).toBeVisible();
  });

  test('of one that was never asked says when it will be', async () => {
    const source = makeSource({ status: 'never_asked', askedAt: null, durationSeconds: null });
    answer(makeCatalogue({ title: 'Node', reports: null, source }));
    showPage();
    const { getByText } = await card('Node');
    expect(getByText('Not scraped yet')).toBeVisible();
    expect(getByText('Not yet: it is scraped whenever the appliance is scraped.')).toBeVisible();
  });

  test('tells how many samples were dropped', async () => {
    const lost = { reason: 'unknown_family', name: 'node_load1', label: null, lastAt: '2026-11-20T09:59:30Z' } as const;
    const dropped = [
      { ...lost, samples: 1000 },
      { ...lost, name: 'node_load5', samples: 7 },
    ];
    answer(makeCatalogue({ title: 'Node', reports: null, source: makeSource({ dropped }) }));
    showPage();
    expect((await card('Node')).getByText('Samples since the start: 1,007')).toBeVisible();
  });

  test('of reports tells how many instances there are and when the last one reported', async () => {
    answer(makeCatalogue({ title: 'Sensors', reports: makeReports(['north', 'south'], 50) }));
    showPage();
    const { getByText, queryByText } = await card('Sensors');
    expect(getByText('Reporting')).toBeVisible();
    expect(getByText('2 of at most 50')).toBeVisible();
    expect(getByText('a minute ago')).toBeVisible();
    expect(queryByText(/credential issue/)).toBeNull();
  });

  test('for which nothing was reported says how to report', async () => {
    answer(makeCatalogue({ id: 'sensors', title: 'Sensors', reports: makeReports([]) }));
    showPage();
    const { getByText } = await card('Sensors');
    expect(getByText('No reports')).toBeVisible();
    expect(getByText('POST /api/reports/sensors?instance=NAME')).toBeVisible();
    expect(
      getByText('vitals credential issue --role reporter --catalogue sensors --name NAME --ttl 365d'),
    ).toBeVisible();
  });
});

test('without catalogues the page says how to get one', async () => {
  answer();
  showPage();
  expect(await screen.findByText('prometheus.catalogues')).toBeVisible();
});

test('while catalogues are asked for, the page says so', async () => {
  on('GET', '/api/catalogues', () => new Promise<never>(() => {}));
  showPage();
  expect(await screen.findByText('Loading catalogues…')).toBeVisible();
});

test('a hundred catalogues are paged, and one whose exporter is down is on the first page', async () => {
  const down = makeCatalogue({ title: 'Broken', reports: null, source: makeSource({ status: 'down', failure: 'x' }) });
  answer(...Array.from({ length: 99 }, () => makeCatalogue()), down);
  const { user } = showPage();
  await card('Broken');
  expect(screen.getAllByTestId('vitals-catalogue')).toHaveLength(12);
  const pages = within(screen.getByRole('navigation', { name: 'Pages of catalogues' }));
  await user.click(pages.getByRole('button', { name: 'Next' }));
  expect(pages.getByText('13–24 of 100')).toBeVisible();
  expect(screen.queryByText('Broken')).toBeNull();
});

test('a viewer sees the same', async () => {
  signIn('Viewer');
  answer(makeCatalogue({ title: 'Sensors' }));
  showPage();
  expect((await card('Sensors')).getByText('No reports')).toBeVisible();
});

test('cards are asked for again while the page is open, and an outage leaves them', async () => {
  answer(makeCatalogue({ title: 'Sensors', reports: makeReports(['north']) }));
  showPage();
  await card('Sensors');
  on('GET', '/api/catalogues', failed(502));
  await act(() => vi.advanceTimersByTimeAsync(15_000));
  expect(sent('GET', '/api/catalogues')).toHaveLength(2);
  expect(await screen.findByText('The Vitals backend cannot be reached.')).toBeVisible();
  expect((await card('Sensors')).getByText('Reporting')).toBeVisible();
});

describe('the details', () => {
  test('name each instance with its last report, when that ages out and its series', async () => {
    answer(makeCatalogue({ title: 'Sensors', reports: makeReports(['north <i>', null]) }));
    const { drawer } = await openDetails('Sensors');
    const { getByText } = row('north <i>');
    for (const text of ['a minute ago', 'in 4 minutes', '12']) expect(getByText(text)).toBeVisible();
    expect(drawer.getByText('Without a name')).toBeVisible();
    expect(drawer.getByText('5 mins')).toBeVisible();
  });

  test('page a hundred instances', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `rack-${index}`);
    answer(makeCatalogue({ title: 'Sensors', reports: makeReports(names) }));
    const { user, drawer } = await openDetails('Sensors');
    const table = () => within(drawer.getByTestId('vitals-instances')).getAllByText(/^rack-/);
    expect(table()).toHaveLength(20);
    const pages = within(drawer.getByRole('navigation', { name: 'Pages of instances' }));
    expect(pages.getByText('1–20 of 100')).toBeVisible();
    for (let page = 2; page <= 5; page += 1) await user.click(pages.getByRole('button', { name: 'Next' }));
    expect(table().at(-1)).toHaveTextContent('rack-99');
    expect(pages.getByRole('button', { name: 'Next' })).toBeDisabled();
  });

  test('say where nobody reports, and how to', async () => {
    answer(makeCatalogue({ id: 'sensors', title: 'Sensors' }));
    const { drawer } = await openDetails('Sensors');
    expect(drawer.getByText(/^No reports, or all of them have expired/)).toBeVisible();
    expect(drawer.getByText('POST /api/reports/sensors')).toBeVisible();
  });

  test('name what was dropped with plain words', async () => {
    const lastAt = '2026-11-20T09:59:00Z';
    const dropped = [
      { reason: 'too_many_values', name: 'node_cpu_seconds_total', label: 'cpu', samples: 3, lastAt },
      { reason: 'unknown_family', name: 'node_load1', label: null, samples: 4000, lastAt },
    ] as const;
    answer(makeCatalogue({ title: 'Node', reports: null, source: makeSource({ dropped: [...dropped] }) }));
    await openDetails('Node');
    const first = row('node_cpu_seconds_total');
    expect(first.getByText('cpu')).toBeVisible();
    expect(first.getByText('The label has as many values already as the catalogue allows.')).toBeVisible();
    expect(row('node_load1').getByText('The catalogue has no such family.')).toBeVisible();
    expect(row('node_load1').getByText('4,000')).toBeVisible();
    expect(row('node_load1').getByText('Not because of a label')).toBeInTheDocument();
  });

  test('say that nothing was dropped', async () => {
    answer(makeCatalogue({ title: 'Node', reports: null, source: makeSource() }));
    const { drawer } = await openDetails('Node');
    expect(drawer.getByText('None: all samples of the exporter are exposed.')).toBeVisible();
  });

  test('name every family', async () => {
    const families = [{ name: 'bed_temperature_celsius', type: 'gauge', help: 'How warm a bed is.' } as const];
    answer(makeCatalogue({ title: 'Beds', families: [...families] }));
    await openDetails('Beds');
    expect(row('bed_temperature_celsius').getByText('How warm a bed is.')).toBeVisible();
  });

  test('stand in the address, and the focus goes back to what opened them', async () => {
    answer(makeCatalogue({ id: 'beds', title: 'Beds' }));
    const { user, drawer, address } = await openDetails('Beds');
    expect(address()).toBe('?catalogue=beds');
    await user.click(drawer.getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(screen.getByRole('button', { name: 'Details of Beds' })).toHaveFocus());
    expect(address()).toBe('');
  });

  test('of a catalogue that is not there say so', async () => {
    answer();
    showPage('?catalogue=gone');
    expect(await screen.findByText('The appliance has no such catalogue any more')).toBeVisible();
  });
});
