import { screen, within } from '@testing-library/react';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { ReactElement } from 'react';
import AlarmsPage from '../../src/alarms/AlarmsPage.tsx';
import { paths } from '../../src/lib/constants.ts';
import TokensPage from '../../src/tokens/TokensPage.tsx';
import { FAKE_SECRET, makeToken } from './fakeBackend.ts';
import { unseen } from './fakeTokens.ts';
import { on, resetBackend, show } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

const token = makeToken({ id: 'first', name: 'First' });
const listing = (...items: unknown[]) => ({ data: { items, nextCursor: null, total: items.length } });

beforeEach(() => {
  resetBackend();
  on('GET', '/api/tokens', listing(token));
  on('GET', '/api/tokens/first', { data: { token } });
  on('GET', '/api/tokens/first/rotation', { data: { chain: [token], progress: null } });
  on('GET', '/api/tokens/first/consumers', { data: unseen });
  on('POST', '/api/tokens', { data: { token, secret: FAKE_SECRET } });
  on('GET', '/api/integrations', { data: [] });
  on('GET', '/api/alarm-rules', listing());
});

/** Grafana's own: what keeps the focus inside, and the cross. */
const GRAFANAS = /^(|Close)$/;

/**
 * In Grafana's frontend sandbox the plugin gets an empty stand-in for every element that is neither below its mark nor out of
 * the document. @returns the controls of the open dialog for which it would.
 */
async function outOfReach(): Promise<string[]> {
  const dialog = await screen.findByRole('dialog');
  const controls = within(dialog).queryAllByRole('button').concat(within(dialog).queryAllByRole('textbox'));
  return controls
    .filter((control) => control.closest('[data-plugin-sandbox=appliance-vitals-app]') === null)
    .map((control) => control.getAttribute('aria-label') ?? control.textContent ?? '')
    .filter((name) => !GRAFANAS.test(name));
}

describe('in the frontend sandbox the plugin reaches all that it renders', () => {
  test.each<[string, ReactElement, string, string, RegExp]>([
    ['creating a token', <TokensPage key="page" />, paths.tokens, '', /^Create Token$/],
    ['diagnosing one', <TokensPage key="page" />, paths.tokens, '', /^Diagnose a token$/],
    ['rotating one', <TokensPage key="page" />, paths.tokens, '', /^Rotate First/],
    ['its details', <TokensPage key="page" />, paths.tokens, '', /^First$/],
    ['a rule', <AlarmsPage key="page" />, paths.alarms, '?tab=rules', /^Add rule$/],
  ])('in the dialog for %s', async (_, page, path, search, opener) => {
    const { user } = show(page, search, path);
    const [button] = await screen.findAllByRole('button', { name: opener });
    await user.click(button as HTMLElement);
    expect(await outOfReach()).toEqual([]);
  });

  test('in the dialog that shows a token', async () => {
    const { user } = show(<TokensPage />);
    await user.click(await screen.findByRole('button', { name: 'Create Token' }));
    await user.type(await screen.findByRole('textbox', { name: /Name/ }), 'x');
    await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Create Token' }));
    await screen.findByRole('dialog', { name: 'Token created' });
    expect(await outOfReach()).toEqual([]);
  });
});
