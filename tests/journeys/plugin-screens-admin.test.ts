import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { acknowledged, makeAlarm, resolved } from '../plugin/fakeAlarms.ts';
import { intact, makeAuditEvent } from '../plugin/fakeAudit.ts';
import { makeNotification } from '../plugin/fakeBell.ts';
import { makeCredential } from '../plugin/fakeCredentials.ts';
import { makeRule } from '../plugin/fakeRules.ts';
import { enter } from './browser.ts';
import { appearances, lookIn } from './plugin-look.ts';
import { startPluginWorkbench } from './plugin-workbench.ts';

const { browser, backend, workbench } = await startPluginWorkbench();

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

beforeEach(() => {
  backend.refusal = undefined;
  backend.verification = intact({ verifiedUpTo: { seq: 1204, at: ago(1) } });
  fill(backend.alarms, alarms());
  fill(backend.rules, rules());
  fill(backend.audit, audit());
  fill(backend.credentials, credentials());
  fill(backend.notifications, notifications());
});

const fill = <T>(list: T[], items: T[]) => list.splice(0, Infinity, ...items);

function alarms() {
  const clickhouse = { ruleName: 'ClickHouse does not answer', severity: 'critical' } as const;
  const summary = 'dhcp_dpi_clickhouse_up == 0 for 2 min {instance="embedded"}';
  const labels = { instance: 'embedded' };
  return [
    makeAlarm({ ...clickhouse, id: 'alm-1', openedAt: ago(4), summary, subject: { kind: 'metric', labels } }),
    acknowledged(makeAlarm({ ruleName: 'Notifications pile up', openedAt: ago(90) }), ago(70), 'grace'),
    makeAlarm({
      ruleName: 'A scrape token was created',
      severity: 'info',
      summary: 'audit event token.created (number 12)',
      openedAt: ago(200),
    }),
    resolved(acknowledged(makeAlarm({ ...clickhouse, openedAt: ago(3000), summary }), ago(2990), 'ada'), ago(2900)),
  ];
}

function rules() {
  return [
    makeRule({
      name: 'ClickHouse does not answer',
      severity: 'critical',
      builtIn: true,
      channels: ['vector', 'bell'],
      condition: { kind: 'metric', metric: 'clickhouseUp', labels: {}, compare: '==', threshold: 0, forSeconds: 120 },
    }),
    makeRule({
      name: 'A scrape token in use expires soon',
      builtIn: true,
      condition: { kind: 'token_expiry', withinSeconds: 14 * 86_400 },
    }),
    makeRule({
      name: 'A scrape token was created',
      severity: 'info',
      builtIn: true,
      enabled: false,
      condition: { kind: 'audit', event: 'token.created', atLeast: 1, windowSeconds: 86_400 },
    }),
    makeRule({ name: 'Backlog <b>of the night shift</b>', channels: [] }),
  ];
}

function audit() {
  return [
    makeAuditEvent({ at: ago(2) }),
    makeAuditEvent({
      at: ago(30),
      event: 'scrape.refused',
      actor: null,
      via: 'scrape',
      ip: '2001:db8::4f2a',
      target: null,
      details: { reason: 'bad_checksum', count: 12 },
    }),
    makeAuditEvent({ at: ago(500), event: 'credential.issued', actor: 'root', via: 'cli', ip: null, target: 'crd1' }),
    makeAuditEvent({ at: ago(1500), event: 'alarm_rule.changed', actor: 'grace', target: 'notification-backlog' }),
  ];
}

function credentials() {
  return [
    makeCredential({
      name: 'Grafana',
      role: 'grafana',
      createdAt: ago(40_000),
      lastUsedAt: ago(0.1),
      lastIp: '10.0.0.2',
    }),
    makeCredential({ name: 'Sensor in rack 7', role: 'collector', createdAt: ago(90_000), lastUsedAt: ago(0.5) }),
    makeCredential({ name: 'Ada at the console', createdAt: ago(500), expiresAt: ago(440), status: 'expired' }),
    makeCredential({ name: 'Lost laptop', status: 'revoked', revokedAt: ago(4000), revokedBy: 'ada' }),
  ];
}

function notifications() {
  return [
    makeNotification({
      severity: 'critical',
      title: 'ClickHouse does not answer',
      text: 'Firing: dhcp_dpi_clickhouse_up == 0 for 2 min {instance="embedded"}',
      at: ago(4),
      alarmId: 'alm-1',
    }),
    makeNotification({
      kind: 'token.created',
      severity: 'info',
      title: 'Scrape token created',
      text: 'The scrape token “Production Prometheus” was created.',
      at: ago(60),
      tokenId: 'tok1',
    }),
    makeNotification({ title: 'Notifications pile up', at: ago(90), read: true, alarmId: 'alm-2' }),
  ];
}

