import type { CredentialRow } from '../database/schema.ts';
import type { Clock } from '../lib/clock.ts';

/**
 * The life of credentials by the monotonic clock. However far the wall clock is set back, none lives on for longer than it was
 * issued for, from when this process saw it first. Kept in memory: a restart counts anew.
 */
export interface Lives {
  seen(credential: Pick<CredentialRow, 'id'>): void;
  isOver(credential: Pick<CredentialRow, 'id' | 'created_at' | 'expires_at'>): boolean;
}

export function createLives(clock: Pick<Clock, 'monotonic'>): Lives {
  const firstSeen = new Map<string, number>();
  return {
    seen({ id }) {
      if (!firstSeen.has(id)) firstSeen.set(id, clock.monotonic());
    },
    isOver({ id, created_at, expires_at }) {
      const since = firstSeen.get(id);
      return since !== undefined && clock.monotonic() - since >= expires_at - created_at;
    },
  };
}
