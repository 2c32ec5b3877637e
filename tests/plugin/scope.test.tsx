import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import type { CreateTokenBody, Token } from '../../contract/api.ts';
import TokensPage from '../../src/tokens/TokensPage.tsx';
import { FAKE_SECRET, makeToken } from './fakeBackend.ts';
import { makeCatalogue, makeReports, makeSource } from './fakeCatalogues.ts';
import { problem } from './fakeReplies.ts';
import { unseen } from './fakeTokens.ts';
import { failed, on, resetBackend, row, sent, show } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

const containers = makeCatalogue({
  id: 'dockmesh',
  title: 'Dockmesh <b>',
  description: 'Containers by name.',
  scope: 'inventory',
  reports: makeReports(['north']),
});
const node = makeCatalogue({ id: 'node', title: 'Node', scope: 'inventory', reports: null, source: makeSource() });
const closed = makeCatalogue({ id: 'sensors', title: 'Sensors' });

const scoped = makeToken({ id: 'own', name: 'Scoped', catalogues: ['dockmesh', 'platform'] });
const provisioned = makeToken({
  ...{ id: 'prov', name: 'GitOps', prefix: 'sha256:0a1b2c', origin: 'provisioned', createdBy: 'configuration' },
});
const usual = makeToken({ id: 'usual', name: 'Usual' });

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-20T10:00:00Z'), toFake: ['Date'] });
  resetBackend();
  on('GET', '/api/tokens', { data: { items: [scoped, provisioned, usual], nextCursor: null, total: 3 } });
  on('GET', '/api/integrations', { data: [{ id: 'prometheus', status: 'enabled', maxTokenLifetimeDays: null }] });
  on('GET', '/api/catalogues', { data: { items: [containers, node, closed] } });
  on('POST', '/api/tokens', ({ data }) => ({ data: { token: makeToken(data as object), secret: FAKE_SECRET } }));
  for (const token of [scoped, provisioned]) answer(token);
});

function answer(token: Token) {
  on('GET', `/api/tokens/${token.id}`, { data: { token } });
  on('GET', `/api/tokens/${token.id}/rotation`, { data: { chain: [token], progress: null } });
  on('GET', `/api/tokens/${token.id}/consumers`, { data: unseen });
}

/** What the dialog suggests. */
const IN_A_YEAR = '2027-11-20T10:00:00.000Z';
const bodies = () => sent('POST', '/api/tokens').map(({ data }) => data as CreateTokenBody);

