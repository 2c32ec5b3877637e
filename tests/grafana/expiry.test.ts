import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { sharedBrowser } from '../journeys/browser.ts';
import { testApp } from '../support/app.ts';
import { fakeClock } from '../support/clock.ts';
import { testWith } from '../tools.ts';
import { mint, openTokens, row, scrape } from './app.ts';
import { prepareWorkbench } from './shell.ts';

const MINUTE_MS = 60_000;

testWith(
  'chromium',
  'a token whose expiry passes shows as expired in the page, and its next scrape is refused',
  async () => {
    // The workbench signs identities by the real clock, for ten minutes; the backend’s own clock stays within them.
    const clock = fakeClock(Date.now());
    const workbench = await prepareWorkbench();
    const t = await testApp({ clock, settings: { auth: { grafana: workbench.trust } } });
    await t.app.listen({ host: '127.0.0.1', port: 0 });
    const origin = `http://127.0.0.1:${(t.app.server.address() as AddressInfo).port}`;
    const credential = await t.jwt('grafana');
    const shell = await workbench.start({ folder: t.folder, backendUrl: origin, credential });
    const browser = await sharedBrowser();
    const { page, complaints } = await shell.enter(browser, 'ada');
    await openTokens(shell, page);

    const expires = new Date(Math.ceil(clock.now() / MINUTE_MS + 3) * MINUTE_MS);
    const secret = await mint(page, 'Night shift', expires.toISOString().slice(0, 16).replace('T', ' '));
    await page.getByRole('button', { name: 'I have saved my token' }).click();
    await row(page, 'Night shift').getByText('Active').waitFor();
    clock.advance(expires.getTime() - clock.now() - 1);
    expect((await scrape(origin, secret)).status).toBe(200);

    clock.advance(1);
    await page.reload();
    await row(page, 'Night shift').getByText('Expired').waitFor();
    expect((await scrape(origin, secret)).status).toBe(401);
    await page.getByRole('button', { name: 'Revoke Night shift' }).waitFor(); // what expired can be revoked all the same
    expect(complaints).toEqual([]);
  },
);
