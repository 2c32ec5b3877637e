import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { enter } from './browser.ts';
import { appearances, lookIn } from './plugin-look.ts';
import { startPluginWorkbench } from './plugin-workbench.ts';

const { browser, workbench } = await startPluginWorkbench();

const HELP = '/a/appliance-vitals-app/help';

/** Where a section's heading stands below the top of the window; it is looked for where it is highlighted. */
const distance = (page: Page, heading: string) =>
  page
    .locator('section[data-current]')
    .getByRole('heading', { name: heading, exact: true })
    .evaluate((element) => element.getBoundingClientRect().top);

describe.each(appearances)('in $theme at $width', ({ theme, width }) => {
  const { look } = lookIn({ theme, width });

  test('a runbook’s address opens the alert’s section, its links lead on, and a page’s help is one click away', async () => {
    const { page, context, complaints } = await enter(browser, workbench.newLink(), { theme, width });
    await page.goto(`${workbench.origin}${HELP}/alerts#vitalsscrapesrefused`);
    await page.getByRole('heading', { level: 1, name: 'Help: Alerts' }).waitFor();
    await expect.poll(() => distance(page, 'VitalsScrapesRefused')).toBeLessThan(800);
    await look(page, 'help-alerts');

    await page.locator('section[data-current]').getByRole('link', { name: 'a scrape is refused' }).click();
    await page.waitForURL(`**${HELP}/operations#a-scrape-is-refused`);
    await expect.poll(() => distance(page, 'A scrape is refused')).toBeLessThan(300);
    await look(page, 'help-operations');

    await page.getByRole('tab', { name: 'Metrics' }).click();
    await page.getByRole('heading', { name: 'dhcp_dpi_build_info' }).waitFor();
    await look(page, 'help-metrics');

    await page.goto(`${workbench.origin}/a/appliance-vitals-app/alarms`);
    await page.getByRole('main').getByRole('link', { name: 'Help', exact: true }).click();
    await page.waitForURL(`**${HELP}/operations#alarms-and-notifications`);
    await expect.poll(() => distance(page, 'Alarms and notifications')).toBeLessThan(300);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
