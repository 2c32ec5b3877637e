import { screen } from '@testing-library/react';
import { lazy, Suspense, type ComponentType } from 'react';
import { expect, test, vi } from 'vitest';
import { locationService } from '@grafana/runtime';
import { LoadBoundary } from '../../src/ui/LoadBoundary.tsx';
import { show } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

const failing = (error: Error) => {
  const Page = lazy(() => Promise.reject<{ default: ComponentType }>(error));
  return (
    <LoadBoundary>
      <Suspense fallback="loading">
        <Page />
      </Suspense>
    </LoadBoundary>
  );
};

test('a part that an upgrade took away offers to load the page again', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {}); // React tells of every error that a boundary caught
  const error = Object.assign(new Error('Loading chunk 7 failed.'), { name: 'ChunkLoadError' });
  const { user } = show(failing(error));
  expect(await screen.findByText('This part of Vitals could not be loaded.')).toBeVisible();
  const go = vi.spyOn(locationService.getHistory(), 'go').mockImplementation(() => {});
  await user.click(screen.getByRole('button', { name: 'Reload the page' }));
  expect(go).toHaveBeenCalledWith(0);
});

test('what is wrong with the plugin itself goes on to Grafana', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  show(failing(new Error('a bug')));
  expect(await screen.findByRole('heading', { name: 'a bug' })).toBeVisible(); // the router's own boundary
  expect(screen.queryByText('This part of Vitals could not be loaded.')).toBeNull();
});
