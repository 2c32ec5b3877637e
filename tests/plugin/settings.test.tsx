import { act, fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { AppPluginMeta, GrafanaPlugin } from '@grafana/data';
import { config } from '@grafana/runtime';
import { listTokens } from '../../src/api/client.ts';
import { credentialRefusal } from '../../src/api/credentialRefusal.ts';
import type { PluginSettings } from '../../src/lib/constants.ts';
import SettingsPage from '../../src/settings/SettingsPage.tsx';
import { deferred, failed, on, refusal, requests, resetBackend, sent, type Reply } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

const SAVE = '/api/plugins/appliance-vitals-app/settings';
const CREDENTIAL = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl';
const health = { status: 'ok', version: '0.1.7', uptimeSeconds: 1, database: 'ok' };
const caller = { credential: 'grafana', role: 'admin', name: 'ada' };

const SAVED = '/trial/saved-credential';
const NEW = '/trial/new-credential';
const URL = 'https://appliance.example.com:9470';

beforeEach(() => {
  resetBackend();
  on('POST', SAVE, { data: { message: 'Plugin settings updated' }, headers: {} });
  on('GET', SAVED, { data: { ...health, caller } });
  on('GET', NEW, { data: { ...health, caller } });
});

interface Given {
  jsonData?: PluginSettings;
  isConfigured?: boolean;
  enabled?: boolean;
  pinned?: boolean;
}

function showSettings({ jsonData = {}, isConfigured = false, enabled = true, pinned = true }: Given = {}) {
  const meta = { jsonData, secureJsonFields: { apiToken: isConfigured }, info: { version: '0.1.0' }, enabled, pinned };
  render(<SettingsPage plugin={{ meta } as unknown as GrafanaPlugin<AppPluginMeta<PluginSettings>>} query={{}} />);
  const user = userEvent.setup();
  const url = screen.getByRole('textbox', { name: /Backend URL/ });
  const press = (name: string) => user.click(screen.getByRole('button', { name }));
  return { user, url, press, saveAndTest: () => press('Save & test') };
}

const credential = () => screen.getByLabelText(/Service credential/);
const complete = () => showSettings({ jsonData: { backendUrl: URL }, isConfigured: true });
const verdicts = () => screen.getAllByRole('listitem').map((item) => item.textContent.trim());
/** What was saved, in order. */
const saved = () => sent('POST', SAVE).map(({ data }) => JSON.parse(JSON.stringify(data)) as unknown);
const state = { enabled: true, pinned: true };

describe('saving', () => {
  test('comes after a test beside what is in use, takes the URL without its last slash, forgets the credential', async () => {
    const { user, url, saveAndTest } = showSettings({ jsonData: { backendUrl: 'https://old:9470' } });
    await user.clear(url);
    await user.type(url, ` ${URL}/ `);
    await user.type(credential(), ` ${CREDENTIAL} `);
    await saveAndTest();
    expect(await screen.findByText('Saved. Connected to Vitals 0.1.7.')).toBeVisible();
    expect(saved()).toEqual([
      {
        ...state,
        jsonData: { backendUrl: 'https://old:9470', trialUrl: URL },
        secureJsonData: { trialToken: CREDENTIAL },
      },
      { ...state, jsonData: { backendUrl: URL }, secureJsonData: { trialToken: '', apiToken: CREDENTIAL } },
    ]);
    expect(requests.map(({ url }) => url.split('/').at(-1))).toEqual(['settings', 'new-credential', 'settings']);
    expect(credential()).toHaveValue('configured');
    expect(document.documentElement.outerHTML.includes(CREDENTIAL)).toBe(false);
  });

  test('leaves a credential that is configured as it is, and tests with it', async () => {
    const { saveAndTest } = complete();
    await saveAndTest();
    await screen.findByText(/Connected to Vitals/);
    expect(sent('GET', SAVED)).toHaveLength(1);
    expect(saved()).toEqual([
      { ...state, jsonData: { backendUrl: URL, trialUrl: URL }, secureJsonData: { trialToken: '' } },
      { ...state, jsonData: { backendUrl: URL }, secureJsonData: { trialToken: '' } },
    ]);
  });

  test('keeps settings that this page does not know', async () => {
    const { saveAndTest } = showSettings({
      jsonData: { backendUrl: URL, other: 1 } as PluginSettings,
      isConfigured: true,
    });
    await saveAndTest();
    await screen.findByText(/Connected to Vitals/);
    expect(saved()).toMatchObject([{ jsonData: { other: 1 } }, { jsonData: { other: 1 } }]);
  });

  test('is told when Grafana refuses it, and nothing is tested', async () => {
    on('POST', SAVE, failed(403, { message: 'access denied' }));
    const { saveAndTest } = complete();
    await saveAndTest();
    expect(await screen.findByText('The settings were not saved.')).toBeVisible();
    expect(screen.getByRole('alert')).toHaveTextContent('Your role in Grafana does not allow this.');
    expect(sent('GET', SAVED)).toHaveLength(0);
  });

  test('lets the pages ask again by themselves, after a credential that the backend refused', async () => {
    on('GET', '/api/tokens', refusal('unauthorized'));
    await listTokens({}).catch(() => undefined);
    expect(credentialRefusal()).toBeDefined();
    const { saveAndTest } = complete();
    await saveAndTest();
    await screen.findByText(/Connected to Vitals/);
    expect(credentialRefusal()).toBeUndefined();
  });
});

describe('what the test refuses', () => {
  const refuse = async (reply: Reply) => {
    on('GET', NEW, reply);
    const view = showSettings({ jsonData: { backendUrl: 'https://old:9470' } });
    await view.user.clear(view.url);
    await view.user.type(view.url, URL);
    await view.user.type(credential(), CREDENTIAL);
    await view.saveAndTest();
    await screen.findByTestId('vitals-connection-checks');
    return view;
  };

  test.each<[string, Reply]>([
    ['a credential of another role', refusal('wrong_credential_role')],
    ['one that acts for itself', { data: { ...health, caller: { ...caller, credential: 'admin' } } }],
    ['an unknown credential', refusal('unauthorized')],
    ['somebody else’s server', failed(401, { message: 'Unauthorized' })],
    ['a redirect', { data: {}, redirected: true }],
    ['a URL with a path', refusal('not_found')],
    ['attempts that were too many', refusal('too_many_attempts')],
  ])('is not saved (%s): what was in use stays', async (_, reply) => {
    await refuse(reply);
    expect(screen.getByRole('alert')).toHaveAccessibleName(/^Not saved\./);
    expect(screen.getByRole('alert')).toHaveTextContent('the previous settings are still in use');
    expect(saved().at(-1)).toEqual({
      ...state,
      jsonData: { backendUrl: 'https://old:9470' },
      secureJsonData: { trialToken: '' },
    });
    expect(JSON.stringify(saved())).not.toContain('apiToken');
  });

  test('is saved all the same where somebody insists', async () => {
    const { press } = await refuse(refusal('wrong_credential_role'));
    await press('Save anyway');
    expect(await screen.findByText(/^Saved anyway\./)).toBeVisible();
    expect(saved().at(-1)).toEqual({
      ...state,
      jsonData: { backendUrl: URL },
      secureJsonData: { trialToken: '', apiToken: CREDENTIAL },
    });
    expect(credential()).toHaveValue('configured');
  });

  test('cannot be insisted on once something else was entered', async () => {
    const { user, url } = await refuse(refusal('unauthorized'));
    await user.type(url, '1');
    expect(screen.queryByRole('button', { name: 'Save anyway' })).toBeNull();
  });

  test.each<[string, Reply]>([
    ['a backend that is not up yet', failed(502)],
    ['a database that is busy', refusal('unavailable')],
    ['users that the backend cannot verify yet', refusal('identity_not_verified')],
    ['another release', { data: { ...health, version: '0.9.0', caller } }],
  ])('is not what can be right all the same: %s', async (_, reply) => {
    await refuse(reply);
    expect(screen.getByRole('alert')).toHaveAccessibleName(/^Saved, but not connected\./);
    expect(saved().at(-1)).toMatchObject({ secureJsonData: { apiToken: CREDENTIAL } });
  });
});

describe('a disabled plugin', () => {
  const off = { enabled: false, pinned: false };
  const disabled = () => showSettings({ jsonData: { backendUrl: URL }, isConfigured: true, ...off });

  test('is enabled only by the button that says so', async () => {
    const { press } = disabled();
    expect(screen.getByText('Vitals is disabled in this organisation.')).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Save & test' })).toBeNull();
    await press('Enable, save & test');
    await screen.findByText(/Connected to Vitals/);
    expect(saved()).toMatchObject([state, state]);
    expect(screen.getByRole('button', { name: 'Save & test' })).toBeVisible();
  });

  test('stays disabled where the test refuses', async () => {
    on('GET', SAVED, refusal('unauthorized'));
    const { press } = disabled();
    await press('Enable, save & test');
    await screen.findByText(/^Not saved\./);
    expect(saved()).toMatchObject([state, off]);
  });

  test('can be set up without being enabled, untested', async () => {
    const { press } = disabled();
    await press('Save without enabling');
    expect(await screen.findByText('Saved, but not tested: Vitals is disabled.')).toBeVisible();
    expect(saved()).toMatchObject([off]);
    expect(sent('GET', SAVED)).toHaveLength(0);
  });

  test('of which only the pin was taken away stays so', async () => {
    const { saveAndTest } = showSettings({ jsonData: { backendUrl: URL }, isConfigured: true, pinned: false });
    await saveAndTest();
    await screen.findByText(/Connected to Vitals/);
    expect(saved()).toMatchObject([
      { enabled: true, pinned: false },
      { enabled: true, pinned: false },
    ]);
  });
});

describe('what is refused before it is sent', () => {
  test.each([
    ['nothing', ' ', /Enter the address/],
    ['no URL', 'appliance', /This is no URL/],
    ['another scheme', 'ftp://appliance', /has to begin with/],
    ['a user name', 'https://user:pass@appliance', /Leave user name and password out/],
    ['a query', 'https://appliance/?a=b', /Leave out everything after the path/],
  ])('as URL: %s', async (_, text, words) => {
    const { user, url, saveAndTest } = showSettings({ isConfigured: true });
    await user.type(url, text);
    await saveAndTest();
    expect(await screen.findByText(words)).toBeVisible();
    expect(requests).toEqual([]);
  });

  test.each([
    ['nothing', ' ', /Paste a service credential/],
    ['a scrape token', 'vst_abc', /This is a scrape token/],
    ['something else', 'hunter2', /This is no service credential/],
  ])('as credential: %s', async (_, text, words) => {
    const { user, saveAndTest } = showSettings({ jsonData: { backendUrl: 'https://appliance' } });
    await user.type(credential(), text);
    await saveAndTest();
    expect(await screen.findByText(words)).toBeVisible();
    expect(requests).toEqual([]);
  });

  test('http:// across a network is allowed, with a warning', async () => {
    const { user, url } = showSettings();
    await user.type(url, 'http://10.0.0.5:9470');
    expect(screen.getByText(/crosses the network unencrypted/)).toBeVisible();
    await user.clear(url);
    await user.type(url, 'http://127.0.0.1:9470');
    expect(screen.queryByText(/unencrypted/)).toBeNull();
  });
});

describe('the test names what is wrong, says only what it knows, and what to do', () => {
  const yes = 'yes';
  const no = 'no';
  const open = 'not tested';
  test.each<[string, Reply, RegExp, RegExp, string[]]>([
    ['unreachable', failed(502), /cannot be reached/, /SSL_CERT_DIR.*speaks http at this port/, [no]],
    ['a slow proxy', failed(504), /cannot be reached/, /Grafana's log has the exact cause/, [no]],
    ['somebody else', failed(404, '<html>'), /not a Vitals backend/, /status 404/, [no]],
    ['another web page', { data: '<html>', headers: {} }, /not a Vitals backend/, /status 200/, [no]],
    ['other JSON', { data: { ok: true }, headers: {} }, /not a Vitals backend/, /status 200/, [no]],
    ['another path', refusal('not_found'), /does not know this address/, /without a path/, [no]],
    [
      'throttled',
      refusal('too_many_attempts', 'Mend it.'),
      /refused Grafana's service/,
      /--role.*Mend it\./,
      [yes, no],
    ],
    ['a busy backend', refusal('unavailable'), /cannot answer right now/, /Try again shortly/, [yes]],
    ['wrong credential', refusal('unauthorized'), /refused Grafana's service credential/, /--role grafana/, [yes, no]],
    [
      'role forbidden',
      refusal('forbidden'),
      /has the wrong role/,
      /Only a credential with the role grafana/,
      [yes, yes, no],
    ],
    ['role refused', refusal('wrong_credential_role'), /has the wrong role/, /Only a credential with/, [yes, yes, no]],
    [
      'role of somebody else',
      { data: { ...health, caller: { ...caller, credential: 'admin' } } },
      /has the role admin instead of grafana/,
      /Only a credential with the role grafana/,
      [yes, yes, no],
    ],
    [
      'identity not verifiable',
      refusal('identity_not_verified'),
      /could not verify who you are/,
      /jwks_url/,
      [yes, yes, yes, no],
    ],
    [
      'another release',
      { data: { ...health, version: '0.2.0', caller } },
      /Plugin 0.1.0 and backend 0.2.0 are not compatible/,
      /same release of both/,
      [yes, yes, yes, yes, no],
    ],
    [
      'another API',
      { data: {}, headers: { 'vitals-api-version': '2' } },
      /a different API version/,
      /same release/,
      [yes, open, open, open, no],
    ],
    ['disabled', failed(404, { message: 'Plugin is not enabled' }), /not enabled/, /enable it again/, [open]],
  ])('%s', async (_, reply, title, advice, expected) => {
    on('GET', SAVED, reply);
    const { saveAndTest } = complete();
    await saveAndTest();
    expect(await screen.findByText(title)).toBeVisible();
    expect(screen.getByRole('alert')).toHaveTextContent(advice);
    const marks = verdicts().map((text) => /\((.*)\)$/.exec(text)?.[1]);
    expect(marks).toEqual([...expected, open, open, open, open].slice(0, 5));
  });

  test.each([
    ['http://appliance:9470', failed(502), /speaks https at this port/],
    ['https://appliance:9470/api', refusal('not_found'), /has the path \/api\. Leave it out/],
    ['https://appliance:9470/x', failed(404, '<html>'), /has the path \/x\. Leave it out/],
    ['https://grafana.example.com', failed(401, { messageId: 'api-key.invalid' }), /This is Grafana’s own address/],
  ])('by the URL %s', async (backendUrl, reply, advice) => {
    config.appUrl = 'https://grafana.example.com/grafana/';
    on('GET', SAVED, reply);
    const { saveAndTest } = showSettings({ jsonData: { backendUrl }, isConfigured: true });
    await saveAndTest();
    expect(await screen.findByRole('alert')).toHaveTextContent(advice);
  });

  test('a degraded backend is connected, with a warning', async () => {
    on('GET', SAVED, { data: { ...health, status: 'degraded', caller } });
    const { saveAndTest } = complete();
    await saveAndTest();
    expect(await screen.findByText(/which is degraded/)).toBeVisible();
  });

  test('a silent backend is told of after ten seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
    on('GET', SAVED, deferred().reply);
    showSettings({ jsonData: { backendUrl: URL }, isConfigured: true });
    fireEvent.click(screen.getByRole('button', { name: 'Save & test' }));
    await act(() => vi.advanceTimersByTimeAsync(10_000));
    expect(screen.getByRole('alert')).toHaveAccessibleName(/^Saved, but not connected\. .*cannot be reached/);
  });
});
