import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { AppPluginMeta, GrafanaPlugin } from '@grafana/data';
import type { PluginSettings } from '../../src/constants.ts';
import SettingsPage from '../../src/settings/SettingsPage.tsx';
import { failed, on, refusal, requests, resetBackend, sent } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

const SAVE = '/api/plugins/appliance-vitals-app/settings';
const CREDENTIAL = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl';
const health = { status: 'ok', version: '0.1.7', uptimeSeconds: 1, database: 'ok' };
const caller = { credential: 'grafana', role: 'admin', name: 'ada' };

beforeEach(() => {
  resetBackend();
  on('POST', SAVE, { data: { message: 'Plugin settings updated' } });
  on('GET', '/api/health', { data: { ...health, caller } });
});

function showSettings(jsonData: PluginSettings = {}, isConfigured = false) {
  const meta = { jsonData, secureJsonFields: { apiToken: isConfigured }, info: { version: '0.1.0' } };
  render(<SettingsPage plugin={{ meta } as unknown as GrafanaPlugin<AppPluginMeta<PluginSettings>>} query={{}} />);
  const user = userEvent.setup();
  const url = screen.getByRole('textbox', { name: /Backend URL/ });
  const saveAndTest = () => user.click(screen.getByRole('button', { name: 'Save & test' }));
  return { user, url, saveAndTest };
}

const credential = () => screen.getByLabelText(/Service credential/);
const complete = () => showSettings({ backendUrl: 'https://appliance.example.com:9470' }, true);
const verdicts = () => screen.getAllByRole('listitem').map((item) => item.textContent.trim());

describe('saving', () => {
  test('sends the URL without its last slash and the credential as a secret, and forgets the credential', async () => {
    const { user, url, saveAndTest } = showSettings();
    await user.type(url, ' https://appliance.example.com:9470/ ');
    await user.type(credential(), ` ${CREDENTIAL} `);
    await saveAndTest();
    expect(await screen.findByText('Saved. Connected to Vitals 0.1.7.')).toBeVisible();
    expect(sent('POST', SAVE).map(({ data }) => data as unknown)).toEqual([
      {
        enabled: true,
        pinned: true,
        jsonData: { backendUrl: 'https://appliance.example.com:9470' },
        secureJsonData: { apiToken: CREDENTIAL },
      },
    ]);
    expect(credential()).toHaveValue('configured');
    expect(document.documentElement.outerHTML.includes(CREDENTIAL)).toBe(false);
  });

  test('leaves a credential that is configured as it is', async () => {
    const { saveAndTest } = complete();
    await saveAndTest();
    await screen.findByText(/Connected to Vitals/);
    expect(sent('POST', SAVE)[0]?.data).not.toHaveProperty('secureJsonData');
  });

  test('keeps settings that this page does not know', async () => {
    const { saveAndTest } = showSettings({ backendUrl: 'http://localhost:9470', other: 1 } as PluginSettings, true);
    await saveAndTest();
    await screen.findByText(/Connected to Vitals/);
    expect(sent('POST', SAVE)[0]?.data).toMatchObject({ jsonData: { other: 1 } });
  });

  test('is told when Grafana refuses it, and nothing is tested', async () => {
    on('POST', SAVE, failed(403, { message: 'access denied' }));
    const { saveAndTest } = complete();
    await saveAndTest();
    expect(await screen.findByText('The settings were not saved.')).toBeVisible();
    expect(sent('GET', '/api/health')).toHaveLength(0);
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
    const { user, url, saveAndTest } = showSettings({}, true);
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
    const { user, saveAndTest } = showSettings({ backendUrl: 'https://appliance' });
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

describe('the test names what is wrong, what holds before it, and what to do', () => {
  test.each([
    ['unreachable', failed(502), /cannot be reached/, /Check that it is running/, 0],
    ['somebody else', failed(404, '<html>'), /not a Vitals backend/, /status 404/, 0],
    ['another web page', { data: '<html>' }, /not a Vitals backend/, /status 200/, 0],
    ['other JSON', { data: { ok: true } }, /not a Vitals backend/, /status 200/, 0],
    ['wrong credential', refusal('unauthorized'), /refused Grafana's service credential/, /--role grafana/, 1],
    ['identity not verifiable', refusal('identity_not_verified'), /could not verify who you are/, /jwks_url/, 2],
    ['role forbidden', refusal('forbidden'), /has the wrong role/, /Only a credential with the role grafana/, 3],
    [
      'role of somebody else',
      { data: { ...health, caller: { ...caller, credential: 'admin' } } },
      /has the role admin instead of grafana/,
      /Only a credential with the role grafana/,
      3,
    ],
    [
      'another release',
      { data: { ...health, version: '0.2.0', caller } },
      /Plugin 0.1.0 and backend 0.2.0 do not fit/,
      /same release of both/,
      4,
    ],
  ])('%s', async (_, reply, title, advice, broken) => {
    on('GET', '/api/health', reply);
    const { saveAndTest } = complete();
    await saveAndTest();
    expect(await screen.findByText(title)).toBeVisible();
    expect(screen.getByRole('alert')).toHaveTextContent(advice);
    const marks = verdicts().map((text) => /\((.*)\)$/.exec(text)?.[1]);
    expect(marks).toEqual(
      ['yes', 'yes', 'yes', 'yes', 'yes'].fill('no', broken, broken + 1).fill('not tested', broken + 1),
    );
  });

  test('a degraded backend is connected, with a warning', async () => {
    on('GET', '/api/health', { data: { ...health, status: 'degraded', caller } });
    const { saveAndTest } = complete();
    await saveAndTest();
    expect(await screen.findByText(/which is degraded/)).toBeVisible();
  });
});
