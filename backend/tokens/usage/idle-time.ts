/** Shorter than this, in milliseconds, no token counts as idle: ten minutes. */
export const SHORTEST_IDLE_MS = 10 * 60 * 1000;

/**
 * How long tokens have not been used, counted only while scrapes could be answered: time that the backend was down, stood
 * still or could not ask its database is no token's idle time. After a restart it counts again from zero.
 */
export interface IdleTime {
  /** So many milliseconds of a monotonic clock have passed, in which scrapes were answered. */
  served(ms: number): void;
  /** Somebody came with the token. */
  seen(id: string): void;
  /** Milliseconds that the token has certainly been idle for. */
  of(id: string): number;
}

export function createIdleTime(): IdleTime {
  let total = 0;
  const seenAt = new Map<string, number>();
  /** Seen since time was last counted; nobody knows when exactly, so none of that time is idle. */
  const fresh = new Set<string>();
  return {
    served(ms) {
      total += ms;
      for (const id of fresh) seenAt.set(id, total);
      fresh.clear();
    },
    seen: (id) => void fresh.add(id),
    of: (id) => (fresh.has(id) ? 0 : total - (seenAt.get(id) ?? 0)),
  };
}
