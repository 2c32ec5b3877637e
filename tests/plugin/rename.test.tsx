import { fireEvent, screen, waitFor } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import TokensPage from '../../src/tokens/TokensPage.tsx';
import { makeToken } from './fakeBackend.ts';
import { failed, on, refusal, resetBackend, sent, show } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

const token = makeToken({ id: 't1', name: 'Old name' });
const RENAME = '/api/tokens/t1/rename';

beforeEach(() => {
  resetBackend();
  on('GET', '/api/tokens', { data: { items: [token], nextCursor: null, total: 1 } });
  on('GET', '/api/integrations', { data: [] });
  on('POST', RENAME, rename);
});

function rename({ data }: { data?: unknown }) {
  const renamed = { ...token, ...(data as object) };
  on('GET', '/api/tokens', { data: { items: [renamed], nextCursor: null, total: 1 } });
  return { data: { token: renamed } };
}

async function startRenaming() {
  const page = show(<TokensPage />);
  await page.user.click(await screen.findByRole('button', { name: 'Rename Old name (vst_Ab3x…)' }));
  return { ...page, input: screen.getByRole('textbox', { name: 'New name of Old name' }) };
}

test('the input takes the name’s place, focused and selected', async () => {
  const { input } = await startRenaming();
  expect(input).toHaveFocus();
  expect(input).toHaveValue('Old name');
});

test('Enter saves, the row has the new name, and the focus is back on the pencil', async () => {
  const { user, input } = await startRenaming();
  await user.clear(input);
  await user.type(input, ' New <b>name</b> {Enter}');
  expect(await screen.findByText('New <b>name</b>')).toBeVisible();
  expect(sent('POST', RENAME).map(({ data }) => data as unknown)).toEqual([{ name: 'New <b>name</b>' }]);
  expect(screen.getByRole('button', { name: 'Rename New <b>name</b> (vst_Ab3x…)' })).toHaveFocus();
});

test('Escape keeps the old name, and the focus is back on the pencil', async () => {
  const { user, input } = await startRenaming();
  await user.type(input, 'x{Escape}');
  expect(screen.getByText('Old name')).toBeVisible();
  expect(screen.getByRole('button', { name: 'Rename Old name (vst_Ab3x…)' })).toHaveFocus();
  expect(sent('POST', RENAME)).toHaveLength(0);
});

test('an unchanged name is not sent', async () => {
  const { user } = await startRenaming();
  await user.click(screen.getByRole('button', { name: 'Save name' }));
  expect(screen.getByText('Old name')).toBeVisible();
  expect(sent('POST', RENAME)).toHaveLength(0);
});

test('a bad name is told in place and not sent', async () => {
  const { user, input } = await startRenaming();
  fireEvent.change(input, { target: { value: 'a\u202eb' } });
  await user.click(screen.getByRole('button', { name: 'Save name' }));
  expect(await screen.findByText(/control or text-direction/)).toBeVisible();
  expect(sent('POST', RENAME)).toHaveLength(0);
});

test.each([
  ['the token is gone', refusal('token_not_found'), /does not exist/],
  ['the role does not allow it', refusal('forbidden'), /Your role does not allow this/],
  ['nobody is there', failed(502), /cannot be reached/],
])('when %s, it is told in place and can be tried again', async (_, reply, words) => {
  on('POST', RENAME, reply);
  const { user, input } = await startRenaming();
  await user.type(input, '!');
  await user.click(screen.getByRole('button', { name: 'Save name' }));
  expect(await screen.findByText(words)).toBeVisible();
  on('POST', RENAME, rename);
  await user.click(screen.getByRole('button', { name: 'Save name' }));
  await waitFor(() => expect(screen.getByText('Old name!')).toBeVisible());
});
