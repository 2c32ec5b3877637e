import type { Logger } from './logger.ts';

export interface ShutdownStep {
  /** As the log calls it. */
  readonly name: string;
  /** Milliseconds after which the next step begins all the same. */
  readonly limitMs: number;
  run(): Promise<unknown>;
}

/**
 * Goes through the steps in their order, whatever becomes of each: one that fails or takes too long is logged.
 * @throws what the first one that failed threw, after the last
 */
export async function shutDown(steps: readonly ShutdownStep[], logger: Logger): Promise<void> {
  const failures: { readonly error: unknown }[] = [];
  for (const { name: step, limitMs, run } of steps) {
    const startedAt = performance.now();
    try {
      const isDone = await withLimit(run(), limitMs);
      if (isDone) logger.info({ step, ms: Math.round(performance.now() - startedAt) }, 'shutdown step done');
      else logger.warn({ step, limitMs }, 'shutdown step takes too long; the next one begins');
    } catch (error) {
      logger.error({ step, err: error }, 'shutdown step failed');
      failures.push({ error });
    }
  }
  const [first] = failures;
  if (first) throw first.error;
}

/** @returns whether it was done within the limit */
async function withLimit(work: Promise<unknown>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
