import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { whenOver } from '../support/over.ts';
import { eventually, freePort } from '../support/server.ts';
import { openSettings, openTokens, row, throughProxy } from './app.ts';
import { PLUGIN_ID } from './grafana-process.ts';
import { inEachShell } from './product.ts';

inEachShell(
  'a backend that falls silent is reported within twelve seconds, what is shown carries its time, and it is found again',
  async (start) => {
    const { server, shell, browser } = await start({ before: (place) => place.mint('Production') });
    const { page } = await shell.enter(browser, 'ada');
    await page.clock.install();
    await openTokens(shell, page);
    await row(page, 'Production').waitFor();

    server.child.kill('SIGSTOP');
    await page.clock.fastForward(15_000); // the page asks again by itself
    await page.clock.fastForward(12_000);
    await page.getByText('The Vitals backend cannot be reached.').first().waitFor();
    await page
      .getByText(/As of \d\d:\d\d:\d\d/)
      .first()
      .waitFor();
    expect(await row(page, 'Production').count()).toBe(1);

    server.child.kill('SIGCONT');
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await expect.poll(() => page.getByText('The Vitals backend cannot be reached.').count()).toBe(0);
    await row(page, 'Production').getByText('Active').waitFor();
  },
);

/** Somebody else's server, until the test is over. */
async function otherServer(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  whenOver(() => server.close());
  await eventually('it listens', () => server.listening);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const json =
  (status: number, body: object): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

async function saveAndTest(page: Page, url: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Backend URL' }).fill(url);
  await page.getByRole('button', { name: 'Save & test' }).click();
}

inEachShell(
  'a wrong server is named as what it is, and the settings in use stay: a test that is refused keeps nothing',
  async (start) => {
    const { place, shell, browser } = await start({ before: (place) => place.mint('Production') });
    const { page } = await shell.enter(browser, 'ada');
    const wrong = {
      'another server’s 401': await otherServer(json(401, { code: 'unauthorized', message: 'unauthorized access' })),
      'another server’s 403': await otherServer(json(403, { message: 'Forbidden' })),
      'another server’s 404': await otherServer(json(404, { error: 'no such path' })),
      'another server’s JSON': await otherServer(json(200, { version: '1.0.0', status: 'ok' })),
      'a redirect': await otherServer((_, response) => response.writeHead(302, { location: '/login' }).end()),
    };
    for (const [what, url] of Object.entries(wrong)) {
      await openSettings(shell, page);
      await saveAndTest(page, url);
      await page.getByText('Not saved. The service at the configured address is not a Vitals backend.').waitFor();
      await page.reload();
      const kept = page.getByRole('textbox', { name: 'Backend URL' });
      await expect.poll(() => kept.inputValue(), { message: what }).toBe(place.origin);
    }

    await saveAndTest(page, `http://127.0.0.1:${await freePort()}`);
    await page.getByText('Saved, but not connected. The Vitals backend cannot be reached.').waitFor();
    await saveAndTest(page, place.origin);
    await page.getByText('Saved. Connected to Vitals').waitFor();
    await openTokens(shell, page);
    await row(page, 'Production').getByText('Active').waitFor();
  },
);

inEachShell(
  'a credential of another role is neither kept nor used, and the test does not say that it can verify who is signed in',
  async (start) => {
    const { place, shell, browser } = await start({ before: (place) => place.mint('Production') });
    const { page } = await shell.enter(browser, 'ada');
    await openSettings(shell, page);
    await page.getByRole('button', { name: 'Reset' }).click();
    await page.getByRole('textbox', { name: 'Service credential' }).fill(await place.jwt('admin'));
    await page.getByRole('button', { name: 'Save & test' }).click();
    await page.getByText(/^Not saved\./).waitFor();
    expect(await page.getByText('It can verify who is signed in to Grafana (yes)').count()).toBe(0);

    const viewer = await shell.enter(browser, 'vint');
    await viewer.page.goto(shell.page('integrations'));
    await viewer.page.getByText('An external monitoring stack scrapes').waitFor(); // by the credential that is still in use
    for (const path of ['api//tokens', 'api//audit/export', 'api//credentials', 'api/integrations/..%2Ftokens']) {
      const { status, text } = await throughProxy(shell, viewer.page, 'GET', path);
      expect([400, 403, 404], path).toContain(status);
      expect(text).not.toContain('Production');
    }
  },
);

inEachShell('a scrape through Grafana leads nowhere and leaves no trace', async (start) => {
  const { place, shell, browser } = await start();
  const { page } = await shell.enter(browser, 'vint');
  await page.goto(shell.page('integrations'));
  const before = await place.story();
  for (const path of ['api/metrics/prometheus', 'api//metrics/prometheus', 'api/metrics/catalogues/x']) {
    expect((await throughProxy(shell, page, 'GET', path)).status, path).toBe(404);
  }
  expect(await place.story()).toEqual(before);
});

inEachShell(
  'an identity that is not believed is explained by the claim, with what was wanted and what came',
  async (start) => {
    const { server, shell, browser } = await start({ trust: { issuer: 'https://elsewhere.example/' } });
    const { page } = await shell.enter(browser, 'vint');
    await page.goto(shell.page('integrations'));
    await page.getByText('The backend could not verify who you are.').first().waitFor();
    const explained = await page.getByTestId('vitals-failure').first().innerText();
    expect(explained).toContain('https://elsewhere.example/');
    expect(explained).toContain(`${shell.origin}/`);
    await eventually('the log says it too', () => server.output().includes('https://elsewhere.example/'));
  },
);

inEachShell(
  'a plugin that is disabled while its page is open is named as such, and is enabled only when asked to',
  async (start) => {
    const { place, shell, browser } = await start({ before: (place) => place.mint('Production') });
    const { page, context } = await shell.enter(browser, 'ada');
    await openTokens(shell, page);
    await row(page, 'Production').waitFor();
    const answer = await context.request.post(`${shell.origin}/api/plugins/${PLUGIN_ID}/settings`, {
      headers: { origin: new URL(shell.origin).origin },
      data: { enabled: false, pinned: false, jsonData: { backendUrl: place.origin } },
    });
    expect(answer.ok()).toBe(true);
    await row(page, 'Production')
      .getByRole('button', { name: /^Revoke/ })
      .click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('Vitals is not enabled in this organisation any more.').first().waitFor();

    await page.goto(shell.settingsPage);
    await page.getByRole('button', { name: 'Save without enabling' }).click();
    await page.getByText('Saved, but not tested: Vitals is disabled.').waitFor();
    await page.getByRole('button', { name: 'Enable, save & test' }).click();
    await page.getByText('Saved. Connected to Vitals').waitFor();
  },
);
