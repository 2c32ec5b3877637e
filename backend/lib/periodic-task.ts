import { systemClock, type Clock } from './clock.ts';
import type { Logger } from './logger.ts';
import { createOutageLog } from './outage-log.ts';

/** Work that is done again and again, one run at a time. */
export interface PeriodicTask {
  /** The first run comes after `firstDelayMs`. */
  start(): void;
  /** Runs at once, or once more right after the run under way, and starts the task. Resolves when that run has ended; never rejects. */
  runNow(): Promise<void>;
  /** No run begins any more, and `signal` is aborted. Resolves when the run under way has ended. */
  stop(): Promise<void>;
}

export interface PeriodicTaskOptions {
  /** The subject of its log lines: `NAME failed`, and later `NAME works again`. */
  readonly name: string;
  /**
   * One run. It may return in how many milliseconds the next one is due, counted from its end.
   * @param signal aborted when the task is stopped
   */
  readonly run: (signal: AbortSignal) => Promise<number | void>; // eslint-disable-line @typescript-eslint/no-invalid-void-type -- most return nothing
  /** Milliseconds from the start of a run to the start of the next. A run that takes longer is followed at once. */
  readonly intervalMs: number;
  /** Milliseconds; as `intervalMs` unless given. */
  readonly firstDelayMs?: number;
  /** How long to wait after so many failures in a row (from 1), in milliseconds; as after a success unless given. */
  readonly retryMs?: (failures: number) => number;
  /** The share of each wait, from 0 to 1, that chance may take off. None unless given. */
  readonly jitter?: number;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** The level of a failure; `error` unless given. */
  readonly level?: 'warn' | 'error';
  /** What of an error stands in the log; the error itself unless given. */
  readonly errorDetails?: (error: unknown) => Record<string, unknown>;
  /** What stands in every line. */
  readonly about?: Record<string, unknown>;
  readonly clock?: Pick<Clock, 'monotonic'>;
}

/** Its timer does not keep the process alive. */
export function createPeriodicTask(options: PeriodicTaskOptions): PeriodicTask {
  const { name, run, intervalMs, firstDelayMs = intervalMs, retryMs, jitter = 0, clock = systemClock } = options;
  const { logger, level = 'error', about = {}, errorDetails = (error: unknown) => ({ err: error }) } = options;
  const monotonic = () => clock.monotonic();
  const messages = { failing: `${name} failed`, recovered: `${name} works again` };
  const outage = createOutageLog({ logger, level, about, monotonic, ...messages });
  const stopping = new AbortController();
  const { signal } = stopping;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  /** The run that was asked for while another one was under way. */
  let following: Promise<void> | undefined;
  let failures = 0;

  /** One run. @returns when the next one is due, in milliseconds */
  async function runOnce(): Promise<number> {
    const startedAt = monotonic();
    const rest = () => Math.max(0, startedAt + intervalMs - monotonic());
    try {
      const nextMs = await run(signal);
      failures = 0;
      outage.succeeded();
      return typeof nextMs === 'number' ? nextMs : rest();
    } catch (error) {
      failures += 1;
      outage.failed(errorDetails(error));
      return retryMs?.(failures) ?? rest();
    }
  }

  function begin(): Promise<void> {
    clearTimeout(timer);
    running = runOnce().then((nextMs) => {
      running = undefined;
      schedule(nextMs);
    });
    return running;
  }

  function schedule(ms: number): void {
    clearTimeout(timer);
    if (!signal.aborted) timer = setTimeout(() => void begin(), ms * (1 - jitter * Math.random())).unref();
  }

  return {
    start() {
      if (!running) schedule(firstDelayMs);
    },
    runNow() {
      if (signal.aborted) return running ?? Promise.resolve();
      if (!running) return begin();
      following ??= running.then(() => {
        following = undefined;
        return signal.aborted ? undefined : (running ?? begin());
      });
      return following;
    },
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
