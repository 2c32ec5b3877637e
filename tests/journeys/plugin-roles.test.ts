import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Problem } from '../../contract/api.ts';
import { openIdentity } from '../../workbench/server/identity.ts';
import { users } from '../../workbench/server/users.ts';
import { ask } from '../support/http.ts';
import { testWith } from '../tools.ts';
import { sharedBrowser } from './browser.ts';
import { openTokens, row, signIn, startProduct, type Product } from './plugin-product.ts';

const visit = sharedBrowser();

/** Sends what the page would send, with the session of whoever is signed in. */
function throughProxy(page: Page, method: string, path: string, body?: object) {
  return page.evaluate(
    async ([method, path, body]) => {
      const headers = { 'content-type': 'application/json' };
      const init = { method, ...(body !== undefined && { headers, body }) };
      const answer = await fetch(`/api/plugin-proxy/appliance-vitals-app/${path}`, init);
      return { status: answer.status, text: await answer.text() };
    },
    [method, path, body && JSON.stringify(body)] as const,
  );
}

/** Sends it to the backend itself, with the service credential and an identity that the workbench signed. */
async function pastProxy({ place, workbench, credential }: Product, login: string, path: string, body?: object) {
  const identity = await openIdentity(join(place.folder, 'workbench/signing-key.json'), workbench.trust.issuer);
  const user = users.find((one) => one.login === login);
  if (!user) throw new Error(`there is no ${login}`);
  const headers = { authorization: `Bearer ${credential}`, 'x-grafana-id': await identity.sign(user) };
  return ask(`${place.origin}/${path}`, { headers, ...(body && { body }) });
}

const denied = { status: 403, text: '{"message":"plugin proxy route access denied"}' };

testWith(
  'chromium',
  'who is no administrator sees no tokens and changes none: the proxy refuses, and past the proxy the backend does',
  async ({ chromium }) => {
    const product = await startProduct({ before: (place) => place.mint('Untouched') });
    const { place, workbench } = product;
    const { page } = await visit(chromium, workbench.link);
    const [token] = await place.tokens();
    const id = token?.id ?? '';
    const changes = [
      ['api/tokens', { name: 'Mine' }],
      [`api/tokens/${id}/rename`, { name: 'Mine' }],
      [`api/tokens/${id}/revoke`, {}],
    ] as const;
    const before = await place.story();

    for (const [who, login] of [
      ['Vint Cerf (Viewer)', 'vint'],
      ['Grace Hopper (Editor)', 'grace'],
    ] as const) {
      await signIn(page, who);
      const menu = page.getByRole('navigation', { name: 'Main menu' }).getByRole('listitem');
      await expect
        .poll(() => menu.allInnerTexts())
        .toEqual([expect.stringContaining('Integrations'), expect.stringContaining('Alarms')]);
      await page.getByText('An external monitoring stack scrapes').waitFor(); // the integrations are for everybody
      // Grafana compares addresses letter by letter; what gets past it is refused by the proxy.
      await page.goto(`${workbench.origin}/a/appliance-vitals-app/integrations/prometheus/`);
      await page.getByText('Your role in Grafana does not allow this.').waitFor();
      expect(await page.getByText('Untouched').count()).toBe(0);

      expect(await throughProxy(page, 'GET', 'api/tokens')).toEqual(denied);
      expect((await pastProxy(product, login, 'api/tokens')).status).toBe(403);
      for (const [path, body] of changes) {
        expect(await throughProxy(page, 'POST', path, body)).toEqual(denied);
        const answer = await pastProxy(product, login, path, body);
        expect(answer.status).toBe(403);
        expect(answer.headers['content-type']).toContain('application/problem+json');
        expect((JSON.parse(answer.text) as Problem).code).toBe('forbidden');
      }
      await page.goto(`${workbench.origin}/a/appliance-vitals-app/integrations`);
    }
    expect(await place.story()).toEqual(before);

    await signIn(page, 'Ada Lovelace (Admin)');
    await openTokens(page);
    await row(page, 'Untouched').getByText('Active').waitFor();
    for (const [path, body] of changes) expect((await pastProxy(product, 'ada', path, body)).status).toBeLessThan(300);
    await page.reload();
    await expect.poll(() => row(page, 'Mine').count()).toBe(2);
  },
);
