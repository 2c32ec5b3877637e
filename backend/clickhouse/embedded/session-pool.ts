/** A few sessions behind one queue: a session runs one query at a time, several run side by side. */
export class SessionPoolFull extends Error {}

export interface SessionPool<S> {
  /**
   * Runs `use` with a free session, in the order of arrival. Rejects with LaneFull beyond `maxWaiting`, and with the
   * signal's reason where it is aborted while waiting; what has begun is the business of `use`.
   */
  run<T>(signal: AbortSignal, use: (session: S) => Promise<T>): Promise<T>;
}

export function createSessionPool<S>(sessions: readonly S[], maxWaiting: number): SessionPool<S> {
  const free = [...sessions];
  const waiting: ((session: S) => void)[] = [];

  async function take(signal: AbortSignal): Promise<S> {
    signal.throwIfAborted();
    const session = free.pop();
    if (session !== undefined) return session;
    if (waiting.length >= maxWaiting) throw new SessionPoolFull('Too many queries are waiting.');
    return await new Promise<S>((resolve, reject) => {
      const give = (taken: S) => {
        signal.removeEventListener('abort', leave);
        resolve(taken);
      };
      const leave = () => {
        waiting.splice(waiting.indexOf(give), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', leave, { once: true });
      waiting.push(give);
    });
  }

  function release(session: S) {
    const next = waiting.shift();
    if (next === undefined) free.push(session);
    else next(session);
  }

  return {
    async run(signal, use) {
      const session = await take(signal);
      try {
        return await use(session);
      } finally {
        release(session);
      }
    },
  };
}
