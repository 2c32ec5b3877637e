import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { RulePreview } from '../../contract/api.ts';
import AlarmsPage from '../../src/alarms/AlarmsPage.tsx';
import { paths } from '../../src/lib/constants.ts';
import { makeRule } from './fakeRules.ts';
import { failed, layOut, on, refusal, resetBackend, sent, show, type Reply } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

const own = makeRule({ id: 'rul1', name: 'Own' });
const PREVIEW = '/api/alarm-rules/preview';

beforeEach(() => {
  resetBackend();
  on('GET', '/api/alarm-rules', { data: { items: [own] } });
  on('GET', '/api/contract', {
    data: { families: [{ name: 'dhcp_dpi_clickhouse_up', labels: { instance: ['ch.example'] } }] },
  });
  on('POST', PREVIEW, preview({}));
  on('POST', '/api/alarm-rules', ({ data }) => {
    const rule = makeRule(data as object);
    on('GET', '/api/alarm-rules', { data: { items: [own, rule] } });
    return { data: { rule } };
  });
});

const preview = (answer: Partial<RulePreview>): Reply => ({ data: { wouldFire: [], certain: true, ...answer } });
const saved = (): unknown => sent('POST', '/api/alarm-rules')[0]?.data;

const selectors = {
  textbox: 'input:not([type="number"])',
  spinbutton: 'input[type="number"]',
  combobox: '[role="combobox"]',
};

async function open(button: string | RegExp = 'Add rule') {
  layOut();
  const view = show(<AlarmsPage />, '?tab=rules', paths.alarms);
  await screen.findByText('Own');
  await view.user.click(screen.getByRole('button', { name: button }));
  const form = within(await screen.findByRole('dialog'));
  // Asked by label, which costs less than by role and name; a field's label goes on with its description.
  const field = (role: keyof typeof selectors, name: string) =>
    form.getByLabelText(new RegExp(`^${name}`), { selector: selectors[role] });
  const retype = async (role: 'textbox' | 'spinbutton', name: string, text: string) => {
    await view.user.clear(field(role, name));
    await view.user.click(field(role, name));
    await view.user.paste(text);
  };
  const pick = async (name: string, option: string) => {
    await view.user.click(field('combobox', name));
    await view.user.click(await screen.findByText(option, { selector: '[role="option"] *' }));
  };
  return {
    ...view,
    form,
    field,
    retype,
    pick,
    save: () => view.user.click(form.getByRole('button', { name: 'Save rule' })),
  };
}

