import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { expectAccessible } from './browser.ts';

/** Where pictures of the screens go; nowhere if it is not set. */
const folder = process.env['SCREENSHOTS'];

/** How a screen can look: each theme, on a desk and on a phone. */
const all = [
  { theme: 'dark', width: 1280 },
  { theme: 'light', width: 400 },
  { theme: 'light', width: 1280 },
  { theme: 'dark', width: 400 },
] as const;

/** All of them where pictures are taken; else two, in which both themes and both widths are seen. */
export const appearances = folder ? all : all.slice(0, 2);
export type Appearance = (typeof appearances)[number];

/** The ways to look at a screen as it appears in a theme and at a width. */
export function lookIn({ theme, width }: Appearance) {
  if (folder) mkdirSync(folder, { recursive: true });

  /** Takes a picture: of what is Grafana's own and not ours to judge. */
  async function picture(page: Page, name: string): Promise<void> {
    // Away from every button: the contrast of Grafana's own hover colours is not ours to judge either.
    await page.mouse.move(0, 899);
    await page.waitForLoadState('networkidle');
    await page.evaluate(() =>
      document.getAnimations().forEach((each) => each instanceof CSSTransition && each.finish()),
    );
    if (folder) await page.screenshot({ path: join(folder, `${name}-${theme}-${width}.png`), animations: 'disabled' });
  }

  /** Takes a picture, and fails where the screen is not accessible or does not fit. */
  async function look(page: Page, name: string): Promise<void> {
    await picture(page, name);
    await expectAccessible(page);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow, `${name} scrolls sideways`).toBe(0);
  }

  return { look, picture };
}
