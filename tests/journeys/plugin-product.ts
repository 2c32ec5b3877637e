/** The product as a person meets it: the app in the workbench, and behind its plugin proxy a real backend. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { trustedAt } from '../../scripts/workbench.mjs';
import { startWorkbench, type Workbench } from '../../workbench/server/workbench.ts';
import { ask, type Answer } from '../support/http.ts';
import { makePlace, type Place } from '../support/place.ts';
import { freePort, startServer, type RunningServer, type Settings } from '../support/server.ts';

export interface Product {
  readonly place: Place;
  readonly server: RunningServer;
  readonly workbench: Workbench;
  /** The service credential that the plugin proxy adds. */
  readonly credential: string;
}

/** The built backend in a process of its own, and the workbench whose users it believes. */
export async function startProduct(
  options: { prometheus?: boolean; settings?: Settings; before?: (place: Place) => Promise<unknown> } = {},
): Promise<Product> {
  const port = await freePort();
  const auth = { key_file: 'jwt-key.json', grafana: trustedAt(port) };
  const settings = { ...options.settings, auth };
  const place = await makePlace({ settings, prometheus: options.prometheus ?? true });
  await options.before?.(place);
  const server = await startServer(place.config);
  const credential = await place.jwt('grafana');
  const workbench = await openWorkbench({ port, folder: place.folder, backendUrl: place.origin, credential });
  return { place, server, workbench, credential };
}

/** The workbench in front of a backend, until the test ends. */
export async function openWorkbench(options: {
  port: number;
  folder: string;
  backendUrl: string;
  credential: string;
}): Promise<Workbench> {
  const { folder, ...rest } = options;
  const workbench = await startWorkbench({ ...rest, dataDir: join(folder, 'workbench') });
  onTestFinished(() => workbench.close());
  return workbench;
}

/** @param path of a page, below the app's own */
export async function openPage(page: Page, path: string): Promise<void> {
  await page.goto(new URL(`/a/appliance-vitals-app/${path}`, page.url()).href);
}

export async function openTokens(page: Page): Promise<void> {
  await openPage(page, 'integrations/prometheus');
  await page.getByRole('heading', { name: 'Prometheus Scrape Tokens' }).waitFor();
}

/** Mints in the page and leaves the dialog with the secret open. @returns the secret as the dialog shows it */
export async function mint(page: Page, name: string, expires?: string): Promise<string> {
  await page.getByRole('button', { name: 'Create Token' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
  if (expires !== undefined) await dialog.getByRole('textbox', { name: 'Expires' }).fill(expires);
  await dialog.getByRole('button', { name: 'Create Token' }).click();
  const secret = page.getByRole('textbox', { name: 'Token' });
  await secret.waitFor();
  return secret.inputValue();
}

export const row = (page: Page, name: string) => page.getByRole('row', { name: new RegExp(name) });

export async function openSettings(page: Page): Promise<void> {
  await page.goto(new URL('/plugins/appliance-vitals-app', page.url()).href);
  await page.getByRole('button', { name: 'Save & test' }).waitFor();
}

/** Signs somebody else in, by the switch at the top of the page. */
export async function signIn(page: Page, who: string): Promise<void> {
  const current = page.getByRole('combobox', { name: 'Signed in as' });
  await current.click();
  await page.getByRole('option', { name: who }).click();
  await expect.poll(() => current.inputValue()).toBe(who); // the page was loaded again
}

export const scrape = (origin: string, secret: string): Promise<Answer> =>
  ask(`${origin}/api/metrics/prometheus`, { headers: { authorization: `Bearer ${secret}` } });
