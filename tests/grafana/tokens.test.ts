import { expect } from 'vitest';
import { mint, openTokens, row } from './app.ts';
import { inEachShell } from './product.ts';

inEachShell('of two tokens with one name the dialog says which is revoked, and that it is in use', async (start) => {
  const { place, shell, browser } = await start();
  const old = await place.mint('Production');
  await fetch(`${place.origin}/api/metrics/prometheus`, { headers: { authorization: `Bearer ${old.secret}` } });
  const { token: successor } = await place.cli<{ token: { prefix: string } }>('token', 'rotate', old.token.id);
  const { page, complaints } = await shell.enter(browser, 'ada');
  await openTokens(shell, page);
  await expect.poll(() => row(page, 'Production').count()).toBe(2);

  await page.getByRole('button', { name: `Revoke Production (${old.token.prefix}…)` }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(old.token.prefix).first().waitFor();
  expect(await dialog.getByText(successor.prefix).count()).toBe(0);
  await dialog.getByText('127.0.0.1').first().waitFor();
  await dialog.getByText('The old one: a newer token replaces it.').waitFor();
  await dialog
    .getByRole('alert')
    .getByText(/in use/i)
    .first()
    .waitFor();
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await row(page, 'Production').getByText('Revoked').waitFor();
  const states = (await place.tokens()).map(({ prefix, status }) => `${prefix} ${status}`);
  expect(states.sort()).toEqual([`${old.token.prefix} revoked`, `${successor.prefix} active`].sort());
  expect(complaints).toEqual([]);
});

inEachShell(
  'a copied configuration names the address that others reach, not Grafana’s own way to the backend, and can be corrected',
  async (start) => {
    const { place, shell, browser } = await start({
      settings: { server: { public_url: 'https://appliance.example:8443' } },
    });
    const { page } = await shell.enter(browser, 'ada');
    await page.goto(shell.page('integrations'));
    await page.getByText('https://appliance.example:8443/api/metrics/prometheus').waitFor();
    await openTokens(shell, page);
    const secret = await mint(page, 'Production');
    const config = page.getByTestId('vitals-scrape-config');
    await expect.poll(() => config.innerText()).toContain('appliance.example:8443');
    expect(await page.getByRole('dialog').innerText()).not.toContain(`127.0.0.1:${place.port}`);
    await page.getByRole('textbox', { name: 'Address for Prometheus' }).fill('https://10.1.2.3:9470');
    await expect.poll(() => config.innerText()).toContain('10.1.2.3:9470');
    expect(await config.innerText()).not.toContain(secret);
  },
);
