/** The embedded ClickHouse as the backend sees it: a process that is started, watched and restarted. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../logger.ts';
import { launch, type EmbeddedEndpoint, type Exit, type LaunchOptions, type Running } from './launch.ts';

export { EmbeddedUnavailable, type EmbeddedEndpoint } from './launch.ts';

export interface EmbeddedClickHouse {
  /** Where it answers now, and to whom; another object after each restart; nothing while it is away. */
  endpoint(): EmbeddedEndpoint | undefined;
  pid(): number | undefined;
  /** Lets what runs come to its end, then ends the process: within 5 seconds. Does not throw. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions extends LaunchOptions {
  readonly logger: Logger;
  /** Told each time that it ended without having been asked to. */
  readonly onExit?: (exit: Exit) => void;
  /** The wait before the n-th attempt (from 1) to start it again. */
  readonly backoffMs?: (attempt: number) => number;
}

const STEADY_MS = 60_000;
const exponential = (attempt: number) => Math.min(200 * 2 ** (attempt - 1), 30_000);

/** @throws EmbeddedUnavailable where the first start fails. Later it is restarted for as long as it takes. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedClickHouse> {
  const { logger, backoffMs = exponential } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Running | undefined = await launch(options);
  const watching = watch(running);

  async function watch(first: Running): Promise<void> {
    let current: Running | undefined = first;
    let attempt = 0;
    while (current !== undefined) {
      running = current;
      const startedAt = performance.now();
      const exit = await current.exited;
      running = undefined;
      if (signal.aborted) return;
      if (performance.now() - startedAt > STEADY_MS) attempt = 0;
      logger.warn({ pid: current.pid, ...exit }, 'the embedded ClickHouse ended; it is started again');
      options.onExit?.(exit);
      do {
        attempt += 1;
        current = await relaunch(attempt);
      } while (current === undefined && !stopping.signal.aborted);
    }
  }

  /** Nothing where the attempt failed, or where it is to stop meanwhile. */
  async function relaunch(attempt: number): Promise<Running | undefined> {
    try {
      await pause(backoffMs(attempt), undefined, { signal });
      const launched = await launch(options);
      if (!signal.aborted) return launched;
      await launched.end();
    } catch (error) {
      if (!signal.aborted)
        logger.error({ attempt, reason: (error as Error).message }, 'the embedded ClickHouse did not start');
    }
    return undefined;
  }

  return {
    endpoint: () => running?.endpoint,
    pid: () => running?.pid,
    async stop() {
      stopping.abort();
      await running?.end();
      await watching;
    },
  };
}
