import type { Journal } from './journal.ts';

/** How long a commit that nobody waits for may wait for others, in milliseconds. */
const LAZY_MS = 100;

/**
 * One disk flush for all who want to commit at about the same time: a flush takes milliseconds, what is in it
 * microseconds. What one of them throws fails that one alone.
 */
export interface Commits {
  /** Resolves once the disk has it. */
  commit<Result>(work: () => Result): Promise<Result>;
  /** The same, with the next commit of somebody else: for what may be lost, because it can be found out again. */
  commitLazily<Result>(work: () => Result): Promise<Result>;
  /** Commits what is waiting, now. */
  flush(): void;
}

interface Waiting {
  run(): void;
  settle(): void;
  fail(error: unknown): void;
}

export function groupCommits(journal: Pick<Journal, 'transaction'>): Commits {
  let waiting: Waiting[] = [];
  let soon: NodeJS.Immediate | undefined;
  let later: NodeJS.Timeout | undefined;

  function flush(): void {
    clearImmediate(soon);
    clearTimeout(later);
    soon = later = undefined;
    const group = waiting;
    waiting = [];
    if (group.length === 0) return;
    try {
      journal.transaction(() => {
        for (const one of group) one.run();
      });
    } catch (error) {
      for (const one of group) one.fail(error);
      return;
    }
    for (const one of group) one.settle();
  }

  function enqueue<Result>(work: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      let settle: () => void = () => undefined;
      waiting.push({
        run() {
          try {
            const result = journal.transaction(work);
            settle = () => resolve(result);
          } catch (error) {
            settle = reject.bind(undefined, error);
          }
        },
        settle: () => settle(),
        fail: reject,
      });
    });
  }

  return {
    flush,
    commit(work) {
      soon ??= setImmediate(flush);
      return enqueue(work);
    },
    commitLazily(work) {
      if (!soon) later ??= setTimeout(flush, LAZY_MS);
      return enqueue(work);
    },
  };
}
