import { describe, expect, test } from 'vitest';
import { bearer, testApp } from '../support/app.ts';
import { everyCaller, expected, meets, send } from '../support/callers.ts';

describe('with the integration off', () => {
  const off = { prometheus: { enabled: false } };

  test('the scrape route does not exist, and every other route keeps the tables', async () => {
    const { t, callers, routes } = await everyCaller(off);
    expect(routes.filter(({ scrape }) => scrape)).toEqual([]);
    for (const caller of callers) {
      for (const method of ['GET', 'HEAD'] as const) {
        const answer = await t.app.inject({ method, url: '/api/metrics/prometheus', headers: caller.headers });
        expect(answer.statusCode, caller.name).toBe(404);
      }
      for (const route of routes) {
        const { statusCode } = await send(t, route, caller);
        expect(meets(statusCode, expected(route, caller)), `${route.url}, ${caller.name}: ${statusCode}`).toBe(true);
      }
    }
  });

  test('tokens can still be minted, reviewed and revoked, and the integration says that it is disabled', async () => {
    const t = await testApp({ settings: off });
    const headers = bearer(await t.jwt('admin'));
    const minted = await t.app.inject({ method: 'POST', url: '/api/tokens', headers, payload: { name: 'for later' } });
    expect(minted.statusCode).toBe(201);
    const { id } = minted.json<{ token: { id: string } }>().token;
    expect((await t.app.inject({ url: '/api/tokens', headers })).json()).toMatchObject({ total: 1, items: [{ id }] });
    const revoked = await t.app.inject({ method: 'POST', url: `/api/tokens/${id}/revoke`, headers });
    expect(revoked.json()).toMatchObject({ token: { status: 'revoked' } });
    expect((await t.app.inject({ url: '/api/integrations', headers })).json()).toEqual([
      {
        id: 'prometheus',
        name: 'Prometheus',
        status: 'disabled',
        path: '/api/metrics/prometheus',
        activeTokens: 0,
        lastScrapeAt: null,
        authentication: ['bearer'],
        openTo: [],
        maxTokenLifetimeDays: null,
        publicUrl: null,
      },
    ]);
    const on = await testApp({
      settings: { prometheus: { enabled: true }, server: { public_url: 'https://appliance/' } },
    });
    const enabled = await on.app.inject({ url: '/api/integrations', headers: bearer(await on.jwt('viewer')) });
    expect(enabled.json()).toMatchObject([{ id: 'prometheus', status: 'enabled', publicUrl: 'https://appliance' }]);
  });
});
