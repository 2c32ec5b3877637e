import { join } from 'node:path';
import { expect } from 'vitest';
import type { Problem } from '../../contract/api.ts';
import { openIdentity } from '../../workbench/server/identity.ts';
import { users } from '../../workbench/server/users.ts';
import { ask } from '../support/http.ts';
import { expectTurnedAway, openTokens, row, throughProxy } from './app.ts';
import { inEachShell, inWorkbench, type Product } from './product.ts';

const changesOf = (id: string) =>
  [
    ['api/tokens', { name: 'Mine' }],
    [`api/tokens/${id}/rename`, { name: 'Mine' }],
    [`api/tokens/${id}/revoke`, {}],
  ] as const;

inEachShell('who is no administrator sees no tokens and changes none: the proxy refuses', async (start) => {
  const { place, shell, browser } = await start({ before: (place) => place.mint('Untouched') });
  const [token] = await place.tokens();
  const changes = changesOf(token?.id ?? '');
  const before = await place.story();

  for (const login of ['vint', 'grace'] as const) {
    const { page } = await shell.enter(browser, login);
    await page.goto(shell.page('integrations'));
    await page.getByText('An external monitoring stack scrapes').waitFor(); // the integrations are for everybody
    await expectTurnedAway(shell, page, 'integrations/prometheus');
    await expectTurnedAway(shell, page, 'integrations/prometheus/');
    expect(await page.getByText('Untouched').count()).toBe(0);
    for (const path of ['api/tokens', 'api//tokens', 'api/tokens/', 'api/audit/export', 'api//audit/export']) {
      expect([403, 404], path).toContain((await throughProxy(shell, page, 'GET', path)).status);
    }
    for (const [path, body] of changes) {
      const answer = await throughProxy(shell, page, 'POST', path, body);
      expect(answer.status).toBe(403);
      expect(answer.text).toContain('plugin proxy route access denied');
    }
  }
  expect(await place.story()).toEqual(before);

  const { page } = await shell.enter(browser, 'ada');
  await openTokens(shell, page);
  await row(page, 'Untouched').getByText('Active').waitFor();
  for (const [path, body] of changes) {
    expect((await throughProxy(shell, page, 'POST', path, body)).status).toBeLessThan(300);
  }
  await page.reload();
  await expect.poll(() => row(page, 'Mine').count()).toBe(2);
});

/** Sends it to the backend itself, with the service credential and an identity that the workbench signed. */
async function pastProxy({ place, shell, credential }: Product, login: string, path: string, body?: object) {
  const identity = await openIdentity(join(place.folder, 'workbench/signing-key.json'), `${shell.origin}/`);
  const user = users.find((one) => one.login === login);
  if (!user) throw new Error(`there is no ${login}`);
  const headers = { authorization: `Bearer ${credential}`, 'x-grafana-id': await identity.sign(user) };
  return ask(`${place.origin}/${path}`, { headers, ...(body && { body }) });
}

inWorkbench('past the proxy, the backend refuses who is no administrator', async (start) => {
  const product = await start({ before: (place) => place.mint('Untouched') });
  const { place } = product;
  const [token] = await place.tokens();
  const changes = changesOf(token?.id ?? '');
  const before = await place.story();
  for (const login of ['vint', 'grace']) {
    expect((await pastProxy(product, login, 'api/tokens')).status).toBe(403);
    for (const [path, body] of changes) {
      const answer = await pastProxy(product, login, path, body);
      expect(answer.status).toBe(403);
      expect(answer.headers['content-type']).toContain('application/problem+json');
      expect((JSON.parse(answer.text) as Problem).code).toBe('forbidden');
    }
  }
  expect(await place.story()).toEqual(before);
  for (const [path, body] of changes) expect((await pastProxy(product, 'ada', path, body)).status).toBeLessThan(300);
});
