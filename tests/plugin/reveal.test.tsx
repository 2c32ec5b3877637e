import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { locationService } from '@grafana/runtime';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { SecretBox } from '../../src/api/secret.ts';
import { queryClient } from '../../src/api/queryClient.ts';
import TokensPage from '../../src/tokens/TokensPage.tsx';
import { FAKE_SECRET, makeToken } from './fakeBackend.ts';
import { failed, on, resetBackend, row, sent, show } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

const token = makeToken({ id: 'new', name: 'Production <b>Prometheus</b>', expiresAt: '2027-01-31T12:00:00Z' });

beforeEach(() => {
  vi.useFakeTimers({
    now: new Date('2026-11-20T10:00:00Z'),
    toFake: ['Date', 'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'],
  });
  resetBackend();
  on('GET', '/api/tokens', { data: { items: [token], nextCursor: null, total: 1 } });
  on('GET', '/api/tokens/new', { data: { token } });
  on('GET', '/api/integrations', { data: [{ id: 'prometheus', status: 'enabled' }] });
  on('POST', '/api/tokens', { data: { token, secret: FAKE_SECRET } });
});

const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

async function mint() {
  const page = show(<TokensPage />);
  await page.user.click(await screen.findByRole('button', { name: 'Create Token' }));
  await page.user.type(await screen.findByRole('textbox', { name: /Name/ }), 'x');
  await page.user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Create Token' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Token created' }));
  const save = () => page.user.click(dialog.getByRole('button', { name: 'I have saved my token' }));
  return { ...page, dialog, save };
}

describe('what it shows', () => {
  test('the amber warning in the words of the documentation', async () => {
    const { dialog } = await mint();
    expect(dialog.getByText('This is the only time the token value will be shown.')).toBeVisible();
    expect(
      dialog.getByText(
        'Copy it now — it cannot be retrieved later. The database stores only a hash of the token, not the value itself.',
      ),
    ).toBeVisible();
  });

  test('the value, read-only, and what was set', async () => {
    const { dialog } = await mint();
    expect(dialog.getByRole('textbox', { name: 'Token' })).toHaveValue(FAKE_SECRET);
    expect(dialog.getByRole('textbox', { name: 'Token' })).toHaveAttribute('readonly');
    expect(dialog.getByText('Production <b>Prometheus</b>')).toBeVisible();
    expect(dialog.getByText('2027-01-31 12:00:00')).toBeVisible();
  });

  test('the value, which no cache holds', async () => {
    await mint();
    const cached = JSON.stringify(
      queryClient
        .getQueryCache()
        .getAll()
        .map(({ state }) => state),
    );
    expect(cached).toContain('Production');
    expect(cached).not.toContain(FAKE_SECRET);
    expect(queryClient.getMutationCache().getAll()).toEqual([]);
  });

  test('one button only that leads out', async () => {
    const { dialog } = await mint();
    const buttons = dialog.getAllByRole('button', { hidden: false });
    expect(buttons.map(({ textContent }) => textContent)).toEqual(['Copy', 'Copy', 'I have saved my token']);
  });

  test('a scrape configuration that reads the token from a file and does not contain it', async () => {
    const { dialog } = await mint();
    const config = dialog.getByTestId('vitals-scrape-config').textContent;
    expect(config).toContain('credentials_file: /etc/prometheus/dhcp-dpi.token');
    expect(config).not.toContain(FAKE_SECRET);
  });
});

