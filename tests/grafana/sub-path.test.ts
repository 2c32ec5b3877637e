import { expect } from 'vitest';
import { mint, openTokens, row } from './app.ts';
import { inEachShell } from './product.ts';

inEachShell(
  'below a sub-path every link of every page names that path, so that it also opens in a new tab',
  async (start) => {
    const { shell, browser } = await start({
      subPath: '/monitoring',
      settings: { alarms: { tick_seconds: 1 } },
      before: (place) => place.mint('Production'),
    });
    const { page, complaints } = await shell.enter(browser, 'ada');
    await openTokens(shell, page);
    await row(page, 'Production').waitFor();
    await mint(page, 'Second');
    await page.getByRole('button', { name: 'I have saved my token' }).click();

    for (const path of [
      'integrations',
      'integrations/prometheus',
      'alarms',
      'alarms?tab=rules',
      'audit',
      'audit?tab=sessions',
      'help/overview',
      'help/alerts',
    ]) {
      await page.goto(shell.page(path));
      await page.waitForLoadState('networkidle');
      const hrefs = await page
        .locator('a[href^="/"]')
        .evaluateAll((links) => links.map((link) => link.getAttribute('href')));
      expect(hrefs.length, path).toBeGreaterThan(0);
      expect(
        hrefs.filter((href) => !href?.startsWith('/monitoring')),
        path,
      ).toEqual([]);
      expect(
        hrefs.filter((href) => href?.startsWith('/monitoring/monitoring')),
        path,
      ).toEqual([]);
    }

    await page.goto(shell.page('integrations'));
    const link = page.getByRole('link', { name: 'Manage tokens' });
    const tab = page.context().waitForEvent('page');
    await link.click({ modifiers: ['Control'] });
    await row(await tab, 'Second').waitFor();
    await link.click();
    await row(page, 'Second').waitFor();
    expect(page.url()).toBe(shell.page('integrations/prometheus'));
    expect(complaints).toEqual([]);
  },
);
