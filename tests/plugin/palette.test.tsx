import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { locationService } from '@grafana/runtime';
import manifest from '../../plugin.json';
import { paths } from '../../src/lib/constants.ts';
import { paletteLinks } from '../../src/palette.ts';
import TokensPage from '../../src/tokens/TokensPage.tsx';
import { FAKE_SECRET, makeToken } from './fakeBackend.ts';
import { on, refusal, resetBackend, sent, show, signIn } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

beforeEach(() => {
  resetBackend();
  locationService.replace('/');
  on('GET', '/api/tokens', { data: { items: [makeToken({ name: 'Here' })], nextCursor: null, total: 1 } });
  on('GET', '/api/integrations', { data: [] });
});

/** Where an entry leads, chosen as Grafana does it: it calls `onClick` alone, and follows no path of an entry. */
const addressOf = (title: string) => {
  const entry = paletteLinks.find((link) => link.title === title);
  expect(entry).not.toHaveProperty('path');
  entry?.onClick?.(undefined, {} as never);
  const { pathname, search } = locationService.getLocation();
  expect(pathname).toBe(paths.tokens);
  return search;
};

describe('the command palette’s entries', () => {
  test('are those that the manifest announces, or Grafana would neither load nor accept them', () => {
    const links = paletteLinks.map(({ targets, title, description }) => ({
      targets: [targets].flat(),
      title,
      description,
    }));
    expect(manifest.extensions.addedLinks).toEqual(links);
  });

  test.each(['Viewer', 'Editor'] as const)('are hidden from somebody with the role %s', (role) => {
    signIn(role);
    expect(paletteLinks.map((link) => link.configure?.({}))).toEqual([undefined, undefined]);
  });

  test('are there for administrators', () => {
    expect(paletteLinks.map((link) => link.configure?.({}))).toEqual([{}, {}]);
  });
});

describe('“Create scrape token”', () => {
  test('opens the dialog, and cancelling takes it out of the address', async () => {
    const { user, address } = show(<TokensPage />, addressOf('Create scrape token'));
    const dialog = within(await screen.findByRole('dialog', { name: 'Create Token' }));
    await user.click(dialog.getByRole('button', { name: 'Cancel' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(address()).toBe('');
  });

  test('leads to a token, whose value is revealed once: the address creates no second one', async () => {
    on('POST', '/api/tokens', { data: { token: makeToken(), secret: FAKE_SECRET } });
    const { user, address } = show(<TokensPage />, addressOf('Create scrape token'));
    const dialog = within(await screen.findByRole('dialog', { name: 'Create Token' }));
    await user.type(dialog.getByRole('textbox', { name: /Name/ }), 'Night shift');
    await user.click(dialog.getByRole('button', { name: 'Create Token' }));
    await user.click(await screen.findByRole('button', { name: 'I have saved my token' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(address()).toBe('');
    expect(sent('POST', '/api/tokens')).toHaveLength(1);
  });

  test('opens nothing for somebody who may not', async () => {
    on('GET', '/api/tokens', refusal('forbidden'));
    show(<TokensPage />, addressOf('Create scrape token'));
    expect(await screen.findByText('Your role does not allow this.')).toBeVisible();
    expect(screen.queryByRole('dialog')).toBeNull();
  });
});

test('“Revoke scrape token” leads to the active tokens, with the focus in the search', async () => {
  const { address } = show(<TokensPage />, addressOf('Revoke scrape token'));
  await waitFor(() => expect(screen.getByRole('textbox', { name: 'Search tokens by name' })).toHaveFocus());
  expect(sent('GET', '/api/tokens')[0]?.params).toMatchObject({ status: 'active' });
  await waitFor(() => expect(address()).toBe('?status=active'));
});