describe('the address for Prometheus', () => {
  const field = () => screen.getByRole('textbox', { name: /^Address for Prometheus/ });
  const texts = () =>
    ['vitals-scrape-config', 'vitals-curl'].map((id) => screen.getByTestId(id).textContent ?? '').join('\n');
  const known = (publicUrl: string | null) =>
    on('GET', '/api/integrations', { data: [{ id: 'prometheus', status: 'enabled', publicUrl }] });

  test('is the appliance’s own, in every format and in the line to try it with', async () => {
    known('https://appliance.example.com:9470');
    const { dialog } = await mint();
    expect(field()).toHaveValue('https://appliance.example.com:9470');
    expect(texts()).toContain("- 'appliance.example.com:9470'");
    expect(texts()).toContain('https://appliance.example.com:9470/api/metrics/prometheus');
    expect(dialog.queryByText(/server\.public_url/)).toBeNull();
  });

  test.each([
    ['http://backend:9470', 'An external Prometheus cannot reach backend:9470.'],
    ['http://localhost:9470', 'An external Prometheus cannot reach localhost:9470.'],
    [null, 'An external Prometheus may not reach appliance.example.com,'],
  ])('%s is warned of, and can be corrected for this copy', async (publicUrl, words) => {
    known(publicUrl);
    const { user, dialog } = await mint();
    expect(dialog.getByText(new RegExp(`^${words}.*server\\.public_url`))).toBeVisible();
    await user.clear(field());
    await user.type(field(), 'http://10.0.0.5:9470');
    expect(dialog.queryByText(/server\.public_url/)).toBeNull();
    expect(texts()).toContain("- '10.0.0.5:9470'");
    expect(texts()).toContain('scheme: http\n');
    expect(texts()).toContain('http://10.0.0.5:9470/api/metrics/prometheus');
    expect(texts()).not.toContain(FAKE_SECRET);
  });

  test.each([
    'nowhere',
    'ftp://a.example',
    'https://a.example/path',
    'https://me:secret@a.example',
    'https://a.example?x=1',
  ])('%s is none: the field says so, and the configuration keeps the last one', async (typed) => {
    known('https://appliance.example.com:9470');
    const { dialog } = await mint();
    fireEvent.change(field(), { target: { value: typed } });
    expect(dialog.getByText(/Write it as https:\/\/appliance\.example\.com:9470/)).toBeVisible();
    expect(field()).toBeInvalid();
    expect(texts()).toContain("- 'appliance.example.com:9470'");
  });
});

describe('copying', () => {
  test('says Copied! for two seconds', async () => {
    const { user, dialog } = await mint();
    await user.click(dialog.getByRole('button', { name: 'Copy the token' }));
    expect(await navigator.clipboard.readText()).toBe(FAKE_SECRET);
    expect(await dialog.findByRole('button', { name: 'Copied!' })).toBeVisible();
    await pass(1900);
    expect(dialog.getByRole('button', { name: 'Copied!' })).toBeVisible();
    await pass(200);
    expect(dialog.queryByRole('button', { name: 'Copied!' })).toBeNull();
    expect(dialog.getByRole('button', { name: 'Copy the token' })).toHaveTextContent('Copy');
  });

  test('where the browser forbids it, selects the value and says which keys copy it', async () => {
    const { user, dialog } = await mint();
    await pass(100);
    vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new Error('NotAllowedError'));
    await user.click(dialog.getByRole('button', { name: 'Copy the token' }));
    expect(await dialog.findByRole('button', { name: 'Press Ctrl+C' })).toBeVisible();
    const input = dialog.getByRole<HTMLInputElement>('textbox', { name: 'Token' });
    expect(input).toHaveFocus();
    expect(input.value.slice(input.selectionStart ?? 0, input.selectionEnd ?? 0)).toBe(FAKE_SECRET);
  });
});

describe('the token is not lost by accident', () => {
  test('Escape and a click outside leave the dialog open', async () => {
    const { user, dialog } = await mint();
    await user.keyboard('{Escape}');
    fireEvent.pointerDown(document.body);
    fireEvent.click(document.querySelector('[role="presentation"]') ?? document.body);
    expect(dialog.getByRole('textbox', { name: 'Token' })).toHaveValue(FAKE_SECRET);
  });

  test('leaving the page asks first, and no longer once it is saved', async () => {
    const asks = () => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }));
    const block = vi.spyOn(locationService.getHistory(), 'block');
    const { save } = await mint();
    expect(asks()).toBe(true);
    expect(block).toHaveBeenCalledWith(expect.stringContaining('Leave without having saved it?'));
    await save();
    expect(asks()).toBe(false);
  });
});

