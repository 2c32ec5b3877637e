/**
 * Lets all who ask for the same before it begins share one piece of work, so that nobody gets what was so before they asked.
 * @param later when it begins: `setImmediate` when the event loop has read all that came in this turn, `process.nextTick`
 * when those who were told something together have all asked
 */
export function shareWork<Key, Result>(
  later: (begin: () => void) => void,
  work: (key: Key) => Promise<Result>,
): (key: Key) => Promise<Result> {
  const asked = new Map<Key, Promise<Result>>();
  return (key) => {
    const known = asked.get(key);
    if (known) return known;
    const result = new Promise<Result>((resolve) =>
      later(() => {
        asked.delete(key);
        resolve(work(key));
      }),
    );
    asked.set(key, result);
    return result;
  };
}
