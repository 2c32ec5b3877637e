import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FAKE_SECRET, makeToken } from '../plugin/fakeBackend.ts';
import { enter, type Visit } from './browser.ts';
import { startPluginWorkbench } from './plugin-workbench.ts';

const { browser, backend, workbench } = await startPluginWorkbench();
let visit: Visit;

beforeEach(async () => {
  backend.tokens.splice(
    0,
    Infinity,
    makeToken({ id: 'first', name: 'First' }),
    makeToken({ id: 'second', name: 'Second' }),
  );
  visit = await enter(browser, workbench.newLink());
  await open(visit.page);
});
afterEach(async () => {
  await visit.context.close();
});

async function open(page: Page) {
  await page.goto(`${workbench.origin}/a/appliance-vitals-app/integrations/prometheus`);
  await page.getByText('First', { exact: true }).waitFor();
}

async function mint(page: Page) {
  await page.getByRole('button', { name: 'Create Token' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Production');
  await page.getByRole('dialog').getByRole('button', { name: 'Create Token' }).click();
  await page.getByRole('textbox', { name: 'Token' }).waitFor();
}

const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent);

describe('a token’s value', () => {
  test('is nowhere in the page’s memory once the dialog is closed', async () => {
    const { page } = visit;
    await mint(page);
    expect(await heapContains(page, FAKE_SECRET)).toBe(true);
    await page.getByRole('button', { name: 'I have saved my token' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect.poll(() => heapContains(page, FAKE_SECRET), { interval: 500 }).toBe(false);
    expect(
      await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href])),
    ).not.toContain(FAKE_SECRET);
  });

  test('that was pasted for a diagnosis is nowhere in the page’s memory afterwards, and never was on the wire', async () => {
    const { page } = visit;
    const wire: string[] = [];
    page.on('request', (request) => wire.push(request.url() + (request.postData() ?? '')));
    backend.diagnosis = { verdict: 'typo', token: backend.tokens[0] ?? null };
    await page.getByRole('button', { name: 'Diagnose a token' }).click();
    await page.getByRole('textbox', { name: 'Scrape token' }).focus();
    await page.keyboard.insertText(FAKE_SECRET);
    await page.getByRole('button', { name: 'Diagnose', exact: true }).click();
    await page.getByText('It begins like First.').waitFor();
    await page.getByRole('dialog').getByText('Close', { exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect.poll(() => heapContains(page, FAKE_SECRET), { interval: 500 }).toBe(false);
    expect(wire.filter((sent) => sent.includes('diagnose'))).toHaveLength(1);
    expect(wire.join('')).not.toContain(FAKE_SECRET.slice(4, 12));
  });

  test('survives Escape, a click outside, and the Back button as long as one does not insist', async () => {
    const { page } = visit;
    await page.getByRole('link', { name: 'Integrations' }).first().click();
    await page.getByRole('link', { name: 'Manage tokens' }).click();
    await mint(page);
    await page.keyboard.press('Escape');
    await page.mouse.click(5, 500);
    const questions: string[] = [];
    page.on('dialog', (dialog) => {
      questions.push(dialog.message());
      void dialog.dismiss();
    });
    await page.evaluate(() => history.back());
    await expect.poll(() => questions).toEqual([expect.stringContaining('Leave without having saved it?')]);
    expect(await page.getByRole('textbox', { name: 'Token' }).inputValue()).toBe(FAKE_SECRET);
    await page.getByRole('button', { name: 'I have saved my token' }).click();
    await page.evaluate(() => history.back());
    await page.waitForURL('**/integrations');
    expect(questions).toHaveLength(1);
  });

  test('is read by each configuration from a file, for the scraper of one’s choice', async () => {
    const { page } = visit;
    await mint(page);
    for (const scraper of ['Alloy', 'OpenTelemetry Collector', 'Prometheus Operator', 'vmagent', 'Prometheus']) {
      await page.getByRole('combobox', { name: 'Scrape configuration' }).click();
      await page.getByRole('option', { name: scraper, exact: true }).click();
      const text = await page.getByTestId('vitals-scrape-config').innerText();
      expect(text).toContain('dhcp-dpi.token');
      expect(text).not.toContain(FAKE_SECRET);
    }
  });
});

describe('by keyboard alone', () => {
  test('a token is minted with an expiry, and the focus comes back to Create Token', async () => {
    const { page } = visit;
    await page.getByRole('button', { name: 'Create Token' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('vitals-token-name');
    await page.keyboard.type('Night shift');
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Expires');
    await page.keyboard.type('2031-01-31 12:00');
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'Token' }).waitFor();
    expect(await page.getByRole('definition').allInnerTexts()).toEqual(['Night shift', '2031-01-31 12:00:00']);
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('vitals-secret');
    for (let stops = 0; stops < 12 && (await focused(page)) !== 'I have saved my token'; stops += 1) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe('Create Token');
  });

  test.each([
    ['as the browser has it', ''],
    ['replaced, as recorders of sessions do it', 'window.ResizeObserver = class extends window.ResizeObserver {};'],
  ])('Tab goes through the dialog that shows a token and comes round, with ResizeObserver %s', async (_, script) => {
    const { page } = visit;
    await page.evaluate(script);
    await mint(page);
    const id = () => page.evaluate(() => document.activeElement?.id);
    await expect.poll(id).toBe('vitals-secret');
    const isInside = () => page.evaluate(() => document.activeElement?.closest('[role="dialog"]') !== null);
    const stops = async (key: string) => {
      const seen: unknown[] = [];
      do {
        await page.keyboard.press(key);
        await expect.poll(isInside).toBe(true);
        seen.push((await id()) || (await focused(page))?.split(':')[0]);
      } while (seen.at(-1) !== 'vitals-secret' && seen.length < 12);
      return seen;
    };
    const others = [
      'Copy the token',
      'vitals-address',
      'vitals-scraper',
      'Copy the scrape configuration',
      'scrape_configs',
      'I have saved my token',
    ];
    expect(await stops('Tab')).toEqual([...others, 'vitals-secret']);
    expect(await stops('Shift+Tab')).toEqual([...others.reverse(), 'vitals-secret']);
  });

  test('the focus stays inside a dialog', async () => {
    const { page } = visit;
    await page.getByRole('button', { name: 'Create Token' }).click();
    const isInside = () => page.evaluate(() => document.activeElement?.closest('[role="dialog"]') !== null);
    await expect.poll(isInside).toBe(true);
    for (let stops = 0; stops < 15; stops += 1) {
      await page.keyboard.press('Tab');
      await expect.poll(isInside).toBe(true);
    }
  });

  test('Escape leaves the revoke dialog, and the focus comes back to the row', async () => {
    const { page } = visit;
    await page.getByRole('button', { name: 'Revoke Second' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe('Revoke Second (vst_Ab3x…)');
  });

  test('a revoked row gives the focus to something that is still there', async () => {
    const { page } = visit;
    await page.getByRole('button', { name: 'Revoke Second' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page
      .getByRole('row', { name: /Second/ })
      .getByText('Revoked')
      .waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement !== document.body)).toBe(true);
  });
});

/** Whether a text is anywhere among the strings of the page's JavaScript heap, after a collection. */
async function heapContains(page: Page, text: string): Promise<boolean> {
  const session = await page.context().newCDPSession(page);
  const chunks: string[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await session.detach();
  return chunks.join('').includes(text);
}
