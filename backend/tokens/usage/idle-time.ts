/**
 * How long tokens have been silent, counted only while scrapes could be answered: time that the backend was down,
 * stood still or could not ask its database is nobody's silence. After a restart it counts again from zero.
 */
export interface Silence {
  /** So many milliseconds of a monotonic clock have passed, in which scrapes were answered. */
  served(ms: number): void;
  /** Somebody came with the token. */
  seen(id: string): void;
  /** Milliseconds that the token has certainly been silent for. */
  of(id: string): number;
}

export function createSilence(): Silence {
  let total = 0;
  const seenAt = new Map<string, number>();
  /** Seen since time was last counted; nobody knows when exactly, so none of that time is silence. */
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
