import { act, fireEvent, screen, within } from '@testing-library/react';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { CreateTokenBody, RotateTokenBody, Token } from '../../contract/api.ts';
import TokensPage from '../../src/tokens/TokensPage.tsx';
import { FAKE_SECRET, makeToken } from './fakeBackend.ts';
import { chainOf, makeProgress } from './fakeTokens.ts';
import { on, refusal, resetBackend, sent, show } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

const forEver = makeToken({ id: 'old', name: 'Old', createdAt: '2026-11-01T10:00:00Z' });
const next = makeToken({ id: 'new', name: 'Old', predecessorId: 'old' });

beforeEach(() => {
  vi.useFakeTimers({
    now: new Date('2026-11-20T10:00:30Z'),
    toFake: ['Date', 'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'],
  });
  resetBackend();
  allow(60);
  list(forEver);
  on('POST', '/api/tokens', { data: { token: next, secret: FAKE_SECRET } });
  on('POST', '/api/tokens/old/rotate', { data: { token: next, secret: FAKE_SECRET, predecessor: forEver } });
  on('GET', '/api/tokens/new/rotation', {
    data: chainOf({ tokens: [forEver, next], progress: { new: makeProgress() } }, next),
  });
});

const list = (token: Token) => on('GET', '/api/tokens', { data: { items: [token], nextCursor: null, total: 1 } });
const allow = (maxTokenLifetimeDays: number | null) =>
  on('GET', '/api/integrations', { data: [{ id: 'prometheus', status: 'enabled', maxTokenLifetimeDays }] });
const created = () => sent('POST', '/api/tokens').map(({ data }) => (data as CreateTokenBody).expiresAt);
const rotated = () => sent('POST', '/api/tokens/old/rotate').map(({ data }) => data as RotateTokenBody);

async function openDialog(button: string, title: string) {
  const page = show(<TokensPage />);
  await page.user.click(await screen.findByRole('button', { name: button }));
  const dialog = within(await screen.findByRole('dialog', { name: title }));
  const choices = () => within(dialog.getByRole('group', { name: 'Quick choices' })).getAllByRole('button');
  return { ...page, dialog, choices, expires: () => dialog.getByRole('textbox', { name: /expires$/i }) };
}

async function openCreate() {
  const page = await openDialog('Create Token', 'Create Token');
  fireEvent.change(page.dialog.getByRole('textbox', { name: /Name/ }), { target: { value: 'Night shift' } });
  return { ...page, submit: () => page.user.click(page.dialog.getByRole('button', { name: 'Create Token' })) };
}

async function openRotate() {
  const page = await openDialog('Rotate Old (vst_Ab3x…)', 'Rotate token');
  return { ...page, submit: () => page.user.click(page.dialog.getByRole('button', { name: 'Rotate token' })) };
}

const revealed = () => screen.findByRole('dialog', { name: /^Token (created|rotated)$/ });

