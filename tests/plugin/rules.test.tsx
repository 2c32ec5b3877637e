import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { AlarmRule, Condition, RulePreview } from '../../contract/api.ts';
import AlarmsPage from '../../src/alarms/AlarmsPage.tsx';
import { paths } from '../../src/lib/constants.ts';
import { makeRule } from './fakeRules.ts';
import { failed, on, refusal, resetBackend, row, sent, show, signIn, type Reply } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

const NAME = 'Night <i>shift</i>';
const own = makeRule({ id: 'rul1', name: NAME });
const builtIn = makeRule({ id: 'quarantined', name: 'Set aside', builtIn: true });

beforeEach(() => {
  resetBackend();
  on('GET', '/api/alarm-rules', listing([builtIn, own]));
  on('GET', '/api/contract', { data: { families: [] } });
  on('POST', '/api/alarm-rules/preview', preview({}));
});

const listing = (items: AlarmRule[]): Reply => ({ data: { items } });
const preview = (answer: Partial<RulePreview>): Reply => ({ data: { wouldFire: [], certain: true, ...answer } });
const showRules = () => show(<AlarmsPage />, '?tab=rules', paths.alarms);

describe('the table', () => {
  test.each<[Condition, string]>([
    [own.condition, 'dhcp_dpi_notification_queue_depth > 100, for 5 min'],
    [
      {
        kind: 'metric',
        metric: 'scrapeAuthFailures',
        labels: { reason: 'unknown' },
        compare: '>=',
        threshold: 10,
        windowSeconds: 300,
        forSeconds: 0,
      },
      'Increase of dhcp_dpi_scrape_auth_failures_total{reason="unknown"} within 5 min >= 10',
    ],
    [{ kind: 'audit', event: 'token.created', atLeast: 1, windowSeconds: 60 }, 'Each token.created in the audit log'],
    [
      { kind: 'audit', event: 'token.created', atLeast: 3, windowSeconds: 7200 },
      'At least 3 × token.created in the audit log within 2 h',
    ],
    [{ kind: 'token_expiry', withinSeconds: 86_400 }, 'A scrape token in use expires within 1 d'],
    [{ kind: 'token_notice', event: 'token.created' }, 'Notifies when a scrape token is created; raises no alarm'],
    [{ kind: 'token_notice', event: 'token.revoked' }, 'Notifies when a scrape token is revoked; raises no alarm'],
    [{ kind: 'token_notice', event: 'token.rotated' }, 'Notifies when a scrape token is rotated; raises no alarm'],
    [
      { kind: 'token_notice', event: 'token.expiring' },
      'Notifies before a scrape token without a successor expires; raises no alarm',
    ],
    [{ kind: 'weather' } as never, 'Of another release: {"kind":"weather"}'],
  ])('says in words what %j watches', async (condition, words) => {
    on('GET', '/api/alarm-rules', listing([{ ...own, condition }]));
    showRules();
    expect(await screen.findByText(words)).toBeVisible();
  });

  test('says that nothing but these rules rings the bell', async () => {
    showRules();
    expect(await screen.findByText(/These rules decide what raises an alarm and where it is sent/)).toBeVisible();
  });

  test('enables and disables a rule, and sends nothing else that is new', async () => {
    on('PUT', '/api/alarm-rules/rul1', () => {
      on('GET', '/api/alarm-rules', listing([builtIn, { ...own, enabled: false }]));
      return { data: { rule: { ...own, enabled: false } } };
    });
    const { user } = showRules();
    await user.click(await screen.findByRole('switch', { name: `Enable ${NAME}` }));
    await waitFor(() => expect(screen.getByRole('switch', { name: `Enable ${NAME}` })).not.toBeChecked());
    const { name, severity, channels, condition } = own;
    expect(sent('PUT', '/api/alarm-rules/rul1')[0]?.data).toEqual({
      ...{ name, severity, channels, condition },
      enabled: false,
    });
  });

  test('a switch that is refused goes back, and the page says why', async () => {
    on('PUT', '/api/alarm-rules/rul1', refusal('unavailable'));
    const { user } = showRules();
    await user.click(await screen.findByRole('switch', { name: `Enable ${NAME}` }));
    expect(await screen.findByRole('alert')).toHaveTextContent('cannot answer right now');
    expect(screen.getByRole('switch', { name: `Enable ${NAME}` })).toBeChecked();
  });

  test('a rule of another release can be deleted, not edited', async () => {
    on('GET', '/api/alarm-rules', listing([{ ...own, condition: { kind: 'weather' } as never }]));
    showRules();
    const edit = await screen.findByRole('button', { name: `${NAME} is of another release: it cannot be edited here` });
    expect(edit).toHaveAttribute('aria-disabled', 'true');
    expect(screen.getByRole('switch', { name: `Enable ${NAME}` })).toBeDisabled();
    expect(screen.getByRole('button', { name: `Delete ${NAME}` })).toBeEnabled();
  });

  test('a viewer reads it and is offered nothing', async () => {
    signIn('Viewer');
    showRules();
    await screen.findByText(NAME);
    expect(row(NAME).getByText('Enabled')).toBeVisible();
    expect(screen.queryByRole('switch')).toBeNull();
    expect(screen.queryByRole('button', { name: /Add rule|^Edit|^Delete/ })).toBeNull();
  });
});

