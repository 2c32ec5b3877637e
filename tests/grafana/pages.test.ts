import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { expectTurnedAway, row } from './app.ts';
import { inEachShell } from './product.ts';
import type { Login } from './shell.ts';

/** Every page of the app: its path, who may see it, and what tells that it is there. */
const pages = [
  { path: 'integrations', readers: ['ada', 'grace', 'vint'], sign: 'An external monitoring stack scrapes' },
  { path: 'integrations/prometheus', readers: ['ada'], sign: 'Untouched' },
  { path: 'alarms', readers: ['ada', 'grace', 'vint'], sign: 'No active alarms' },
  { path: 'alarms?tab=rules', readers: ['ada', 'grace', 'vint'], sign: 'A scrape token was created' },
  { path: 'audit', readers: ['ada'], sign: 'token.created' },
  { path: 'audit?tab=sessions', readers: ['ada'], sign: 'grafana' },
  { path: 'help/overview', readers: ['ada', 'grace', 'vint'], sign: 'Prometheus' },
  { path: 'help/alerts', readers: ['ada', 'grace', 'vint'], sign: 'VitalsApplianceDown' },
  { path: 'help/metrics', readers: ['ada', 'grace', 'vint'], sign: 'dhcp_dpi_alarms_active' },
  { path: 'help/operations', readers: ['ada', 'grace', 'vint'], sign: 'root_url' },
  { path: 'help/security', readers: ['ada', 'grace', 'vint'], sign: 'SHA-256' },
] as const;

inEachShell(
  'every page opens for whom it is for, without a complaint in the console, and for nobody else',
  async (start) => {
    const { shell, browser } = await start({ before: (place) => place.mint('Untouched') });
    for (const login of ['ada', 'grace', 'vint'] as const) {
      const { page, complaints } = await shell.enter(browser, login);
      for (const { path, readers, sign } of pages) {
        if ((readers as readonly Login[]).includes(login)) {
          await page.goto(shell.page(path));
          await page.getByText(sign).first().waitFor();
        } else {
          await expectTurnedAway(shell, page, path);
        }
      }
      expect(complaints, login).toEqual([]);
    }
  },
);

const crumbs = async (page: Page) => {
  const items = await page.getByRole('navigation', { name: 'Breadcrumbs' }).getByRole('listitem').allInnerTexts();
  return items.map((item) => item.trim()).filter((item) => item !== '' && item !== 'Home');
};

inEachShell('the menu lists every page by the name it has, and breadcrumbs lead back from each', async (start) => {
  const { shell, browser } = await start();
  const { page } = await shell.enter(browser, 'ada');
  await page.goto(shell.page('integrations'));
  await page.getByText('An external monitoring stack scrapes').waitFor();
  expect(await shell.menu(page)).toEqual(
    expect.arrayContaining(['Integrations', 'Scrape tokens', 'Alarms', 'Sessions & Audit', 'Help', 'Configuration']),
  );
  await page.goto(shell.page('integrations/prometheus'));
  await page.getByText('No scrape tokens yet').waitFor();
  const trail = await crumbs(page);
  expect(trail.slice(0, 2)).toEqual(['More apps', 'Vitals']);
  expect(trail).toContain('Integrations');
  expect(new Set(trail).size, trail.join(' › ')).toBe(trail.length);
  await page.getByRole('navigation', { name: 'Breadcrumbs' }).getByRole('link', { name: 'Integrations' }).click();
  await page.getByRole('link', { name: 'Manage tokens' }).waitFor();

  const viewer = await shell.enter(browser, 'vint');
  await viewer.page.goto(shell.page('alarms'));
  await viewer.page.getByRole('heading', { name: 'Alarms' }).first().waitFor();
  const seen = await shell.menu(viewer.page);
  expect(seen).toEqual(expect.arrayContaining(['Integrations', 'Alarms', 'Help']));
  expect(seen).not.toContain('Scrape tokens');
  expect(seen).not.toContain('Configuration');
});

inEachShell(
  'the command palette opens the dialog that mints, and the tokens to choose one to revoke',
  async (start) => {
    const { shell, browser } = await start({ before: (place) => place.mint('Untouched') });
    const { page } = await shell.enter(browser, 'ada');
    const perform = async (title: string) => {
      await page.goto(shell.page('alarms'));
      await page.getByRole('heading', { name: 'Alarms' }).first().waitFor();
      await page.keyboard.press('Control+k');
      await page.getByPlaceholder(/^Search or jump to/).fill(title);
      await page.getByText(title, { exact: true }).first().waitFor();
      await page.keyboard.press('Enter');
    };
    await perform('Create scrape token');
    await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).waitFor();
    await perform('Revoke scrape token');
    await page.waitForURL(/\/integrations\/prometheus\?.*status=active/);
    await row(page, 'Untouched').getByText('Active').waitFor();
  },
);