describe('each kind of rule is sent as the contract says it', () => {
  test('a gauge, of one series of those that only the appliance knows', async () => {
    const { form, retype, pick, save } = await open();
    await retype('textbox', 'Name', '  ClickHouse is away ');
    await pick('Metric', 'dhcp_dpi_clickhouse_up');
    expect(form.getByText('1 if ClickHouse responded within the staleness window, else 0.')).toBeVisible();
    expect(form.queryByRole('spinbutton', { name: /^Window/ })).toBeNull();
    await pick('Label “instance”', 'ch.example');
    await retype('spinbutton', 'Threshold', '0');
    await save();
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(saved()).toEqual({
      name: 'ClickHouse is away',
      severity: 'warning',
      enabled: true,
      channels: ['bell'],
      condition: {
        ...{ kind: 'metric', metric: 'clickhouseUp', labels: { instance: 'ch.example' } },
        ...{ compare: '>', threshold: 0, forSeconds: 0 },
      },
    });
    expect(screen.getByText('ClickHouse is away')).toBeVisible();
  });

  test('another comparison, which has to hold for so many minutes', async () => {
    const { retype, pick, save } = await open();
    await retype('textbox', 'Name', 'Empty');
    await pick('Comparison', '==');
    await retype('spinbutton', 'Threshold', '0');
    await retype('spinbutton', 'For', '2');
    await pick('Unit of “For”', 'minutes');
    await save();
    await waitFor(() => expect(saved()).toBeDefined());
    expect(saved()).toMatchObject({ condition: { compare: '==', threshold: 0, forSeconds: 120 } });
  });

  test('a counter over a window, critical, told to Vector alone and not enabled yet', async () => {
    const { form, user, retype, pick, save } = await open();
    await retype('textbox', 'Name', 'Refusals');
    await user.click(form.getByRole('radio', { name: 'Critical' }));
    await user.click(form.getByRole('checkbox', { name: 'Vector' }));
    await user.click(form.getByRole('checkbox', { name: 'Bell in Grafana' }));
    await user.click(form.getByRole('switch', { name: 'Enabled' }));
    await pick('Metric', 'dhcp_dpi_scrape_auth_failures_total');
    await retype('spinbutton', 'Threshold', '2.5');
    await save();
    await waitFor(() => expect(saved()).toBeDefined());
    expect(saved()).toEqual({
      ...{ name: 'Refusals', severity: 'critical', enabled: false, channels: ['vector'] },
      condition: {
        ...{ kind: 'metric', metric: 'scrapeAuthFailures', labels: {} },
        ...{ windowSeconds: 300, compare: '>', threshold: 2.5, forSeconds: 0 },
      },
    });
  });

  test('an audit event', async () => {
    const { form, user, retype, pick, save } = await open();
    await retype('textbox', 'Name', 'Exports');
    await user.click(form.getByRole('radio', { name: 'Audit event' }));
    await pick('Event', 'audit.exported');
    await retype('spinbutton', 'At least', '3');
    await save();
    await waitFor(() => expect(saved()).toBeDefined());
    expect(saved()).toMatchObject({
      condition: { kind: 'audit', event: 'audit.exported', atLeast: 3, windowSeconds: 86_400 },
    });
  });

  test('an expiring token', async () => {
    const { form, user, retype, save } = await open();
    await retype('textbox', 'Name', 'Soon over');
    await user.click(form.getByRole('radio', { name: 'Token expiry' }));
    await retype('spinbutton', 'Within', '7');
    await save();
    await waitFor(() => expect(saved()).toBeDefined());
    expect(saved()).toMatchObject({ condition: { kind: 'token_expiry', withinSeconds: 7 * 86_400 } });
  });
});

describe('what the backend would not accept is said before it is sent', () => {
  test('no name and no threshold; the focus goes to the first', async () => {
    const { form, field, save } = await open();
    await save();
    expect(form.getByText('Give it a name of 1 to 200 characters.')).toBeVisible();
    expect(form.getByText('Give a number.')).toBeVisible();
    expect(field('textbox', 'Name')).toHaveFocus();
    expect(saved()).toBeUndefined();
  });

  test.each([
    ['Token expiry', 'Within', '400', 'Give a time from 1 min to 365 d, in whole seconds.'],
    ['Audit event', 'At least', '1001', 'Give a whole number from 1 to 1000.'],
    ['Audit event', 'Window', '8', 'Give a time from 10 s to 7 d, in whole seconds.'],
    ['Metric', 'For', '86401', 'Give a time from 0 s to 1 d, in whole seconds.'],
  ])('%s: %s of %s', async (kind, field, text, words) => {
    const { form, user, retype, save } = await open();
    await user.click(form.getByRole('radio', { name: kind }));
    await retype('spinbutton', field, text);
    await save();
    expect(form.getByText(words)).toBeVisible();
    expect(saved()).toBeUndefined();
  });
});

test.each([
  ['its limit of rules is reached', refusal('too_many_alarm_rules'), /Delete one first/],
  ['the backend forbids it', refusal('forbidden'), /Your role does not allow this/],
  ['nobody is there', failed(502), /cannot be reached/],
])('when %s, the editor says so and keeps what was typed', async (_, reply, words) => {
  on('POST', '/api/alarm-rules', reply);
  const { form, field, retype, save } = await open();
  await retype('textbox', 'Name', 'Kept');
  await retype('spinbutton', 'Threshold', '1');
  await save();
  expect(await form.findByRole('alert')).toHaveTextContent(words);
  expect(field('textbox', 'Name')).toHaveValue('Kept');
});

