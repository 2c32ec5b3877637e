import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Push, PushSettingsBody } from '../../contract/api.ts';
import { paths } from '../../src/lib/constants.ts';
import IntegrationsPage from '../../src/integrations/IntegrationsPage.tsx';
import { makePush, savedPush, unreachable } from './fakePush.ts';
import { problem } from './fakeReplies.ts';
import { failed, on, refusal, resetBackend, sent, show, signIn, type Reply } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

const off = makePush();
const running = makePush(
  {
    enabled: true,
    url: 'https://gw.example.com:9091',
    job: 'appliances',
    instance: 'lab <1>',
    intervalSeconds: 30,
    username: 'vitals',
    hasPassword: true,
  },
  { status: 'ok', lastSuccessAt: '2026-11-20T09:59:00Z' },
);

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-20T10:00:00Z'), toFake: ['Date'] });
  resetBackend();
  integration('enabled');
  on('GET', '/api/catalogues', { data: { items: [] } });
  answer(off);
});

const integration = (status: 'enabled' | 'disabled') =>
  on('GET', '/api/integrations', { data: [{ id: 'prometheus', name: 'Prometheus', status, authentication: [] }] });

/** The backend has this push, and takes what is saved. */
function answer(push: Push) {
  on('GET', '/api/push', { data: push });
  on('PUT', '/api/push', ({ data }) => {
    const saved = savedPush(push, data as PushSettingsBody);
    on('GET', '/api/push', { data: saved });
    return { data: saved };
  });
  on('POST', '/api/push/test', { data: unreachable });
}

/** What the backend says of fields that it does not accept. */
const invalid = (...errors: { field: string; message: string }[]): Reply => {
  const { status, answer } = problem('invalid_request');
  return { status, data: { ...(answer as object), errors } };
};

const showPage = () => show(<IntegrationsPage />, '', paths.integrations);
const card = async () => within(await screen.findByTestId('vitals-push'));
const bodies = (method: 'PUT' | 'POST', path = '/api/push') =>
  sent(method, path).map(({ data }) => data as PushSettingsBody);

async function open(push: Push) {
  answer(push);
  const view = showPage();
  await view.user.click(await screen.findByRole('button', { name: 'Configure Pushgateway' }));
  const form = within(await screen.findByRole('dialog'));
  const field = (name: string) => form.getByLabelText(new RegExp(`^${name}`));
  const retype = async (name: string, text: string) => {
    await view.user.clear(field(name));
    await view.user.click(field(name));
    await view.user.paste(text);
  };
  const press = (name: string) => view.user.click(form.getByRole('button', { name }));
  return { ...view, form, field, retype, press };
}

