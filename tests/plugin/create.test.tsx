import { act, fireEvent, screen, within } from '@testing-library/react';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import TokensPage from '../../src/tokens/TokensPage.tsx';
import { FAKE_SECRET, makeToken } from './fakeBackend.ts';
import { denied, failed, on, refusal, resetBackend, sent, show } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

beforeEach(() => {
  vi.useFakeTimers({
    now: new Date('2026-11-20T10:00:30Z'),
    toFake: ['Date', 'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'],
  });
  resetBackend();
  on('GET', '/api/tokens', { data: { items: [], nextCursor: null, total: 0 } });
  on('GET', '/api/integrations', { data: [] });
  on('POST', '/api/tokens', ({ data }) => ({ data: { token: makeToken(data as object), secret: FAKE_SECRET } }));
});

async function openDialog() {
  const page = show(<TokensPage />);
  await page.user.click(await screen.findByRole('button', { name: 'Create Token' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Create Token' }));
  const submit = () => page.user.click(dialog.getByRole('button', { name: 'Create Token' }));
  const name = dialog.getByRole('textbox', { name: /Name/ });
  const expires = dialog.getByRole('textbox', { name: 'Expires' });
  return { ...page, dialog, submit, name, expires };
}

const bodies = () => sent('POST', '/api/tokens').map(({ data }) => data as { name: string; expiresAt: string | null });
const revealed = () => screen.findByRole('dialog', { name: 'Token created' });

test('a name alone makes a token that expires in a year, so that it has to be rotated', async () => {
  const { user, name, expires, submit } = await openDialog();
  expect(expires).toHaveValue('2027-11-20 10:00');
  await user.type(name, '  Production Prometheus ');
  await submit();
  await revealed();
  expect(bodies()).toEqual([{ name: 'Production Prometheus', expiresAt: '2027-11-20T10:00:00.000Z' }]);
});

describe('the expiry', () => {
  test.each([
    ['30 days', '2026-12-20T10:00:00.000Z'],
    ['90 days', '2027-02-18T10:00:00.000Z'],
    ['1 year', '2027-11-20T10:00:00.000Z'],
  ])('is set by the quick choice %s', async (choice, expiresAt) => {
    const { user, dialog, name, submit } = await openDialog();
    await user.type(name, 'Night shift');
    await user.click(dialog.getByRole('button', { name: choice }));
    await submit();
    await revealed();
    expect(bodies()).toEqual([{ name: 'Night shift', expiresAt }]);
  });

  test('is taken back by Never', async () => {
    const { user, dialog, name, submit } = await openDialog();
    await user.type(name, 'Night shift');
    await user.click(dialog.getByRole('button', { name: '30 days' }));
    await user.click(dialog.getByRole('button', { name: 'Never' }));
    expect(dialog.getByRole('textbox', { name: 'Expires' })).toHaveValue('');
    await submit();
    await revealed();
    expect(bodies()).toEqual([{ name: 'Night shift', expiresAt: null }]);
  });

  test('left empty makes a token that never expires', async () => {
    const { user, name, expires, submit } = await openDialog();
    await user.type(name, 'Night shift');
    await user.clear(expires);
    await submit();
    await revealed();
    expect(bodies()).toEqual([{ name: 'Night shift', expiresAt: null }]);
  });

  test('is taken as typed, even when Enter sends the form from within the field', async () => {
    const { user, name, expires } = await openDialog();
    await user.type(name, 'Night shift');
    await user.clear(expires);
    await user.type(expires, '2027-01-31 12:00{Enter}');
    await revealed();
    expect(bodies()).toEqual([{ name: 'Night shift', expiresAt: '2027-01-31T12:00:00.000Z' }]);
  });

  test('that cannot be read never turns into a token without expiry', async () => {
    const { user, dialog, name, expires, submit } = await openDialog();
    await user.type(name, 'Night shift');
    await user.click(dialog.getByRole('button', { name: '30 days' }));
    fireEvent.change(dialog.getByRole('textbox', { name: 'Expires' }), { target: { value: 'tomorrow' } });
    await submit();
    expect(await dialog.findByText(/This is no date and time/)).toBeVisible();
    expect(dialog.getByRole('textbox', { name: 'Expires' })).toHaveFocus();
    expect(bodies()).toEqual([]);
    expect(expires).toBeDefined();
  });

  test('in the past is refused before it is sent', async () => {
    const { user, dialog, name, expires, submit } = await openDialog();
    await user.type(name, 'Night shift');
    await user.clear(expires);
    await user.type(expires, '2026-11-20 09:59');
    await submit();
    expect(await dialog.findByText('The expiry has to be in the future.')).toBeVisible();
    expect(bodies()).toEqual([]);
  });

  test('that is past by the backend’s clock is told under the field', async () => {
    on('POST', '/api/tokens', refusal('expiry_in_the_past'));
    const { user, dialog, name, submit } = await openDialog();
    await user.type(name, 'Night shift');
    await user.click(dialog.getByRole('button', { name: '30 days' }));
    await submit();
    expect(await dialog.findByText('The expiry has to be in the future.')).toBeVisible();
    expect(dialog.queryByTestId('vitals-failure')).toBeNull();
  });
});

describe('the name', () => {
  test.each([
    ['is empty', '   ', /1 to 200 characters/],
    ['has 201 characters', 'x'.repeat(201), /longer than 200/],
    ['has a control character', 'a\u0007b', /control or text-direction/],
    ['turns the text around', 'a\u202eb', /control or text-direction/],
    ['has half of a character', 'a\ud800b', /half of a character/],
  ])('that %s is refused before it is sent', async (_, value, words) => {
    const { dialog, name, submit } = await openDialog();
    fireEvent.change(name, { target: { value } });
    await submit();
    expect(await dialog.findByText(words)).toBeVisible();
    expect(name).toHaveFocus();
    expect(name).toBeInvalid();
    expect(bodies()).toEqual([]);
  });

  test('of 200 characters passes, counted as people count', async () => {
    const { name, submit } = await openDialog();
    fireEvent.change(name, { target: { value: '𝒳'.repeat(200) } });
    await submit();
    await revealed();
  });

  test('is judged while it is typed', async () => {
    const { user, dialog, name } = await openDialog();
    fireEvent.change(name, { target: { value: 'x'.repeat(201) } });
    expect(await dialog.findByText(/longer than 200/)).toBeVisible();
    await user.type(name, '{Backspace}');
    expect(dialog.queryByText(/longer than 200/)).toBeNull();
  });
});

describe('refusals are told in the dialog, which keeps what was entered', () => {
  test.each([
    ['the role does not allow it', refusal('forbidden'), /Your role does not allow this/],
    ['the proxy denies it', denied, /role in Grafana/],
    ['the credential is refused', refusal('unauthorized'), /refused Grafana's service credential/],
    ['the database is away', refusal('unavailable'), /cannot answer right now/],
  ])('when %s', async (_, reply, words) => {
    on('POST', '/api/tokens', reply);
    const { user, dialog, name, submit } = await openDialog();
    await user.type(name, 'Night shift');
    await submit();
    expect(await dialog.findByText(words)).toBeVisible();
    expect(name).toHaveValue('Night shift');
    expect(dialog.getByRole('button', { name: 'Create Token' })).toBeEnabled();
  });

  test('a lost answer warns of a token whose value nobody has seen', async () => {
    on('POST', '/api/tokens', failed(502));
    const { user, dialog, name, submit } = await openDialog();
    await user.type(name, 'Night shift');
    await submit();
    expect(await dialog.findByText(/its value was never shown/)).toBeVisible();
  });
});

test('Cancel creates nothing, and the next dialog starts empty', async () => {
  const { user, dialog, name } = await openDialog();
  await user.type(name, 'Draft');
  await user.click(dialog.getByRole('button', { name: 'Cancel' }));
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(bodies()).toEqual([]);
  await user.click(screen.getByRole('button', { name: 'Create Token' }));
  expect(await screen.findByRole('textbox', { name: /Name/ })).toHaveValue('');
});

test('while the token is on its way, nothing closes the dialog and nothing is sent twice', async () => {
  let answer: (reply: { data: unknown }) => void = () => {};
  on('POST', '/api/tokens', () => new Promise((done) => (answer = done)));
  const { user, dialog, name, submit } = await openDialog();
  await user.type(name, 'Night shift');
  await submit();
  expect(dialog.getByRole('button', { name: 'Cancel' })).toBeDisabled();
  await user.keyboard('{Escape}');
  fireEvent.submit(name);
  expect(screen.getByRole('dialog', { name: 'Create Token' })).toBeVisible();
  expect(bodies()).toHaveLength(1);
  await act(async () => answer({ data: { token: makeToken(), secret: FAKE_SECRET } }));
  await revealed();
});
