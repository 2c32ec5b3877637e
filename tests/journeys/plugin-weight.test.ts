import { gzipSync } from 'node:zlib';
import type { Response } from 'playwright-core';
import { expect, test } from 'vitest';
import { makeToken } from '../plugin/fakeBackend.ts';
import { whenOver } from '../support/over.ts';
import { enter } from './browser.ts';
import { startPluginWorkbench } from './plugin-workbench.ts';

const OWN = /\/public\/plugins\/appliance-vitals-app\/.+\.(js|json)(\?|$)/;

test('the first load of the tokens page brings less than 80 kB of our own', async () => {
  const { browser, backend, workbench } = await startPluginWorkbench();
  backend.tokens.splice(0, Infinity, makeToken({ id: 'first', name: 'First' }));
  const entrance = await enter(browser, workbench.newLink());
  // signed in, and with nothing in the browser's cache
  const context = await browser.newContext({ storageState: await entrance.context.storageState(), locale: 'en-US' });
  whenOver(() => context.close());
  const page = await context.newPage();
  const loaded: Response[] = [];
  page.on('response', (response) => {
    if (OWN.test(response.url())) loaded.push(response);
  });
  await page.goto(`${workbench.origin}/a/appliance-vitals-app/integrations/prometheus`);
  await page.getByText('First', { exact: true }).waitFor();
  await page.waitForLoadState('networkidle');

  const sizes = await Promise.all(loaded.map(async (response) => gzipSync(await response.body()).length));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  expect(bytes).toBeGreaterThan(20_000); // what was weighed is the app
  expect(bytes).toBeLessThan(80_000);
});