describe('the card', () => {
  test('of a push that was never set up says that it is off', async () => {
    showPage();
    const { getByText, queryByText } = await card();
    await waitFor(() => expect(getByText('Off')).toBeVisible());
    expect(queryByText('Interval')).toBeNull();
  });

  test('of one that works says where to, as whom, how often and since when', async () => {
    answer(running);
    showPage();
    const { findByText, getByText } = await card();
    expect(await findByText('Pushing')).toBeVisible();
    for (const text of [
      'https://gw.example.com:9091',
      'appliances',
      'lab <1>',
      'every 30 s',
      'vitals',
      'a minute ago',
    ]) {
      expect(getByText(text)).toBeVisible();
    }
  });

  test('of one that has not pushed yet says that it waits', async () => {
    answer(makePush(running.settings, { status: 'waiting' }));
    showPage();
    expect(await (await card()).findByText('Waiting for the first push')).toBeVisible();
  });

  test('of one that fails says why, since when and how often', async () => {
    const lastFailure = {
      reason: 'unreachable',
      message: 'Nothing answers there.',
      at: '2026-11-20T09:55:00Z',
    } as const;
    answer(makePush(running.settings, { status: 'failing', lastFailure, failures: { unreachable: 12, timeout: 0 } }));
    showPage();
    const { findByText, getByText } = await card();
    expect(await findByText('Failing')).toBeVisible();
    expect(getByText(/^The last push failed:/)).toHaveTextContent(
      'The last push failed: Nothing answers there. (5 minutes ago)',
    );
    expect(getByText('12 × unreachable')).toBeVisible();
  });

  test('warns of groups that stand still and says what to do', async () => {
    const group = { url: 'https://old.example.com', job: 'vitals', instance: '', since: '2026-11-20T08:00:00Z' };
    answer(makePush({}, { staleGroups: [{ ...group, failure: 'Nothing answers there.' }] }));
    showPage();
    const { findByText, getByRole } = await card();
    expect(await findByText('A Pushgateway still holds stale metrics.')).toBeVisible();
    expect(getByRole('listitem')).toHaveTextContent(
      '{job="vitals", instance=""} at https://old.example.com, since 2 hours ago — Nothing answers there.',
    );
  });

  test.each([
    ['tells why with its last state', { data: running }],
    ['tells why without it', refusal('push_unavailable')],
  ])('with the integration disabled %s, and offers nothing', async (_, reply) => {
    integration('disabled');
    on('GET', '/api/push', reply);
    showPage();
    const { findByText, getByText, queryByRole } = await card();
    expect(await findByText(/^Nothing is pushed while the Prometheus integration is disabled/)).toBeVisible();
    expect(getByText('Off')).toBeVisible();
    expect(queryByRole('button')).toBeNull();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test('of a viewer shows the state and no way to change it', async () => {
    signIn('Viewer');
    answer(running);
    showPage();
    const { findByText, queryByRole } = await card();
    expect(await findByText('Pushing')).toBeVisible();
    expect(queryByRole('button')).toBeNull();
  });
});

describe('the editor', () => {
  test('saves what was entered, closes, gives the focus back, and the card shows it', async () => {
    const { form, user, retype, press } = await open(off);
    await user.click(form.getByRole('switch', { name: /^Push platform health/ }));
    await retype('Pushgateway URL', ' http://127.0.0.1:9091 ');
    await retype('Instance', 'lab');
    await retype('Interval in seconds', '300');
    await retype('User name', 'vitals');
    await retype('Password', 's3cret ');
    await press('Save');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(bodies('PUT')).toEqual([
      {
        ...{ enabled: true, url: 'http://127.0.0.1:9091', job: 'vitals', instance: 'lab', intervalSeconds: 300 },
        ...{ username: 'vitals', password: 's3cret ' },
      },
    ]);
    expect((await card()).getByText('Waiting for the first push')).toBeVisible();
    await waitFor(() => expect(screen.getByRole('button', { name: 'Configure Pushgateway' })).toHaveFocus());
  });

  test('leaves a password that is kept where it is', async () => {
    const { form, retype, press } = await open(running);
    expect(form.getByDisplayValue('configured')).toBeDisabled();
    await retype('Job', 'others');
    await press('Save');
    await waitFor(() => expect(bodies('PUT')).toHaveLength(1));
    expect(bodies('PUT')[0]).toMatchObject({ job: 'others', username: 'vitals' });
    expect(bodies('PUT')[0]).not.toHaveProperty('password');
  });

  test('replaces a password once it was reset', async () => {
    const { retype, press } = await open(running);
    await press('Reset');
    await retype('Password', 'another');
    await press('Save');
    await waitFor(() => expect(bodies('PUT')).toHaveLength(1));
    expect(bodies('PUT')[0]).toMatchObject({ username: 'vitals', password: 'another' });
  });

  test('without a user name has no password and sends none', async () => {
    const { form, user, field, press } = await open(running);
    await user.clear(field('User name'));
    expect(form.queryByLabelText(/^Password/)).toBeNull();
    await press('Save');
    await waitFor(() => expect(bodies('PUT')).toHaveLength(1));
    expect(bodies('PUT')[0]).toMatchObject({ username: null });
    expect(bodies('PUT')[0]).not.toHaveProperty('password');
  });

  test('may be saved without an address as long as the push is off', async () => {
    const { press } = await open(off);
    await press('Save');
    await waitFor(() => expect(bodies('PUT')).toHaveLength(1));
  });

  test('refuses what the backend would refuse before it is sent, and goes there', async () => {
    const { form, field, retype, press } = await open(running);
    await retype('Interval in seconds', '301');
    await press('Save');
    expect(form.getByText('Give a whole number of seconds from 1 to 300.')).toBeVisible();
    expect(field('Interval in seconds')).toHaveFocus();
    expect(bodies('PUT')).toEqual([]);
  });

  test('asks for an address where the push is on, and for a password where there is a user name', async () => {
    const { form, user, retype, press } = await open(off);
    await user.click(form.getByRole('switch', { name: /^Push platform health/ }));
    await retype('User name', 'vitals');
    await press('Save');
    expect(form.getByText('Enter the address of the Pushgateway.')).toBeVisible();
    expect(form.getByText('Enter the password that belongs to the user name.')).toBeVisible();
    expect(bodies('PUT')).toEqual([]);
  });

  test('shows what the backend refuses at its field, and goes to the first', async () => {
    const { form, field, press } = await open(running);
    on(
      'PUT',
      '/api/push',
      invalid({ field: 'url', message: 'This host is not allowed.' }, { field: 'job', message: 'No.' }),
    );
    await press('Save');
    expect(await form.findByText('This host is not allowed.')).toBeVisible();
    expect(form.getByText('No.')).toBeVisible();
    expect(field('Pushgateway URL')).toHaveFocus();
    expect(form.queryByTestId('vitals-failure')).toBeNull();
  });

  test('lets a password be typed where the one that is kept belongs to another host', async () => {
    const { form, field, retype, press } = await open(running);
    on('PUT', '/api/push', invalid({ field: 'password', message: 'Enter the password again: the host is another.' }));
    await retype('Pushgateway URL', 'https://other.example.com');
    await press('Save');
    expect(await form.findByText('Enter the password again: the host is another.')).toBeVisible();
    expect(field('Password')).toHaveFocus();
    expect(field('Password')).toBeEnabled();
    answer(running);
    await retype('Password', 'again');
    await press('Save');
    await waitFor(() => expect(bodies('PUT').at(-1)).toMatchObject({ password: 'again' }));
  });

  test.each([
    ['the backend forbids it', refusal('forbidden'), /Your role does not allow this/],
    ['the integration was switched off', refusal('push_unavailable'), /while the Prometheus integration is disabled/],
    ['nobody is there', failed(502), /The card shows which settings the appliance has now/],
  ])('when %s says so and keeps what was typed', async (_, reply, words) => {
    const { form, field, retype, press } = await open(running);
    on('PUT', '/api/push', reply);
    await retype('Job', 'kept');
    await press('Save');
    expect(await form.findByRole('alert')).toHaveTextContent(words);
    expect(field('Job')).toHaveValue('kept');
  });

  test('warns where the password would cross a network unencrypted', async () => {
    const { form, retype } = await open(running);
    const words = /the password crosses the network unencrypted/;
    expect(form.queryByText(words)).toBeNull();
    await retype('Pushgateway URL', 'http://gw.example.com');
    expect(form.getByText(words)).toBeVisible();
    await retype('Pushgateway URL', 'http://127.0.0.1:9091');
    expect(form.queryByText(words)).toBeNull();
  });

  test('is left by Cancel without a change', async () => {
    const { retype, press } = await open(running);
    await retype('Job', 'never');
    await press('Cancel');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(bodies('PUT')).toEqual([]);
  });
});

describe('Test', () => {
  test('tells what one push came to, and saves nothing', async () => {
    const { form, press } = await open(running);
    await press('Test');
    const result = form.getByTestId('vitals-push-test');
    expect(result).toHaveAttribute('role', 'status');
    await waitFor(() => expect(result).toHaveTextContent('The test push failed'));
    expect(result).toHaveTextContent('Nothing answers at http://127.0.0.1:9091. It took 4 ms. Nothing was saved.');
    expect(bodies('PUT')).toEqual([]);
    expect(bodies('POST', '/api/push/test')).toEqual([expect.not.objectContaining({ password: expect.anything() })]);
  });

  test('that goes through says so, until something is changed', async () => {
    const { form, retype, press } = await open(running);
    on('POST', '/api/push/test', {
      data: { ok: true, reason: null, message: 'It took 42 families.', durationSeconds: 1 },
    });
    await press('Test');
    expect(await form.findByText('The test push succeeded')).toBeVisible();
    await retype('Job', 'another');
    expect(form.queryByText('The test push succeeded')).toBeNull();
  });

  test('needs an address even where the push is off', async () => {
    const { form, press } = await open(off);
    await press('Test');
    expect(form.getByText('Enter the address of the Pushgateway.')).toBeVisible();
    expect(bodies('POST', '/api/push/test')).toEqual([]);
  });

  test('that is refused tells it at the field', async () => {
    const { form, press } = await open(running);
    on('POST', '/api/push/test', invalid({ field: 'password', message: 'Enter the password again.' }));
    await press('Test');
    expect(await form.findByText('Enter the password again.')).toBeVisible();
  });
});
