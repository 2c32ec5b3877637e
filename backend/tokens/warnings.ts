import { TOKEN_EXPIRES_SOON_SECONDS } from '../../contract/limits.ts';
import type { TokenStatus, TokenWarning } from '../../contract/tokens.ts';
import type { ScrapeTokenRow, TokenObservationRow } from '../database/schema.ts';
import { FEW_INTERVALS } from './usage/consumers.ts';
import { SHORTEST_IDLE_MS } from './usage/idle-time.ts';

const USED_AFTER_END_MS = 24 * 3600 * 1000;

export interface Observed {
  readonly token: ScrapeTokenRow;
  readonly status: TokenStatus;
  readonly observation: TokenObservationRow | undefined;
  /** How long nobody came with the token while the backend served, in milliseconds. */
  readonly idleMs: number;
}

/** What an administrator should look at. */
export function warningsOf({ token, status, observation, idleMs }: Observed, now: number): TokenWarning[] {
  if (status !== 'active') return isUsedAfterEnd(observation, now) ? ['knocking'] : [];
  const usual = observation?.usual_ms ?? null;
  const patience = Math.max(SHORTEST_IDLE_MS, FEW_INTERVALS * (usual ?? 0));
  const warnings: TokenWarning[] = [];
  if (token.expires_at !== null && token.expires_at - now <= TOKEN_EXPIRES_SOON_SECONDS * 1000) {
    warnings.push('expires_soon');
  }
  const sharedAt = observation?.shared_at ?? null;
  if (sharedAt !== null && isWithin(patience, sharedAt, now)) warnings.push('shared');
  // A token that has been replaced is meant to be idle.
  if (usual !== null && token.successor_id === null && idleMs > patience) warnings.push('silent');
  return warnings;
}

/** Whether somebody still tried it of late. */
function isUsedAfterEnd(observation: TokenObservationRow | undefined, now: number): boolean {
  const at = observation?.knock_at ?? null;
  return at !== null && isWithin(USED_AFTER_END_MS, at, now);
}

/** In either direction: what lies ahead came from a clock that was wrong, and is not of late for as long as it was. */
function isWithin(ms: number, at: number, now: number): boolean {
  return Math.abs(now - at) <= ms;
}
