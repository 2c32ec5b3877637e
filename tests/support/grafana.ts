import { afterEach, beforeEach, expect, vi } from 'vitest';
import { createIdentityVerifier, type GrafanaUser } from '../../backend/auth/grafana-identity.ts';
import { fakeClock } from './clock.ts';
import { ISSUER, keyServer, ORG_ID, signingKey, type KeyServer, type SigningKey } from './jwks.ts';

/** The time of a file's tests about Grafana. It only moves on. */
export const clock = fakeClock();

/** Makes `Date` follow that clock too, by which the cache of the key set goes. */
export function followClock(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: clock.now() });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

export function wait(ms: number): void {
  clock.advance(ms);
  vi.setSystemTime(clock.now());
}

export interface Grafana {
  readonly key: SigningKey;
  readonly server: KeyServer;
  verify(...id: string[]): Promise<GrafanaUser>;
}

/** A Grafana that publishes one key, and a backend that believes it. */
export async function grafana(): Promise<Grafana> {
  const key = await signingKey('first');
  const server = await keyServer(key);
  const settings = { jwks_url: server.url, issuer: ISSUER, org_id: ORG_ID, trust_context: false };
  const verify = createIdentityVerifier(settings, clock);
  return { key, server, verify: (...id) => verify({ id, context: [] }) };
}

export const refused = (detail: RegExp | string = /./): object => ({
  code: 'identity_not_verified',
  status: 403,
  detail: expect.stringMatching(detail),
});