describe('with a maximum lifetime, a new token', () => {
  test.each([
    [10, ['10 days']],
    [60, ['30 days', '60 days']],
    [365, ['30 days', '90 days', '365 days']],
    [730, ['30 days', '90 days', '1 year', '730 days']],
  ])('of %i days is offered no choice beyond it, and not Never', async (days, expected) => {
    allow(days);
    const { dialog, choices } = await openCreate();
    expect(choices().map(({ textContent }) => textContent)).toEqual(expected);
    expect(dialog.getByText(`In your time zone, in ${days} days at the latest.`)).toBeVisible();
  });

  test.each([
    [60, '2027-01-19 09:55'],
    [366, '2027-11-21 09:55'],
    [367, '2027-11-20 10:00'],
  ])('of %i days is given the longest there is, and at most a year', async (days, suggested) => {
    allow(days);
    const { expires } = await openCreate();
    expect(expires()).toHaveValue(suggested);
  });

  test('is given it also where the maximum is known only after the dialog was opened', async () => {
    let answer: (reply: { data: unknown }) => void = () => {};
    on('GET', '/api/integrations', () => new Promise((done) => (answer = done)));
    const { expires, submit } = await openCreate();
    expect(expires()).toHaveValue('2027-11-20 10:00');
    await act(async () => answer({ data: [{ id: 'prometheus', status: 'enabled', maxTokenLifetimeDays: 60 }] }));
    expect(expires()).toHaveValue('2027-01-19 09:55');
    await submit();
    await revealed();
    expect(created()).toEqual(['2027-01-19T09:55:00.000Z']);
  });

  test('takes the longest there is, with some minutes for clocks that differ', async () => {
    const { user, dialog, submit } = await openCreate();
    await user.click(dialog.getByRole('button', { name: '30 days' }));
    await user.click(dialog.getByRole('button', { name: '60 days' }));
    await submit();
    await revealed();
    expect(created()).toEqual(['2027-01-19T09:55:00.000Z']);
  });

  test.each([
    ['', /every token has to expire, after 60 days at the latest/],
    ['2027-01-19 10:01', /lives for 60 days at most: until 2027-01-19 10:00:30/],
  ])('that expires “%s” is refused before it is sent', async (typed, words) => {
    const { dialog, expires, submit } = await openCreate();
    fireEvent.change(expires(), { target: { value: typed } });
    await submit();
    expect(await dialog.findByText(words)).toBeVisible();
    expect(expires()).toHaveFocus();
    expect(created()).toEqual([]);
  });

  test('of the last minute that is allowed passes', async () => {
    const { expires, submit } = await openCreate();
    fireEvent.change(expires(), { target: { value: '2027-01-19 10:00' } });
    await submit();
    await revealed();
    expect(created()).toEqual(['2027-01-19T10:00:00.000Z']);
  });
});

describe('with a maximum lifetime, a successor', () => {
  test('of a token that never expires is given the longest there is', async () => {
    const { expires, submit } = await openRotate();
    expect(expires()).toHaveValue('2027-01-19 09:55');
    await submit();
    await revealed();
    expect(rotated()).toEqual([{ grace: 'observed', expiresAt: '2027-01-19T09:55:00.000Z' }]);
  });

  test('of a token within it is given that one’s life span', async () => {
    list({ ...forEver, expiresAt: '2026-12-01T10:00:00Z' });
    const { expires, submit } = await openRotate();
    expect(expires()).toHaveValue('2026-12-20 10:00');
    await submit();
    await revealed();
    expect(rotated()).toEqual([{ grace: 'observed' }]);
  });

  test('cannot be left without an expiry', async () => {
    const { dialog, expires, submit } = await openRotate();
    fireEvent.change(expires(), { target: { value: '' } });
    await submit();
    expect(await dialog.findByText(/every token has to expire/)).toBeVisible();
    expect(rotated()).toEqual([]);
  });
});

describe('a policy that the page did not know of is told under the field, in the backend’s own words', () => {
  test.each([
    ['expiry_required', /every scrape token has to expire/],
    ['expiry_too_late', /later than this appliance allows/],
  ] as const)('%s', async (code, words) => {
    allow(null);
    on('POST', '/api/tokens', refusal(code, 'The latest possible expiry is 2026-12-01T00:00:00Z.'));
    on('POST', '/api/tokens/old/rotate', refusal(code, 'The latest possible expiry is 2026-12-01T00:00:00Z.'));
    const { dialog, submit, expires, unmount } = await openCreate();
    await submit();
    expect(await dialog.findByText(words)).toHaveTextContent('The latest possible expiry is 2026-12-01T00:00:00Z.');
    expect(expires()).toHaveFocus();
    unmount();
    const rotation = await openRotate();
    await rotation.submit();
    expect(await rotation.dialog.findByText(words)).toBeVisible();
    expect(rotation.dialog.queryByTestId('vitals-failure')).toBeNull();
  });
});