test('of a built-in rule the numbers can be changed, and nothing else', async () => {
  const builtIn = { ...own, id: 'pile', name: 'Pile', builtIn: true };
  on('GET', '/api/alarm-rules', { data: { items: [own, builtIn] } });
  on('PUT', '/api/alarm-rules/pile', ({ data }) => ({ data: { rule: { ...builtIn, ...(data as object) } } }));
  const { form, field, retype, save } = await open('Edit Pile');
  expect(form.getByText('This is a built-in rule')).toBeVisible();
  for (const name of ['Metric', 'Comparison']) expect(field('combobox', name)).toBeDisabled();
  expect(field('textbox', 'Name')).toBeDisabled();
  expect(form.getByRole('radio', { name: 'Audit event' })).toBeDisabled();
  await retype('spinbutton', 'Threshold', '250');
  await save();
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(sent('PUT', '/api/alarm-rules/pile')[0]?.data).toMatchObject({
    name: 'Pile',
    condition: { ...own.condition, threshold: 250 },
  });
});

test('of a rule that tells without an alarm the severity and channels can be changed, and there is nothing to preview', async () => {
  const condition = { kind: 'token_notice', event: 'token.created' } as const;
  const notice = { ...own, id: 'token-created', name: 'Created', builtIn: true, condition };
  on('GET', '/api/alarm-rules', { data: { items: [own, notice] } });
  on('PUT', '/api/alarm-rules/token-created', ({ data }) => ({ data: { rule: { ...notice, ...(data as object) } } }));
  const { user, form, save } = await open('Edit Created');
  expect(form.getByText('Notifies when a scrape token is created; raises no alarm')).toBeVisible();
  expect(form.getByText('Where it is sent. Without a channel it is not sent at all.')).toBeVisible();
  expect(form.queryByRole('radio', { name: 'Audit event' })).toBeNull();
  expect(sent('POST', PREVIEW)).toEqual([]);
  await user.click(form.getByRole('radio', { name: 'Critical' }));
  await user.click(form.getByRole('checkbox', { name: 'Vector' }));
  await save();
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  const changed = { severity: 'critical', channels: ['vector', 'bell'], condition };
  expect(sent('PUT', '/api/alarm-rules/token-created')[0]?.data).toMatchObject(changed);
});

describe('the preview', () => {
  const many = Array.from({ length: 7 }, (_, index) => ({
    subject: { kind: 'token', tokenId: `t${index}` } as const,
    summary: `<b>token ${index}</b>`,
  }));

  test.each<[string, Reply, string[]]>([
    ['quiet', preview({}), ['Would not fire now']],
    ['that fires', preview({ wouldFire: many }), ['Would fire now: 7', '<b>token 0</b>', 'and 2 more']],
    ['that cannot be told', preview({ certain: false }), ['Would not fire now, as far as can be told']],
    ['of what the backend refuses', refusal('invalid_request'), ['The backend does not accept this. ']],
    ['that nobody answers', failed(502), ['The Vitals backend cannot be reached. ']],
  ])('%s', async (_, reply, words) => {
    on('POST', PREVIEW, reply);
    const { form } = await open('Edit Own');
    const [first = '', ...rest] = words;
    expect(await form.findByText((text) => text.startsWith(first))).toBeVisible();
    for (const text of rest) expect(form.getByText(text)).toBeVisible();
  });

  test('is not asked for while the condition is not complete, and once when the typing pauses', async () => {
    const { form, retype } = await open();
    expect(form.getByText('Complete the condition to see what the rule would do now.')).toBeVisible();
    await retype('spinbutton', 'Threshold', '1234');
    expect(await form.findByText('Would not fire now')).toBeVisible();
    const asked = sent('POST', PREVIEW).map(({ data }) => (data as { condition: { threshold: number } }).condition);
    expect(asked.at(-1)).toMatchObject({ metric: 'notificationQueueDepth', threshold: 1234 });
    expect(asked.length).toBeLessThan(4);
  });
});