async function openDialog() {
  const page = show(<TokensPage />);
  await waitFor(() => expect(sent('GET', '/api/catalogues')).toHaveLength(1));
  await page.user.click(await screen.findByRole('button', { name: 'Create Token' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Create Token' }));
  await page.user.type(dialog.getByRole('textbox', { name: /Name/ }), 'Night shift');
  const submit = () => page.user.click(dialog.getByRole('button', { name: 'Create Token' }));
  return { ...page, dialog, submit };
}

describe('the create dialog', () => {
  test('offers platform health and each inventory catalogue, and begins with platform health', async () => {
    const { dialog, submit } = await openDialog();
    const choices = within(dialog.getByRole('group', { name: 'Scope' })).getAllByRole('checkbox');
    expect(choices.map((each) => [each.id, (each as HTMLInputElement).checked])).toEqual([
      ['vitals-scope-platform', true],
      ['vitals-scope-dockmesh', false],
      ['vitals-scope-node', false],
    ]);
    expect(dialog.getByText('Containers by name.')).toBeVisible();
    await submit();
    await screen.findByRole('dialog', { name: 'Token created' });
    expect(bodies()).toEqual([{ name: 'Night shift', expiresAt: IN_A_YEAR, catalogues: ['platform'] }]);
  });

  test('sends what was chosen, which need not be platform health', async () => {
    const { user, dialog, submit } = await openDialog();
    await user.click(dialog.getByRole('checkbox', { name: /^Platform health/ }));
    await user.click(dialog.getByRole('checkbox', { name: /^Dockmesh <b>/ }));
    await submit();
    const reveal = within(await screen.findByRole('dialog', { name: 'Token created' }));
    expect(bodies()[0]?.catalogues).toEqual(['dockmesh']);
    expect(reveal.getByText('Dockmesh <b>')).toBeVisible();
  });

  test('wants at least one, and goes there', async () => {
    const { user, dialog, submit } = await openDialog();
    const platform = dialog.getByRole('checkbox', { name: /^Platform health/ });
    await user.click(platform);
    await submit();
    expect(await dialog.findByText('Choose at least one.')).toBeVisible();
    expect(platform).toHaveFocus();
    expect(bodies()).toEqual([]);
    await user.click(platform);
    expect(dialog.queryByText('Choose at least one.')).toBeNull();
  });

  test('tells what the backend refuses of it under it', async () => {
    const { status, answer: rejected } = problem('invalid_request');
    const errors = [{ field: 'catalogues', message: 'There is no catalogue dockmesh.' }];
    on('POST', '/api/tokens', { status, data: { ...(rejected as object), errors } });
    const { dialog, submit } = await openDialog();
    await submit();
    expect(await dialog.findByText('There is no catalogue dockmesh.')).toBeVisible();
    expect(dialog.queryByTestId('vitals-failure')).toBeNull();
  });

  test.each([
    ['there are closed catalogues only', { data: { items: [closed] } }],
    ['they cannot be asked', failed(502)],
  ])('asks nothing and says nothing of it where %s', async (_, reply) => {
    on('GET', '/api/catalogues', reply);
    const { dialog, submit } = await openDialog();
    expect(dialog.queryByRole('checkbox')).toBeNull();
    await submit();
    await screen.findByRole('dialog', { name: 'Token created' });
    expect(bodies()).toEqual([{ name: 'Night shift', expiresAt: IN_A_YEAR }]);
  });
});

describe('the table', () => {
  test('says what a token reads only where that is not as usual', async () => {
    show(<TokensPage />);
    await screen.findByText('Scoped');
    expect(await row('Scoped').findByText('Scope: Platform health, Dockmesh <b>')).toBeVisible();
    expect(row('Usual').queryByText(/Reads/)).toBeNull();
    expect(row('GitOps').queryByText(/Reads/)).toBeNull();
  });

  test('names a catalogue by its id where nobody knows it', async () => {
    on('GET', '/api/catalogues', failed(502));
    show(<TokensPage />);
    await screen.findByText('Scoped');
    expect(row('Scoped').getByText('Scope: Platform health, dockmesh')).toBeVisible();
  });

  test('marks what the configuration brought in, and says how it is revoked', async () => {
    const { user } = show(<TokensPage />);
    await screen.findByText('GitOps');
    await user.hover(row('GitOps').getByText('Provisioned'));
    expect(await screen.findByRole('tooltip')).toHaveTextContent(/Removing it from the file revokes it, too/);
    expect(row('Scoped').queryByText('Provisioned')).toBeNull();
  });
});

describe('the details', () => {
  const open = async (id: string) => {
    show(<TokensPage />, `?token=${id}`);
    const drawer = within(await screen.findByRole('dialog'));
    await drawer.findByText('Scope');
    return (label: string) => drawer.getByText(label, { selector: 'dt' }).nextSibling;
  };

  test('show what a token may read and that it was minted here', async () => {
    const fact = await open('own');
    expect(fact('Scope')).toHaveTextContent('Platform health, Dockmesh <b>');
    expect(fact('Source')).toHaveTextContent('Created here');
    expect(fact('Begins with')).toHaveTextContent('vst_Ab3x…');
  });

  test('show of a provisioned token its hash', async () => {
    const fact = await open('prov');
    expect(fact('Scope')).toHaveTextContent('Platform health');
    expect(fact('Source')).toHaveTextContent('Provisioned');
    expect(fact('Its SHA-256 begins with')).toHaveTextContent('0a1b2c…');
  });
});

describe('what it means to end a provisioned token is said before', () => {
  test.each([
    ['Revoke', /stays revoked, even if it is still in the file/],
    ['Rotate', /The new token is kept here and not in the file/],
  ])('%s', async (action, words) => {
    const { user } = show(<TokensPage />);
    await user.click(await screen.findByRole('button', { name: new RegExp(`^${action} GitOps`) }));
    expect(within(await screen.findByRole('dialog')).getByText(words)).toBeVisible();
  });

  test('and of one that was minted here nothing', async () => {
    const { user } = show(<TokensPage />);
    await user.click(await screen.findByRole('button', { name: /^Revoke Usual/ }));
    expect(within(await screen.findByRole('dialog')).queryByText(/still in the file/)).toBeNull();
  });
});

test('the ready configuration has a job for each thing that the token reads', async () => {
  const { user, dialog, submit } = await openDialog();
  await user.click(dialog.getByRole('checkbox', { name: /^Dockmesh/ }));
  await user.click(dialog.getByRole('checkbox', { name: /^Node/ }));
  await submit();
  const config = await screen.findByTestId('vitals-scrape-config');
  expect(parse(config.textContent ?? '')).toMatchObject({
    scrape_configs: [
      { job_name: 'dhcp-dpi', metrics_path: '/api/metrics/prometheus' },
      { job_name: 'dockmesh', metrics_path: '/api/metrics/catalogues/dockmesh' },
      { job_name: 'node', metrics_path: '/api/metrics/catalogues/node' },
    ],
  });
});

test('a diagnosed token that is fine says what it reads: a scrape of anything else is refused', async () => {
  on('POST', '/api/tokens/diagnose', { data: { verdict: 'active', token: scoped } });
  const { user } = show(<TokensPage />);
  await user.click(await screen.findByRole('button', { name: 'Diagnose a token' }));
  await user.type(await screen.findByRole('textbox', { name: /Scrape token/ }), FAKE_SECRET);
  await user.click(screen.getByRole('button', { name: 'Diagnose' }));
  expect(
    await screen.findByText('Its scope is Platform health, Dockmesh <b>. Scrapes of anything else are rejected.'),
  ).toBeVisible();
});
