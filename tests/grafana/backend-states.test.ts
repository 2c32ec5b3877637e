import { expect } from 'vitest';
import { startServer } from '../support/server.ts';
import { openSettings, openTokens, row, scrape } from './app.ts';
import { inEachShell } from './product.ts';

inEachShell(
  'a backend that is down is named as such, what was seen stays, and the next try finds it again',
  async (start) => {
    const { place, server, shell, browser } = await start({
      before: (place) => place.mint('Production Prometheus'),
    });
    const { page } = await shell.enter(browser, 'ada');
    await page.clock.install();
    await openTokens(shell, page);
    await row(page, 'Production Prometheus').waitFor();

    expect(await server.kill('SIGTERM')).toBe(0);
    await page.clock.fastForward(15_000); // the page asks again by itself
    await page.getByText('The Vitals backend cannot be reached.').waitFor();
    expect(await row(page, 'Production Prometheus').count()).toBe(1);
    await page.reload();
    await page.getByText('The Vitals backend cannot be reached.').waitFor();
    expect(await page.getByRole('button', { name: 'Create Token' }).count()).toBe(0);
    await openSettings(shell, page);
    await page.getByRole('button', { name: 'Save & test' }).click();
    await page.getByText('The Vitals backend cannot be reached.').waitFor();

    await openTokens(shell, page);
    await page.getByText('The Vitals backend cannot be reached.').waitFor();
    await startServer(place.config);
    await page.getByRole('button', { name: 'Try again' }).click();
    await row(page, 'Production Prometheus').getByText('Active').waitFor();
    expect(await page.getByText('The Vitals backend cannot be reached.').count()).toBe(0);
  },
);

inEachShell(
  'a service credential that was revoked is named as such, and a new one entered in the settings mends it',
  async (start) => {
    const { place, shell, browser } = await start({
      before: (place) => place.mint('Production Prometheus'),
    });
    const { page } = await shell.enter(browser, 'ada');
    for (const { id } of await place.credentials()) await place.cli('credential', 'revoke', id);
    await openTokens(shell, page);
    await page.getByText("The backend refused Grafana's service credential.").waitFor();
    expect(await page.getByText('Production Prometheus').count()).toBe(0);
    await page.getByRole('link', { name: 'Open the settings' }).click();

    await page.getByRole('button', { name: 'Reset' }).click();
    const enter = async (credential: string) => {
      await page.getByRole('textbox', { name: 'Service credential' }).fill(credential);
      await page.getByRole('button', { name: 'Save & test' }).click();
    };
    await enter(await place.jwt('admin'));
    await page.getByText(/^Not saved\. The service credential has the (role admin|wrong role)/).waitFor();
    await enter(await place.jwt('grafana'));
    await page.getByText('Saved. Connected to Vitals').waitFor();
    await openTokens(shell, page);
    await row(page, 'Production Prometheus').getByText('Active').waitFor();
  },
);

inEachShell(
  'with prometheus.enabled false the pages say that the integration is disabled, and tokens can be reviewed and revoked',
  async (start) => {
    let secret = '';
    const { place, shell, browser } = await start({
      prometheus: false,
      before: async (place) => {
        ({ secret } = await place.mint('Production Prometheus'));
      },
    });
    expect((await scrape(place.origin, secret)).status).toBe(404);
    const { page, complaints } = await shell.enter(browser, 'ada');
    await page.goto(shell.page('integrations'));
    await page.getByText('Disabled', { exact: true }).waitFor();
    await page.getByText('prometheus.enabled: true').waitFor(); // how to enable it
    await page.getByRole('link', { name: 'Manage tokens' }).click();
    await page.getByText('The Prometheus integration is disabled').waitFor();
    await row(page, 'Production Prometheus').getByText('Active').waitFor();
    await page.getByRole('button', { name: 'Revoke Production Prometheus' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await row(page, 'Production Prometheus').getByText('Revoked').waitFor();
    expect((await place.tokens())[0]).toMatchObject({ status: 'revoked', revokedBy: 'ada' });
    expect(complaints).toEqual([]);
  },
);
