import { act, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { RotateTokenBody, RotationProgress, Token } from '../../contract/api.ts';
import { SecretBox } from '../../src/api/secret.ts';
import TokensPage from '../../src/tokens/TokensPage.tsx';
import { FAKE_SECRET, makeToken } from './fakeBackend.ts';
import { makeProgress } from './fakeTokens.ts';
import { failed, on, refusal, resetBackend, row, sent, show } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

const NAME = 'Production <b>';
const old = makeToken({
  id: 'old',
  name: NAME,
  prefix: 'vst_Old0Ab',
  createdAt: '2026-11-01T10:00:00Z',
  expiresAt: '2026-12-01T10:00:00Z',
});
const next = makeToken({ id: 'new', name: NAME, prefix: 'vst_New0Ab', predecessorId: 'old' });
const replaced: Token = { ...old, successorId: 'new' };
const ended: Token = { ...replaced, status: 'revoked', revokedAt: '2026-11-20T10:00:00Z', revokedBy: 'rotation' };
const ROTATE = '/api/tokens/old/rotate';
const ROTATION = '/api/tokens/new/rotation';

beforeEach(() => {
  vi.useFakeTimers({
    now: new Date('2026-11-20T10:00:30Z'),
    toFake: ['Date', 'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'],
  });
  resetBackend();
  list(old);
  on('GET', '/api/integrations', { data: [{ id: 'prometheus', status: 'enabled', maxTokenLifetimeDays: null }] });
  on('POST', ROTATE, { data: { token: next, secret: FAKE_SECRET, predecessor: replaced } });
  answer(makeProgress());
});

const list = (...items: Token[]) =>
  on('GET', '/api/tokens', { data: { items, nextCursor: null, total: items.length } });
const answer = (progress: RotationProgress | null, predecessor = replaced) =>
  on('GET', ROTATION, { data: { chain: [predecessor, next], progress } });
const bodies = () => sent('POST', ROTATE).map(({ data }) => data as RotateTokenBody);
const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
const line = () => screen.getByTestId('vitals-switch');

async function openDialog() {
  const page = show(<TokensPage />);
  await page.user.click(await screen.findByRole('button', { name: `Rotate ${NAME} (vst_Old0Ab…)` }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Rotate token' }));
  const submit = () => page.user.click(dialog.getByRole('button', { name: /^(Rotate token|Revoke and replace)$/ }));
  return { ...page, dialog, submit };
}

async function rotate() {
  const page = await openDialog();
  await page.submit();
  const dialog = within(await screen.findByRole('dialog', { name: 'Token rotated' }));
  return { ...page, dialog };
}

test('only an active token without a successor can be rotated', async () => {
  list(
    old,
    { ...next, id: 'a', name: 'Replaced', successorId: 'z' },
    { ...next, id: 'b', name: 'Gone', status: 'revoked' },
  );
  show(<TokensPage />);
  expect(await screen.findByRole('button', { name: `Rotate ${NAME} (vst_Old0Ab…)` })).toBeVisible();
  expect(screen.queryByRole('button', { name: /^Rotate Replaced/ })).toBeNull();
  expect(screen.queryByRole('button', { name: /^Rotate Gone/ })).toBeNull();
});

describe('when the old token ends', () => {
  test('left alone: when the new one has taken over, and the new one lives as long as the old one was meant to', async () => {
    const { dialog } = await rotate();
    expect(bodies()).toEqual([{ grace: 'observed' }]);
    expect(dialog.getByRole('textbox', { name: 'Token' })).toHaveValue(FAKE_SECRET);
    expect(dialog.getByText('vst_Old0Ab…')).toBeVisible();
  });

  test('the dialog shows the life span that the new one will be given', async () => {
    const { dialog } = await openDialog();
    expect(dialog.getByRole('textbox', { name: 'The new token expires' })).toHaveValue('2026-12-20 10:00');
  });

  test('at the latest on a date of one’s choice', async () => {
    const { user, dialog, submit } = await openDialog();
    await user.type(dialog.getByRole('textbox', { name: 'The old token ends at the latest' }), '2026-11-21 12:00');
    await submit();
    await screen.findByRole('dialog', { name: 'Token rotated' });
    expect(bodies()).toEqual([{ grace: 'observed', latestAt: '2026-11-21T12:00:00.000Z' }]);
  });

  test.each([
    ['2026-11-20 09:00', /has to be in the future/],
    ['2026-13-40', /This is no date and time/],
  ])('at the latest on %s is refused before it is sent', async (typed, words) => {
    const { user, dialog, submit } = await openDialog();
    await user.type(dialog.getByRole('textbox', { name: 'The old token ends at the latest' }), typed);
    await submit();
    expect(await dialog.findByText(words)).toBeVisible();
    expect(dialog.getByRole('textbox', { name: 'The old token ends at the latest' })).toHaveFocus();
    expect(bodies()).toEqual([]);
  });

  test.each([
    ['1 hour', 3600],
    ['1 day', 86_400],
    ['7 days', 604_800],
  ])('after %s', async (choice, grace) => {
    const { user, dialog, submit } = await openDialog();
    await user.click(dialog.getByRole('radio', { name: /After a fixed time/ }));
    await user.click(dialog.getByRole('radio', { name: choice }));
    await submit();
    await screen.findByRole('dialog', { name: 'Token rotated' });
    expect(bodies()).toEqual([{ grace }]);
  });

  test('now, because it leaked: a date that was typed before is not sent, and the dialog waits for the first scrape', async () => {
    on('POST', ROTATE, { data: { token: next, secret: FAKE_SECRET, predecessor: ended } });
    const { user, dialog, submit } = await openDialog();
    await user.type(dialog.getByRole('textbox', { name: 'The old token ends at the latest' }), '2026-11-19 12:00');
    await user.click(dialog.getByRole('radio', { name: /Revoke immediately \(leaked\)/ }));
    expect(dialog.getByRole('button', { name: 'Revoke and replace' })).toBeVisible();
    await submit();
    const reveal = within(await screen.findByRole('dialog', { name: 'Token rotated' }));
    expect(bodies()).toEqual([{ grace: 0 }]);
    expect(reveal.getByText(/revoked: it stopped working/)).toBeVisible();
    expect(reveal.getByTestId('vitals-first-scrape')).toHaveTextContent('Waiting for the first scrape…');
  });
});

test('an expiry of one’s choice is sent, and Never as well', async () => {
  const { user, dialog, submit } = await openDialog();
  await user.click(dialog.getByRole('button', { name: 'Never' }));
  await submit();
  await screen.findByRole('dialog', { name: 'Token rotated' });
  expect(bodies()).toEqual([{ grace: 'observed', expiresAt: null }]);
});

describe('the switch is told while the new value is shown', () => {
  test('waiting for the new token, then for silence, then done', async () => {
    const { dialog } = await rotate();
    expect(line()).toHaveTextContent('Waiting for the new token to be used.');
    answer(makeProgress({ waitingFor: 'silence', successorUsedAt: '2026-11-20T10:00:31Z', silentSeconds: 190 }));
    await pass(3000);
    expect(line()).toHaveTextContent('Waiting for the old one to be idle: 3 of 10 minutes.');
    answer(null, ended);
    list(next, ended);
    await pass(3000);
    expect(line()).toHaveTextContent('The old token has been revoked. The rotation is complete.');
    expect(dialog.getByRole('textbox', { name: 'Token' })).toHaveValue(FAKE_SECRET);
    await waitFor(() => expect(screen.getByText('Revoked', { selector: 'tr *' })).toBeVisible());
  });

  test.each([
    ['a latest date', { latestAt: '2026-11-21T12:00:00Z' }, 'The old one ends on 2026-11-21 12:00:00 at the latest.'],
    [
      'a set time',
      { grace: 'timed', waitingFor: 'time', latestAt: '2026-11-20T11:00:30Z' } as const,
      'The old one stays valid until 2026-11-20 11:00:30.',
    ],
  ])('with %s', async (_, own, words) => {
    answer(makeProgress(own));
    await rotate();
    expect(line()).toHaveTextContent(words);
  });

  test('called off, because the new token was revoked meanwhile', async () => {
    answer(null, old);
    await rotate();
    await waitFor(() => expect(line()).toHaveTextContent('The rotation was cancelled: the old token stays valid.'));
  });

  test('through an outage, and with a disabled integration', async () => {
    on('GET', '/api/integrations', { data: [{ id: 'prometheus', status: 'disabled' }] });
    await rotate();
    expect(line()).toHaveTextContent('The integration is disabled');
    on('GET', ROTATION, failed(502));
    await pass(3000);
    expect(line()).toHaveTextContent('The backend does not answer at the moment.');
    expect(line()).toHaveTextContent('Waiting for the new token to be used.');
  });

  test('and no longer asked for once the dialog is closed, which forgets the value', async () => {
    const destroy = vi.spyOn(SecretBox.prototype, 'destroy');
    const { user, dialog, address } = await rotate();
    await user.click(dialog.getByRole('button', { name: 'I have saved my token' }));
    const before = sent('GET', ROTATION).length;
    await pass(20_000);
    expect(sent('GET', ROTATION)).toHaveLength(before);
    expect((destroy.mock.contexts.at(-1) as SecretBox).read()).toBeUndefined();
    expect(document.documentElement.outerHTML).not.toContain(FAKE_SECRET);
    expect(address()).toBe('');
  });
});

describe.each([
  ['token_not_active', 'Only an active scrape token can be rotated.'],
  ['token_already_rotated', 'This scrape token has a successor already.'],
  ['token_not_found', 'This scrape token does not exist.'],
] as const)('somebody was faster: %s', (code, words) => {
  test('the dialog closes, and the page says so and shows the table as it is now', async () => {
    on('POST', ROTATE, refusal(code));
    const { submit } = await openDialog();
    list(ended);
    await submit();
    expect(await screen.findByText(words)).toBeVisible();
    expect(screen.queryByRole('dialog')).toBeNull();
    await waitFor(() => expect(row(NAME).getByText('Revoked')).toBeVisible());
  });
});

test.each([
  ['the role does not allow it', refusal('forbidden'), /Your role does not allow this/],
  ['the database is away', refusal('unavailable'), /cannot answer right now/],
  ['the answer is lost', failed(502), /its value was never shown/],
])('when %s, the dialog says so and keeps what was entered', async (_, reply, words) => {
  on('POST', ROTATE, reply);
  const { user, dialog, submit } = await openDialog();
  await user.click(dialog.getByRole('radio', { name: /After a fixed time/ }));
  await submit();
  expect(await dialog.findByText(words)).toBeVisible();
  expect(dialog.getByRole('radio', { name: '1 day' })).toBeChecked();
});
