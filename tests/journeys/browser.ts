import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, expect, onTestFinished } from 'vitest';

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** A real Chromium that talks to nobody but this machine. */
export function launchBrowser(executablePath = CHROMIUM): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
}

/** Said by @grafana/ui of itself: its date-time picker opens a dialog without a title. */
const grafanasOwn = /^A dialog must have a title for accessibility/;

export const temporaryFolder = () => mkdtempSync(join(tmpdir(), 'vitals-'));

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Everything that a browser's console would have complained of. */
  readonly complaints: string[];
}

/** A fresh browser profile that enters the workbench by a one-time link. */
export async function enter(
  browser: Browser,
  link: string,
  { width = 1280, theme = 'dark' }: { width?: number; theme?: 'dark' | 'light' } = {},
): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
    locale: 'en-US',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
  });
  await context.addInitScript(`localStorage.setItem('vitals-workbench-theme', '${theme}')`);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    const isComplaint = message.type() === 'error' || message.type() === 'warning';
    if (isComplaint && !grafanasOwn.test(message.text()))
      complaints.push(`${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(link);
  await page.waitForURL('**/a/appliance-vitals-app/**');
  return { page, context, complaints };
}

/** One Chromium for all tests of a file. Each visit is a profile of its own, and over when the test is. */
export function sharedBrowser(): (executablePath: string, link: string) => Promise<Visit> {
  let browser: Promise<Browser> | undefined;
  afterAll(async () => (await browser)?.close());
  return async (executablePath, link) => {
    browser ??= launchBrowser(executablePath);
    const visit = await enter(await browser, link);
    onTestFinished(() => visit.context.close());
    return visit;
  };
}

/** Fails with the rules and elements that a screen violates. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`)).toEqual([]);
}