describe('deleting', () => {
  async function openDialog() {
    const view = showRules();
    await view.user.click(await screen.findByRole('button', { name: `Delete ${NAME}` }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Delete rule' }));
    return { ...view, dialog, confirm: () => view.user.click(dialog.getByRole('button', { name: 'Delete' })) };
  }

  test('asks first, and takes the rule off the table', async () => {
    on('DELETE', '/api/alarm-rules/rul1', () => {
      on('GET', '/api/alarm-rules', listing([builtIn]));
      return { data: undefined };
    });
    const { dialog, confirm } = await openDialog();
    expect(dialog.getByText(new RegExp(`delete ${NAME}\\?`))).toBeVisible();
    await confirm();
    await waitFor(() => expect(screen.queryByText(NAME)).toBeNull());
    expect(screen.getByText('Set aside')).toBeVisible();
  });

  test('a built-in rule is not possible, and its button says why', async () => {
    const { user } = showRules();
    const button = await screen.findByRole('button', {
      name: 'Set aside is built in: it can be disabled, not deleted',
    });
    await user.click(button);
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(button).toHaveAttribute('aria-disabled', 'true');
  });

  test('refused, the dialog says so and stays', async () => {
    on('DELETE', '/api/alarm-rules/rul1', refusal('alarm_rule_built_in'));
    const { dialog, confirm } = await openDialog();
    await confirm();
    expect(await dialog.findByRole('alert')).toHaveTextContent(/cannot be deleted.*Disable it instead/);
  });

  test('somebody was faster: the page says so and shows the table as it is now', async () => {
    on('DELETE', '/api/alarm-rules/rul1', refusal('alarm_rule_not_found'));
    const { confirm } = await openDialog();
    on('GET', '/api/alarm-rules', listing([builtIn]));
    await confirm();
    expect(await screen.findByText('This alarm rule does not exist.')).toBeVisible();
    await waitFor(() => expect(screen.queryByText(NAME)).toBeNull());
  });
});

describe('states', () => {
  test('loading', () => {
    on('GET', '/api/alarm-rules', () => new Promise<never>(() => {}));
    showRules();
    expect(screen.getByText('Loading alarm rules…')).toBeVisible();
  });

  test('empty', async () => {
    on('GET', '/api/alarm-rules', listing([]));
    showRules();
    expect(await screen.findByText('There is no alarm rule')).toBeVisible();
  });

  test.each([
    ['the backend forbids it', refusal('forbidden'), /Your role does not allow this/],
    ['nobody is there', failed(502), /cannot be reached/],
  ])('when %s, the page says so and shows no rule', async (_, reply, words) => {
    on('GET', '/api/alarm-rules', reply);
    showRules();
    expect(await screen.findByRole('alert')).toHaveTextContent(words);
    expect(screen.queryByRole('table')).toBeNull();
  });
});
