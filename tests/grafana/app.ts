/** What a person does in the app, the same in each shell. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { ask, type Answer } from '../support/http.ts';
import { PLUGIN_ID } from './grafana-process.ts';
import type { Shell } from './shell.ts';

export async function openTokens(shell: Shell, page: Page): Promise<void> {
  await page.goto(shell.page('integrations/prometheus'));
  await page.getByRole('heading', { name: 'Prometheus Scrape Tokens' }).waitFor();
}

export async function openSettings(shell: Shell, page: Page): Promise<void> {
  await page.goto(shell.settingsPage);
  await page.getByRole('button', { name: 'Save & test' }).waitFor();
}

/** Mints in the page and leaves the dialog with the secret open. @returns the secret as the dialog shows it */
export async function mint(page: Page, name: string, expires?: string): Promise<string> {
  await page.getByRole('button', { name: 'Create Token' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
  if (expires !== undefined) await dialog.getByRole('textbox', { name: 'Expires' }).fill(expires);
  await dialog.getByRole('button', { name: 'Create Token' }).click();
  const secret = page.getByRole('textbox', { name: 'Token', exact: true });
  await secret.waitFor();
  return secret.inputValue();
}

export const row = (page: Page, name: string) => page.getByRole('row', { name: new RegExp(name) });

/** Loads a page that is not for who is signed in: Grafana leads to its own home instead. */
export async function expectTurnedAway(shell: Shell, page: Page, path: string): Promise<void> {
  const target = shell.page(path);
  await page.goto(target);
  await expect.poll(() => page.url()).not.toContain(target);
}

/** Chooses in a combobox by typing. */
export async function pick(page: Page, field: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: field }).fill(option);
  const words = page.getByText(option, { exact: true });
  await page.getByRole('option').filter({ has: words }).click();
}

export const scrape = (origin: string, secret: string): Promise<Answer> =>
  ask(`${origin}/api/metrics/prometheus`, { headers: { authorization: `Bearer ${secret}` } });

/** Sends what the page would send, with the session of whoever is signed in. */
export function throughProxy(shell: Shell, page: Page, method: string, path: string, body?: object) {
  return page.evaluate(
    async ([url, method, body]) => {
      const headers = { 'content-type': 'application/json' };
      const init = { method, ...(body !== undefined && { headers, body }) };
      const answer = await fetch(url, init);
      return { status: answer.status, text: await answer.text() };
    },
    [`${shell.origin}/api/plugin-proxy/${PLUGIN_ID}/${path}`, method, body && JSON.stringify(body)] as const,
  );
}