describe.each(appearances)('every screen in $theme at $width', ({ theme, width }) => {
  const { look, picture } = lookIn({ theme, width });
  const visit = () => enter(browser, workbench.newLink(), { theme, width });
  const open = (page: Page, path: string) => page.goto(`${workbench.origin}/a/appliance-vitals-app/${path}`);
  const closeDrawer = (page: Page) => page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();

  test('of alarms, rules and the bell is accessible, fits, and leaves the console quiet', async () => {
    const { page, context, complaints } = await visit();
    await open(page, 'alarms');
    await page.getByText('ClickHouse does not answer').waitFor();
    await look(page, 'alarms');
    await page.getByRole('button', { name: 'Notifications, 2 unread' }).click();
    await page.getByRole('dialog').getByText('Scrape token created').waitFor();
    await look(page, 'bell');
    await page.getByRole('dialog').getByRole('link', { name: 'Open the alarm' }).first().click();
    await page.getByRole('dialog').getByText('Timeline').waitFor();
    await look(page, 'alarm');
    await closeDrawer(page);
    await page.getByRole('tab', { name: 'Past' }).click();
    await page.getByRole('cell', { name: 'ada' }).waitFor();
    await look(page, 'alarms-past');

    await page.getByRole('tab', { name: 'Rules' }).click();
    await page.getByText('Backlog').waitFor();
    await look(page, 'rules');
    await page.getByRole('button', { name: 'Add rule' }).click();
    await page.getByRole('button', { name: 'Save rule' }).click();
    await page.getByText('Give a number.').waitFor();
    await look(page, 'rule-invalid');
    await page.getByRole('textbox', { name: 'Name' }).fill('Backlog grows');
    await page.getByRole('spinbutton', { name: 'Threshold' }).fill('5');
    await page.getByText('Would fire now: 1').waitFor();
    await look(page, 'rule');
    await page.getByRole('radio', { name: 'Audit event' }).click();
    await page.getByText('Would not fire now').waitFor();
    await look(page, 'rule-audit');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Edit ClickHouse does not answer' }).click();
    await page.getByText('This is a built-in rule').waitFor();
    await look(page, 'rule-built-in');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: /^Delete Backlog/ }).click();
    await page.getByText('Are you sure').waitFor();
    await look(page, 'rule-delete');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('of Sessions & Audit is accessible, fits, and leaves the console quiet', async () => {
    const { page, context, complaints } = await visit();
    await open(page, 'audit');
    await page.getByText('Verified up to').waitFor();
    await look(page, 'audit');
    await page.getByRole('button', { name: 'Any time' }).click();
    await page.getByText('Last 24 hours').waitFor();
    await picture(page, 'audit-time');
    await page.keyboard.press('Escape');
    await page
      .getByRole('button', { name: /^Details of row/ })
      .nth(1)
      .click();
    await page.getByText('bad_checksum').waitFor();
    await look(page, 'audit-row');
    await closeDrawer(page);
    await page.getByRole('tab', { name: 'Sessions & credentials' }).click();
    await page.getByText('Sensor in rack 7').waitFor();
    await look(page, 'sessions');
    await page.getByRole('button', { name: 'Revoke Grafana' }).click();
    await page.getByText('credential of this Grafana').waitFor();
    await look(page, 'sessions-revoke');
    await page.keyboard.press('Escape');

    const problem = { seq: 1205, problem: 'its hash does not follow from the row before it' };
    backend.verification = intact({ state: 'broken', problem, removedUpTo: { seq: 300, at: ago(90_000) } });
    await open(page, 'audit?actor=nobody');
    await page.getByText('No matching events').waitFor();
    await look(page, 'audit-broken');
    expect(complaints).toEqual([]);

    backend.refusal = 'forbidden';
    await open(page, 'audit');
    await page.getByText('Your role does not allow this.').waitFor();
    await look(page, 'audit-forbidden');
    await context.close();
  });

  test('of a viewer is accessible, fits, and offers nothing that would be refused', async () => {
    const { page, context, complaints } = await visit();
    await page.getByRole('combobox', { name: 'Signed in as' }).click();
    const reloaded = page.waitForEvent('load');
    await page.getByRole('option', { name: 'Vint Cerf (Viewer)' }).click();
    await reloaded;
    await open(page, 'alarms?tab=rules');
    await page.getByText('Backlog').waitFor();
    await look(page, 'viewer-rules');
    expect(await page.getByRole('button', { name: /rule|^(Edit|Delete|Enable) / }).count()).toBe(0);
    fill(backend.alarms, []);
    await page.getByRole('tab', { name: 'Active' }).click();
    await page.getByText('No active alarms').waitFor();
    await look(page, 'viewer-alarms-empty');
    expect(complaints).toEqual([]);
    await context.close();
  });
});
