import { screen } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import { paths } from '../../src/constants.ts';
import IntegrationsPage from '../../src/integrations/IntegrationsPage.tsx';
import { failed, on, resetBackend, show } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

const prometheus = { id: 'prometheus', name: 'Prometheus', status: 'enabled', path: '/api/metrics/prometheus' };

beforeEach(resetBackend);

test('the card says that it is enabled and leads to the tokens', async () => {
  on('GET', '/api/integrations', { data: [prometheus] });
  show(<IntegrationsPage />);
  expect(await screen.findByText('Enabled')).toBeVisible();
  expect(screen.getByRole('link', { name: 'Manage tokens' })).toHaveAttribute('href', paths.tokens);
});

test('disabled, it says how to enable it', async () => {
  on('GET', '/api/integrations', { data: [{ ...prometheus, status: 'disabled' }] });
  show(<IntegrationsPage />);
  expect(await screen.findByText('Disabled')).toBeVisible();
  expect(screen.getByText('prometheus.enabled: true')).toBeVisible();
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
