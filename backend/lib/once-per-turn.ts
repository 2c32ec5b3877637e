/**
 * Lets all who ask for the same in one turn of the event loop share one piece of work. It begins when the turn ends, so that
 * nobody gets what was so before they asked.
 */
export function oncePerTurn<Key, Result>(work: (key: Key) => Promise<Result>): (key: Key) => Promise<Result> {
  const asked = new Map<Key, Promise<Result>>();

  function begin(key: Key, resolve: (result: Promise<Result>) => void): void {
    asked.delete(key);
    resolve(work(key));
  }

  return (key) => {
    const known = asked.get(key);
    if (known) return known;
    const result = new Promise<Result>((resolve) => setImmediate(begin, key, resolve));
    asked.set(key, result);
    return result;
  };
}
