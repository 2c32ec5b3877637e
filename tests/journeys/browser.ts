import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { whenOver } from '../support/over.ts';

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

let running: Promise<Browser> | undefined;

/** A real Chromium that talks to nobody but this machine: one for all files of a worker, whose tests have profiles of their own. */
export async function sharedBrowser(): Promise<Browser> {
  if ((await running)?.isConnected() !== true) running = launch();
  return running!;
}

function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
}

/**
 * Said by Grafana of itself: its date-time picker opens a dialog without a title, its plugin page asks a catalogue on the
 * internet that a test does not reach, and its frontend sandbox is an iframe of a kind that browsers warn of.
 */
const grafanasOwn =
  /^A dialog must have a title for accessibility|\/api\/gnet\/|^Failed to fetch plugins from catalog|^An iframe which has both/;

export const temporaryFolder = () => mkdtempSync(join(tmpdir(), 'vitals-'));

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Everything that a browser's console would have complained of. */
  readonly complaints: string[];
}

/** How a screen is looked at. */
export interface Look {
  readonly width?: number;
  readonly theme?: 'dark' | 'light';
}

/** A fresh browser profile with one empty page, which is closed when the test is over. */
export async function openVisit(browser: Browser, { width = 1280 }: Look = {}): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
    locale: 'en-US',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
  });
  whenOver(() => context.close());
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    const isComplaint = message.type() === 'error' || message.type() === 'warning';
    const complaint = `${message.text()} ${message.location().url}`;
    if (isComplaint && !grafanasOwn.test(complaint)) complaints.push(complaint);
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return { page, context, complaints };
}

/** A fresh browser profile that enters the workbench by a one-time link. */
export async function enter(browser: Browser, link: string, look: Look = {}): Promise<Visit> {
  const visit = await openVisit(browser, look);
  await visit.context.addInitScript(`localStorage.setItem('vitals-workbench-theme', '${look.theme ?? 'dark'}')`);
  await visit.page.goto(link);
  await visit.page.waitForURL('**/a/appliance-vitals-app/**');
  return visit;
}

/** Resolves once a screen stands still: its fonts are there, and several frames in a row lay it out alike. */
async function untilStill(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    const layout = () =>
      Array.from(document.body.querySelectorAll('*'), (element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return [x, y, width, height].join();
      }).join(';');
    for (let frames = 0, before = ''; frames < 3; frames++) {
      await new Promise(requestAnimationFrame);
      const now = layout();
      if (now !== before) frames = 0;
      before = now;
    }
  });
}

/** Fails with the rules and elements that a screen still violates once it has come to rest. */
export async function expectAccessible(page: Page): Promise<void> {
  const violated = async () => {
    await untilStill(page);
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
  };
  await expect.poll(violated).toEqual([]);
}
