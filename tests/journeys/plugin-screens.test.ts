import { describe, expect, test } from 'vitest';
import { makeToken } from '../plugin/fakeBackend.ts';
import { enter } from './browser.ts';
import { appearances, lookIn } from './plugin-look.ts';
import { startPluginWorkbench } from './plugin-workbench.ts';

const { browser, backend, workbench } = await startPluginWorkbench();

const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();

function tokens() {
  return [
    makeToken({
      name: 'Production Prometheus',
      prefix: 'vst_q7Rk',
      createdAt: ago(2000),
      lastUsedAt: ago(0.002),
      lastIp: '10.0.0.5',
      expiresAt: ago(-6000),
    }),
    makeToken({
      name: 'Grafana Cloud Staging',
      prefix: 'vst_0mZc',
      createdAt: ago(900),
      lastUsedAt: ago(0.1),
      lastIp: '2001:db8::4f2a',
    }),
    makeToken({ name: 'vmagent in rack 7', prefix: 'vst_Tn4e', createdAt: ago(300), createdBy: 'grace' }),
    makeToken({
      name: 'Old NOC',
      prefix: 'vst_9bWx',
      createdAt: ago(9000),
      lastUsedAt: ago(700),
      lastIp: '192.0.2.17',
      expiresAt: ago(500),
      status: 'expired',
    }),
    makeToken({
      name: 'Leaked <b>by</b> mistake & gone',
      prefix: 'vst_Lh2P',
      createdAt: ago(5000),
      lastUsedAt: ago(4000),
      lastIp: '198.51.100.9',
      status: 'revoked',
      revokedAt: ago(3999),
      revokedBy: 'ada',
    }),
  ];
}

describe.each(appearances)('every screen in $theme at $width', ({ theme, width }) => {
  const { look, picture } = lookIn({ theme, width });

  test('is accessible, fits, and leaves the console quiet', async () => {
    backend.tokens.splice(0, Infinity, ...tokens());
    backend.refusal = undefined;
    backend.integration = 'enabled';
    const { page, context, complaints } = await enter(browser, workbench.newLink(), { theme, width });
    await page.getByRole('link', { name: 'Manage tokens' }).waitFor();
    await look(page, 'integrations');
    await page.getByRole('link', { name: 'Manage tokens' }).click();
    await page.getByText('Production Prometheus').waitFor();
    await look(page, 'tokens');

    await page.getByRole('button', { name: 'Rename vmagent in rack 7' }).click();
    await look(page, 'rename');
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Revoke Grafana Cloud Staging' }).click();
    await page.getByRole('dialog').waitFor();
    await look(page, 'revoke');
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Create Token' }).click();
    await page.getByRole('dialog').waitFor();
    await look(page, 'create');
    await page.getByRole('button', { name: 'Time picker' }).click();
    await page.getByRole('button', { name: 'Apply' }).waitFor();
    await picture(page, 'picker');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').getByRole('button', { name: 'Create Token' }).click();
    await look(page, 'create-invalid');
    await page.getByRole('textbox', { name: 'Name' }).fill('Night shift');
    await page.getByRole('button', { name: '90 days' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Create Token' }).click();
    await page.getByText('Waiting for the first scrape').waitFor();
    await look(page, 'reveal');
    await page.getByRole('button', { name: 'I have saved my token' }).click();

    backend.integration = 'disabled';
    backend.tokens.splice(0);
    await page.reload();
    await page.getByText('No scrape tokens yet').waitFor();
    await look(page, 'empty-disabled');

    await page.goto(`${workbench.origin}/plugins/appliance-vitals-app`);
    await page.getByRole('button', { name: 'Save & test' }).click();
    await page.getByText('Saved. Connected to Vitals').waitFor();
    await look(page, 'settings');
    expect(complaints).toEqual([]);

    backend.refusal = 'identity_not_verified';
    await page.getByRole('button', { name: 'Save & test' }).click();
    await page.getByText('could not verify who you are').waitFor();
    await look(page, 'settings-refused');
    await page.goto(`${workbench.origin}/a/appliance-vitals-app/integrations/prometheus`);
    await page.getByText('could not verify who you are').waitFor();
    await look(page, 'tokens-refused');
    await context.close();
  });
});
