import { expect } from 'vitest';
import { mint, openTokens, pick, row, scrape } from './app.ts';
import { inGrafana, type StartProduct } from './product.ts';
import { PLUGIN_ID } from './grafana-process.ts';
import type { Grafana } from './shell.ts';
import type { Ini } from './grafana-process.ts';

/** The whole life of a token, a rule and an alarm, with every field filled by hand. */
const journey = (ini: Ini) => async (start: StartProduct<Grafana>) => {
  const { place, shell, browser } = await start({ ini, settings: { alarms: { tick_seconds: 1 } } });
  const { page, complaints } = await shell.enter(browser, 'ada');
  await openTokens(shell, page);
  const secret = await mint(page, 'Production');
  await page.getByRole('button', { name: 'Copy the token' }).click();
  await page.getByRole('button', { name: 'Copied!' }).waitFor();
  expect((await scrape(place.origin, secret)).status).toBe(200);
  await page.getByRole('button', { name: 'I have saved my token' }).click();

  await row(page, 'Production')
    .getByRole('button', { name: /^Rename/ })
    .click();
  await page.getByRole('textbox', { name: 'New name of Production' }).fill('Staging');
  await page.keyboard.press('Enter');
  await row(page, 'Staging').waitFor();
  await page.getByRole('textbox', { name: 'Search tokens by name' }).fill('stag');
  await page.waitForURL(/search=stag/);
  await row(page, 'Staging')
    .getByRole('button', { name: /^Revoke/ })
    .click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await row(page, 'Staging').getByText('Revoked').waitFor();
  expect((await scrape(place.origin, secret)).status).toBe(401);

  await page.goto(shell.page('alarms?tab=rules'));
  await page.getByRole('button', { name: 'Add rule' }).click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('A token was revoked');
  await pick(page, 'Metric', 'dhcp_dpi_scrape_tokens');
  await pick(page, 'Label “status”', 'revoked');
  await page.getByRole('spinbutton', { name: 'Threshold' }).fill('0');
  await page.getByRole('button', { name: 'Save rule' }).click();
  await row(page, 'A token was revoked').waitFor();
  await page.goto(shell.page('alarms'));
  await page.getByRole('button', { name: /^Acknowledge A token was revoked/ }).click();
  await row(page, 'A token was revoked').getByText('ada').waitFor();
  expect(complaints).toEqual([]);
};

inGrafana(
  'in Grafana’s frontend sandbox a token is minted, renamed, found and revoked, and an alarm acknowledged',
  journey({ security: { enable_frontend_sandbox_for_plugins: PLUGIN_ID } }),
  'built',
);

inGrafana(
  'under Grafana’s Content Security Policy with trusted types the same holds, without a violation',
  journey({
    security: {
      content_security_policy: true,
      content_security_policy_template:
        "script-src 'self' 'unsafe-eval' 'unsafe-inline' 'strict-dynamic' $NONCE;object-src 'none';font-src 'self';style-src 'self' 'unsafe-inline' blob:;img-src * data:;base-uri 'self';connect-src 'self' ws://$ROOT_PATH wss://$ROOT_PATH;manifest-src 'self';media-src 'none';form-action 'self';require-trusted-types-for 'script'",
    },
  }),
  'built',
);
