import { expect } from 'vitest';
import type { IdentityHeaders } from '../../backend/auth/headers.ts';
import { createIdentityVerifier } from '../../backend/auth/grafana-identity.ts';
import type { GrafanaUser } from '../../backend/auth/grafana-context.ts';
import { createLogLimit, type LogLimit } from '../../backend/lib/log-limit.ts';
import { createLogger } from '../../backend/lib/logger.ts';
import { fakeClock } from './clock.ts';
import { ISSUER, keyServer, ORG_ID, signingKey, type KeyServer, type SigningKey } from './jwks.ts';

/** The time of a file's tests about Grafana. It only moves on. */
export const clock = fakeClock();

export interface Grafana {
  readonly key: SigningKey;
  readonly server: KeyServer;
  verify(...id: string[]): Promise<GrafanaUser>;
  verifyHeaders(headers: IdentityHeaders): Promise<GrafanaUser>;
  /** Every line that was logged, as text. */
  logged(): string;
}

/** Warnings into a list instead of a log. */
export function silentLimit(): { logLimit: LogLimit; logged: () => string } {
  const lines: string[] = [];
  const logger = createLogger({ write: (line: string) => void lines.push(line) });
  return { logLimit: createLogLimit(logger, clock), logged: () => lines.join('') };
}

/** A Grafana that publishes one key, and a backend that believes it, or whatever answers at another URL. */
export async function grafana(jwksUrl?: string): Promise<Grafana> {
  const key = await signingKey('first');
  const server = await keyServer(key);
  const settings = { jwks_url: jwksUrl ?? server.url, issuer: ISSUER, org_id: ORG_ID, trust_context: false };
  const { logLimit, logged } = silentLimit();
  const verify = createIdentityVerifier({ settings, clock, logLimit });
  return { key, server, logged, verifyHeaders: verify, verify: (...id) => verify({ id, context: [] }) };
}

export const rejected = (detail: RegExp | string = /./): object => ({
  code: 'identity_not_verified',
  status: 403,
  detail: expect.stringMatching(detail),
});
