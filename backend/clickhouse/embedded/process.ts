/** The embedded ClickHouse as the backend sees it: a process that is started, watched and restarted. */
import { createBackoff, type Backoff } from '../../lib/backoff.ts';
import type { Logger } from '../../lib/logger.ts';
import { supervise } from '../../lib/supervisor.ts';
import { launch, type EmbeddedEndpoint, type Exit, type LaunchOptions } from './launch.ts';

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
  /** Called each time that it ended without having been asked to. */
  readonly onExit?: (exit: Exit) => void;
  /** The waits before it is started again. */
  readonly backoffMs?: Backoff;
}

const defaultBackoff = createBackoff({ firstMs: 200, longestMs: 30_000, jitter: 0 });

/** @throws EmbeddedUnavailable where the first start fails. Later it is restarted for as long as it takes. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedClickHouse> {
  const { logger, onExit, backoffMs = defaultBackoff } = options;
  const supervisor = await supervise({
    name: 'the embedded ClickHouse',
    start: () => launch(options),
    exited: (running) => running.exited,
    end: (running) => running.end(),
    onExit({ pid }, exit) {
      logger.warn({ pid, ...exit }, 'the embedded ClickHouse ended; it is started again');
      onExit?.(exit);
    },
    backoffMs,
    logger,
  });
  return {
    endpoint: () => supervisor.current()?.endpoint,
    pid: () => supervisor.current()?.pid,
    stop: () => supervisor.stop(),
  };
}
