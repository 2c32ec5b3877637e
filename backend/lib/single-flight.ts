/** Work that several may wait for at the same time. */
export interface SingleFlight<Result> {
  /** What comes of the work that is under way, or of new work; nothing where it takes longer than this one waits. */
  wait(deadlineMs: number): Promise<Result | undefined>;
  /** Whoever waits gets nothing, and so does whoever comes later. */
  close(): void;
}

export interface Work {
  /** How long the first one waits. */
  readonly deadlineMs: number;
  /** Aborts when nobody waits any more. */
  readonly signal: AbortSignal;
  /** From here on the work cannot be broken off: who comes meanwhile waits for its end, not for the same once more. */
  makeUncancellable(): void;
  /** Whether anybody still waits. */
  isWanted(): boolean;
}

interface Flight<Result> {
  readonly result: Promise<Result>;
  /** Those who wait, each as what sends it away. */
  readonly waiting: Set<() => void>;
  readonly abort: () => void;
}

/** @param work never rejects */
export function createSingleFlight<Result>(work: (work: Work) => Promise<Result>): SingleFlight<Result> {
  let underWay: Flight<Result> | undefined;
  let isClosed = false;

  function begin(deadlineMs: number): Flight<Result> {
    const controller = new AbortController();
    const waiting = new Set<() => void>();
    let isUncancellable = false;
    const forget = () => {
      if (underWay === one) underWay = undefined;
    };
    const one = {
      waiting,
      abort: () => {
        controller.abort();
        if (!isUncancellable) forget();
      },
      result: work({
        deadlineMs,
        signal: controller.signal,
        makeUncancellable: () => (isUncancellable = true),
        isWanted: () => waiting.size > 0,
      }),
    };
    void one.result.then(forget);
    return one;
  }

  return {
    async wait(deadlineMs) {
      if (isClosed) return undefined;
      const { result, waiting, abort } = (underWay ??= begin(deadlineMs));
      let leave: () => void = () => undefined;
      const left = new Promise<undefined>((resolve) => (leave = () => resolve(undefined)));
      waiting.add(leave);
      const timer = setTimeout(leave, deadlineMs);
      try {
        return await Promise.race([result, left]);
      } finally {
        clearTimeout(timer);
        waiting.delete(leave);
        if (waiting.size === 0) abort();
      }
    },
    close() {
      isClosed = true;
      underWay?.waiting.forEach((leave) => leave());
    },
  };
}
