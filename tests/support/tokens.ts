import type { LightMyRequestResponse } from 'fastify';
import { silentLogger } from '../../backend/lib/logger.ts';
import { createTokenMaintenance, type TokenMaintenance } from '../../backend/tokens/maintenance.ts';
import type { Scrape } from '../../backend/tokens/usage/usage.ts';
import type { RotatedToken, TokenConsumers, TokenRotation } from '../../contract/api.ts';
import { bearer, type TestApp } from './app.ts';

export const MINUTE = 60_000;
/** As late as maintenance may run and still count as served. */
export const TICK = 15_000;

/** A scrape that was answered, as the scrape route tells of it. */
export function scrapeFrom(ip: string, userAgent: string | null = 'Prometheus/3.0'): Scrape {
  return { ip, userAgent, format: 'text/plain; version=0.0.4; charset=utf-8', durationMs: 2 };
}

/** A scrape over HTTP. Gives its status. */
export async function scrape(
  { app }: Pick<TestApp, 'app'>,
  secret: string,
  { ip = '192.0.2.1', userAgent = 'Prometheus/3.0' } = {},
): Promise<number> {
  const headers = { ...bearer(secret), 'user-agent': userAgent };
  const { statusCode } = await app.inject({ url: '/api/metrics/prometheus', headers, remoteAddress: ip });
  return statusCode;
}

/** Who looks after the tokens of an application, as in the server. */
export function testMaintenance({
  services,
  config,
  clock,
}: Pick<TestApp, 'services' | 'config' | 'clock'>): TokenMaintenance {
  return createTokenMaintenance({
    tokens: services.tokens,
    serves: config.prometheus.enabled,
    clock,
    logger: silentLogger,
  });
}

/** Lets time go by, in which maintenance runs. */
export async function pass(
  { clock }: Pick<TestApp, 'clock'>,
  maintenance: TokenMaintenance,
  ms: number,
): Promise<void> {
  for (let left = ms; left > 0; left -= TICK) {
    clock.advance(Math.min(left, TICK));
    await maintenance.run();
  }
}

/** The API's token routes, called by an administrator. */
export async function tokenApi(t: TestApp) {
  const headers = bearer(await t.jwt('admin'));
  const get = async <Body>(path: string) => (await t.app.inject({ url: `/api/tokens${path}`, headers })).json<Body>();
  const post = (path: string, payload: object): Promise<LightMyRequestResponse> =>
    t.app.inject({ method: 'POST', url: `/api/tokens${path}`, headers, payload });
  return {
    post,
    rotate: async (id: string, payload: object = {}) => (await post(`/${id}/rotate`, payload)).json<RotatedToken>(),
    rotation: (id: string) => get<TokenRotation>(`/${id}/rotation`),
    consumers: (id: string) => get<TokenConsumers>(`/${id}/consumers`),
  };
}

/** What the audit log tells, oldest first, from the given event on. */
export async function story({ services }: Pick<TestApp, 'services'>, from = 0) {
  const { items } = await services.audit.list({ limit: 200 });
  return items.reverse().slice(from);
}