describe('after it is closed', () => {
  test('the value is in no element and in no box any more', async () => {
    const destroy = vi.spyOn(SecretBox.prototype, 'destroy');
    const { dialog, save } = await mint();
    const input = dialog.getByRole<HTMLInputElement>('textbox', { name: 'Token' });
    expect(destroy).not.toHaveBeenCalled();
    await save();
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(document.documentElement.outerHTML.includes(FAKE_SECRET)).toBe(false);
    expect(input.value).toBe('');
    const box = destroy.mock.contexts.at(-1) as SecretBox;
    expect(box.read()).toBeUndefined();
  });

  test('the new token is in the table, and the address tells nothing', async () => {
    const { save, address } = await mint();
    await save();
    expect(row('Production <b>Prometheus</b>').getByText('Active')).toBeVisible();
    expect(address()).toBe('');
  });

  test('the page asks no more for the first scrape', async () => {
    const { save } = await mint();
    await save();
    const before = sent('GET', '/api/tokens/new').length;
    await pass(20_000);
    expect(sent('GET', '/api/tokens/new')).toHaveLength(before);
  });
});

describe('the first scrape', () => {
  test('is waited for, and told with its address when it comes', async () => {
    const { dialog, save } = await mint();
    expect(dialog.getByTestId('vitals-first-scrape')).toHaveTextContent('Waiting for the first scrape…');
    await pass(3000);
    expect(dialog.getByTestId('vitals-first-scrape')).toHaveTextContent('Waiting for the first scrape…');
    const used = { ...token, lastUsedAt: '2026-11-20T10:00:04Z', lastIp: '10.0.0.5' };
    on('GET', '/api/tokens/new', { data: { token: used } });
    on('GET', '/api/tokens', { data: { items: [used], nextCursor: null, total: 1 } });
    await pass(3000);
    expect(dialog.getByTestId('vitals-first-scrape')).toHaveTextContent('Scraped from 10.0.0.5.');
    await save();
    expect(row('Production <b>Prometheus</b>').getByText('10.0.0.5')).toBeVisible();
  });

  test('is waited for through an outage', async () => {
    const { dialog } = await mint();
    on('GET', '/api/tokens/new', failed(502));
    await pass(3000);
    expect(dialog.getByTestId('vitals-first-scrape')).toHaveTextContent('the backend does not answer at the moment');
    on('GET', '/api/tokens/new', { data: { token: { ...token, lastUsedAt: '2026-11-20T10:00:04Z', lastIp: '::1' } } });
    await pass(3000);
    await waitFor(() => expect(dialog.getByTestId('vitals-first-scrape')).toHaveTextContent('Scraped from ::1.'));
  });

  test('is not asked for while the page is hidden, and at once when it is seen again', async () => {
    await mint();
    const visibility = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    const before = sent('GET', '/api/tokens/new').length;
    await pass(30_000);
    expect(sent('GET', '/api/tokens/new')).toHaveLength(before);
    visibility.mockReturnValue('visible');
    act(() => void document.dispatchEvent(new Event('visibilitychange')));
    await pass(0);
    expect(sent('GET', '/api/tokens/new')).toHaveLength(before + 1);
  });

  test('is not promised while the integration is disabled', async () => {
    on('GET', '/api/integrations', { data: [{ id: 'prometheus', status: 'disabled' }] });
    const { dialog } = await mint();
    expect(dialog.getByTestId('vitals-first-scrape')).toHaveTextContent('The integration is disabled');
    await pass(10_000);
    expect(sent('GET', '/api/tokens/new')).toHaveLength(0);
  });
});
