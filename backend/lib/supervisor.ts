import type { Backoff } from './backoff.ts';
import type { Logger } from './logger.ts';
import { createOutageLog } from './outage-log.ts';

/** Something that may end by itself, such as a process or a thread: it is started again until it is stopped. */
export interface Supervisor<Instance> {
  /** What runs; nothing while it is down. */
  current(): Instance | undefined;
  /** Ends it and starts no other. Resolves when nothing of it runs any more. */
  stop(): Promise<void>;
}

export interface SupervisorOptions<Instance, Exit> {
  /** The subject of its log lines: `NAME did not start`, and later `NAME runs again`. */
  readonly name: string;
  /** @throws Error whose message may stand in the log; then nothing of it is running. */
  readonly start: () => Promise<Instance>;
  readonly exited: (instance: Instance) => Promise<Exit>;
  readonly end: (instance: Instance) => Promise<void>;
  /** Called each time that it ended by itself. */
  readonly onExit: (instance: Instance, exit: Exit) => void;
  /** The wait before the n-th start in a row. */
  readonly backoffMs: Backoff;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/** After so long without an end, the next one is a first one again, in milliseconds. */
const STEADY_MS = 60_000;

/** Starts it. @throws what the first start throws; later it is tried again for as long as it takes. */
export async function supervise<Instance, Exit>(
  options: SupervisorOptions<Instance, Exit>,
): Promise<Supervisor<Instance>> {
  const { name, start, exited, end, onExit, backoffMs, logger } = options;
  const outage = createOutageLog({ logger, failing: `${name} did not start`, recovered: `${name} runs again` });
  const stopping = new AbortController();
  const isStopping = () => stopping.signal.aborted;
  let interrupt: () => void = () => undefined;
  let current: Instance | undefined = await start();
  const watching = watch(current);

  async function watch(first: Instance): Promise<void> {
    let instance: Instance | undefined = first;
    let attempt = 0;
    while (instance !== undefined) {
      current = instance;
      const startedAt = performance.now();
      const exit = await exited(instance);
      current = undefined;
      if (isStopping()) return;
      onExit(instance, exit);
      if (performance.now() - startedAt > STEADY_MS) attempt = 0;
      instance = undefined;
      while (instance === undefined && !isStopping()) instance = await startAgain(++attempt);
    }
  }

  /** Nothing where it failed, or is to stop meanwhile. */
  async function startAgain(attempt: number): Promise<Instance | undefined> {
    try {
      await wait(backoffMs(attempt));
      if (isStopping()) return undefined;
      const started = await start();
      if (!isStopping()) {
        outage.succeeded();
        return started;
      }
      await end(started);
    } catch (error) {
      if (!isStopping()) outage.failed({ reason: (error as Error).message });
    }
    return undefined;
  }

  function wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      interrupt = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  return {
    current: () => current,
    async stop() {
      stopping.abort();
      interrupt();
      if (current !== undefined) await end(current);
      await watching;
    },
  };
}
