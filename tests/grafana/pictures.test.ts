/** What every page looks like in Grafana, in both themes. Pictures are kept where `SCREENSHOTS` names a folder. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { eventually } from '../support/server.ts';
import { mint, openSettings, openTokens, row, scrape } from './app.ts';
import { inGrafana } from './product.ts';
import { everySecond, scrapeWith } from './scraped.ts';

const folder = process.env['SCREENSHOTS'];

inGrafana(
  'every page and dialog shows in both themes, without a complaint in the console',
  async (start, { prometheus: binary }) => {
    let prometheus: Awaited<ReturnType<typeof scrapeWith>> | undefined;
    const { place, shell, browser } = await start({
      settings: {
        server: { public_url: 'https://appliance.example.com:9470' },
        clickhouse: { url: 'embedded:clickhouse' },
        alarms: { tick_seconds: 1 },
      },
      before: (place) => place.mint('Grafana Cloud staging', '2027-06-01T00:00:00Z'),
      prometheusUrl: async (place) => (prometheus = await scrapeWith(binary, place)).origin,
      amend: everySecond,
    });
    const { secret } = await place.mint('Leaked by mistake');
    await scrape(place.origin, secret);
    const [leaked] = (await place.tokens()).filter(({ name }) => name === 'Leaked by mistake');
    await place.cli('token', 'revoke', leaked?.id ?? '');
    await scrape(place.origin, secret);
    await eventually('it is scraped', async () => (await prometheus?.value('up')) === 1);

    for (const theme of ['dark', 'light'] as const) {
      const { page, complaints, context } = await shell.enter(browser, 'ada', { width: 1400 });
      await context.request.put(`${shell.origin}/api/user/preferences`, { data: { theme } });
      const take = async (name: string) => {
        await page.mouse.move(0, 899);
        await page.waitForLoadState('networkidle');
        if (!folder) return;
        mkdirSync(folder, { recursive: true });
        await page.screenshot({ path: join(folder, `${name}-${theme}.png`), animations: 'disabled' });
      };
      const open = async (path: string, sign: string, name: string) => {
        await page.goto(shell.page(path));
        await page.getByText(sign).first().waitFor();
        await take(name);
      };
      await open('integrations', 'An external monitoring stack scrapes', 'integrations');
      await open('alarms', 'Scrape', 'alarms');
      await open('alarms?tab=rules', 'A scrape token was created', 'rules');
      await open('audit', 'token.created', 'audit');
      await open('audit?tab=sessions', 'grafana', 'sessions');
      await open('help/overview', 'Prometheus', 'help');
      await open('help/alerts', 'VitalsApplianceDown', 'help-alerts');
      await openTokens(shell, page);
      await row(page, 'Leaked by mistake').waitFor();
      await take('tokens');
      await dialogs(page, take);
      await openSettings(shell, page);
      await page.getByRole('button', { name: 'Save & test' }).click();
      await page.getByText('Connected to Vitals').waitFor();
      await take('settings');
      for (const uid of ['vitals-health', 'vitals-integration']) {
        await page.goto(`${shell.origin}/d/${uid}?from=now-2m&to=now&kiosk&_dash.hideTimePicker=true`);
        await page
          .getByTestId(/Panel header/)
          .first()
          .waitFor();
        await take(uid);
      }
      expect(complaints, theme).toEqual([]);
    }
  },
  'built',
);

async function dialogs(page: Page, take: (name: string) => Promise<void>): Promise<void> {
  await row(page, 'Prometheus')
    .getByRole('button', { name: /^Revoke/ })
    .click();
  await page.getByRole('dialog').waitFor();
  await take('revoke');
  await page.keyboard.press('Escape');
  await row(page, 'Prometheus').getByRole('button', { name: 'Prometheus', exact: true }).click();
  await page.getByRole('dialog').waitFor();
  await take('details');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Create Token' }).first().click();
  await page.getByRole('dialog').waitFor();
  await take('create');
  await page.keyboard.press('Escape');
  await mint(page, 'Night shift');
  await take('reveal');
  await page.getByRole('button', { name: 'I have saved my token' }).click();
  await page.getByRole('button', { name: /^Notifications/ }).click();
  await page.getByRole('dialog', { name: 'Notifications' }).waitFor();
  await take('bell');
  await page.keyboard.press('Escape');
}
