import { screen, within } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import type { Integration } from '../../contract/api.ts';
import { paths } from '../../src/lib/constants.ts';
import IntegrationsPage from '../../src/integrations/IntegrationsPage.tsx';
import { makePush } from './fakePush.ts';
import { failed, on, refusal, resetBackend, show, signIn } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

const prometheus: Integration = {
  id: 'prometheus',
  name: 'Prometheus',
  status: 'enabled',
  path: '/api/metrics/prometheus',
  publicUrl: 'https://appliance.example.com:9470',
  activeTokens: 3,
  lastScrapeAt: '2026-11-20T09:55:00Z',
  authentication: ['bearer'],
  openTo: [],
  maxTokenLifetimeDays: null,
};

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-20T10:00:00Z'), toFake: ['Date'] });
  resetBackend();
  on('GET', '/api/catalogues', { data: { items: [] } });
  on('GET', '/api/push', { data: makePush() });
});

test('the card says that it is enabled, how many tokens are active, when it was scraped, and leads to the tokens', async () => {
  on('GET', '/api/integrations', { data: [prometheus] });
  const { user } = show(<IntegrationsPage />);
  expect(await screen.findByText('Enabled')).toBeVisible();
  expect(screen.getByText('3')).toBeVisible();
  expect(screen.getByRole('link', { name: 'Manage tokens' })).toHaveAttribute('href', paths.tokens);
  await user.hover(screen.getByText('5 minutes ago'));
  expect(await screen.findByRole('tooltip')).toHaveTextContent('2026-11-20 09:55:00');
});

test('the endpoint stands on the card as an outside Prometheus reaches it', async () => {
  on('GET', '/api/integrations', { data: [prometheus] });
  show(<IntegrationsPage />);
  expect(await screen.findByText('https://appliance.example.com:9470/api/metrics/prometheus')).toBeVisible();
  expect(screen.queryByText(/server\.public_url/)).toBeNull();
});

test.each([
  [null, /The address for an external Prometheus is not known. Set server.public_url/],
  ['http://127.0.0.1:9470', /An external Prometheus cannot reach 127.0.0.1:9470. Set server.public_url/],
  ['http://backend:9470', /An external Prometheus cannot reach backend:9470/],
])('with the address %s the card warns', async (publicUrl, words) => {
  on('GET', '/api/integrations', { data: [{ ...prometheus, publicUrl }] });
  show(<IntegrationsPage />);
  expect(await screen.findByText(words)).toBeVisible();
});

test('never scraped is an em dash to look at and words to listen to', async () => {
  on('GET', '/api/integrations', { data: [{ ...prometheus, lastScrapeAt: null }] });
  show(<IntegrationsPage />);
  expect(await screen.findByText('Never scraped')).toBeInTheDocument();
  expect(screen.getByText('—')).toBeVisible();
});

test('a viewer sees the card without the way to the tokens', async () => {
  signIn('Viewer');
  on('GET', '/api/integrations', { data: [prometheus] });
  show(<IntegrationsPage />);
  expect(await screen.findByText('Enabled')).toBeVisible();
  expect(screen.queryByRole('link', { name: 'Manage tokens' })).toBeNull();
});

test('disabled, it says how to enable it', async () => {
  on('GET', '/api/integrations', { data: [{ ...prometheus, status: 'disabled' }] });
  show(<IntegrationsPage />);
  expect(await screen.findByText('Disabled')).toBeVisible();
  expect(screen.getByText('prometheus.enabled: true')).toBeVisible();
});

test.each([
  ['basic', 'A token as the password of Basic authentication, with any user name.'],
  ['query', 'A token in the URL, where proxies and browsers on the way may write it into their logs.'],
  ['none', 'Scrapes from 10.0.0.0/8, ::1/128 without any credential.'],
] as const)('another way of authentication that is on, %s, is warned of', async (way, words) => {
  const authentication = ['bearer', way] as const;
  on('GET', '/api/integrations', {
    data: [{ ...prometheus, authentication, openTo: ['10.0.0.0/8', '::1/128'] }],
  });
  show(<IntegrationsPage />);
  const warned = (await screen.findByText(/^Besides a token in the header/)).closest('div');
  expect(
    within(warned as HTMLElement)
      .getAllByRole('listitem')
      .map(({ textContent }) => textContent),
  ).toEqual([words]);
});

test('with a token in the header alone there is nothing to warn of', async () => {
  on('GET', '/api/integrations', { data: [prometheus] });
  show(<IntegrationsPage />);
  expect(await screen.findByText('Enabled')).toBeVisible();
  expect(screen.queryByText(/Besides a token in the header/)).toBeNull();
});

test('loading', () => {
  on('GET', '/api/integrations', () => new Promise<never>(() => {}));
  show(<IntegrationsPage />);
  expect(screen.getByText('Loading integrations…')).toBeVisible();
});

test('unreachable, it says so, leads to the settings, and tries again', async () => {
  on('GET', '/api/integrations', failed(502));
  const { user } = show(<IntegrationsPage />);
  expect(await screen.findByText('The Vitals backend cannot be reached.')).toBeVisible();
  expect(screen.getByRole('link', { name: 'Open the settings' })).toHaveAttribute('href', paths.settings);
  on('GET', '/api/integrations', { data: [prometheus] });
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('Enabled')).toBeVisible();
});

test('what the integrations, the catalogues and the push meet alike is told once', async () => {
  for (const path of ['/api/integrations', '/api/catalogues', '/api/push']) on('GET', path, failed(502));
  show(<IntegrationsPage />);
  expect(await screen.findByText('The Vitals backend cannot be reached.')).toBeVisible();
  expect(screen.getAllByRole('alert')).toHaveLength(1);
});

test('catalogues that cannot be told leave the other cards in place', async () => {
  on('GET', '/api/integrations', { data: [prometheus] });
  on('GET', '/api/catalogues', refusal('internal_error'));
  show(<IntegrationsPage />);
  expect(await screen.findByText('Something went wrong inside the backend.')).toBeVisible();
  expect(screen.getByText('Enabled')).toBeVisible();
  expect(screen.getByText('Pushgateway')).toBeVisible();
});
