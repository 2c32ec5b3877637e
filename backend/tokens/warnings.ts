import type { TokenConcern, TokenStatus } from '../../contract/tokens.ts';
import { TOKEN_EXPIRES_SOON_SECONDS } from '../../contract/limits.ts';
import type { ScrapeTokenRow, TokenObservationRow } from '../database/schema.ts';
import { FEW_INTERVALS } from './usage/consumers.ts';

/** Shorter than this, in milliseconds, nothing is called silence: ten minutes. */
export const SHORTEST_SILENCE_MS = 10 * 60 * 1000;
const KNOCKS_FOR_MS = 24 * 3600 * 1000;

export interface Seen {
  readonly token: ScrapeTokenRow;
  readonly status: TokenStatus;
  readonly observation: TokenObservationRow | undefined;
  /** How long nobody came with the token while the backend served, in milliseconds. */
  readonly silentMs: number;
}

/** What an administrator should look at. */
export function concernsOf({ token, status, observation, silentMs }: Seen, now: number): TokenConcern[] {
  const usual = observation?.usual_ms ?? null;
  const patience = Math.max(SHORTEST_SILENCE_MS, FEW_INTERVALS * (usual ?? 0));
  if (status !== 'active') return knocks(observation, now) ? ['knocking'] : [];
  const concerns: TokenConcern[] = [];
  if (token.expires_at !== null && token.expires_at - now <= TOKEN_EXPIRES_SOON_SECONDS * 1000) {
    concerns.push('expires_soon');
  }
  const sharedAt = observation?.shared_at ?? null;
  if (sharedAt !== null && now - sharedAt <= patience) concerns.push('shared');
  // A token that has been replaced is meant to fall silent.
  if (usual !== null && token.successor_id === null && silentMs > patience) concerns.push('silent');
  return concerns;
}

function knocks(observation: TokenObservationRow | undefined, now: number): boolean {
  const at = observation?.knock_at ?? null;
  return at !== null && now - at <= KNOCKS_FOR_MS;
}
