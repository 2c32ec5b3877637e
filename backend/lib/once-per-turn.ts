/**
 * Lets all who ask in one turn of the event loop share one piece of work. It begins when the turn ends, so that nobody gets
 * what was so before they asked.
 */
export function oncePerTurn<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let next: Promise<Result> | undefined;

  function begin(resolve: (result: Promise<Result>) => void): void {
    next = undefined;
    resolve(work());
  }

  return () => (next ??= new Promise<Result>((resolve) => setImmediate(begin, resolve)));
}
