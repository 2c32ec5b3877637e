import { createBackoff, type Backoff } from '../lib/backoff.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { createOutageLog } from '../lib/outage-log.ts';
import { createPeriodicTask } from '../lib/periodic-task.ts';

/** An insert whose members and token are on disk and never change. */
export interface SealedInsert {
  /** The deduplication token: sent again, it is written once. */
  readonly id: string;
  readonly rows: number;
}

/** Where a stream's inserts come from, and who hears what became of them. */
export interface InsertSource<Insert extends SealedInsert> {
  readonly stream: string;
  readonly table: string;
  /** Inserts sent at a time. */
  readonly concurrency: number;
  /** The next insert that is not `inFlight`; or in how many milliseconds to ask again, unless woken before. */
  next(inFlight: readonly string[]): Promise<Insert | number>;
  /** Its rows as JSON lines, read while they are sent. */
  content(insert: Insert): AsyncIterable<Buffer>;
  /** It is in ClickHouse. */
  acknowledge(insert: Insert): Promise<void>;
  /** It was rejected permanently: replaces it by two halves, or puts a single row into quarantine. */
  reject(insert: Insert): Promise<void>;
}

export interface InserterOptions {
  /** Nothing is inserted before this resolves. */
  readonly ready: Promise<void>;
  readonly insert: (
    table: string,
    rows: AsyncIterable<Buffer>,
    options: { token: string; signal: AbortSignal },
  ) => Promise<void>;
  /** Whether ClickHouse will never take these rows. */
  readonly isPermanent: (error: unknown) => boolean;
  /** An error's name or code, never its content. */
  readonly label: (error: unknown) => string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** An insert was written, in so many seconds. */
  readonly onInserted: (seconds: number) => void;
  /** An attempt failed. */
  readonly onFailed: (stream: string) => void;
  /** The waits after failures that may pass. */
  readonly backoffMs?: Backoff;
}

export interface Inserter {
  /** There may be something to do. A wait after a failure is not cut short by it. */
  wake(): void;
  /** Ends after the attempts under way, which are given up if they take too long; they are made again after the next start. */
  stop(): Promise<void>;
}

/** How long an attempt may go on once the inserter is to stop, in milliseconds. */
const STOP_GRACE_MS = 1_000;
const defaultBackoff = createBackoff({ firstMs: 250, longestMs: 10_000 });

/** Sends one stream's inserts, each again and again under the same token until it is in ClickHouse. */
export function startInserter<Insert extends SealedInsert>(
  source: InsertSource<Insert>,
  options: InserterOptions,
): Inserter {
  const { ready, insert, isPermanent, label, clock, logger, onInserted, onFailed } = options;
  const { backoffMs = defaultBackoff } = options;
  const { stream } = source;
  const reporting = { logger, level: 'warn', about: { stream }, monotonic: () => clock.monotonic() } as const;
  const inserting = createOutageLog({ ...reporting, failing: 'insert failed', recovered: 'insert works again' });
  const acknowledging = createOutageLog({
    ...reporting,
    failing: 'acknowledging insert failed',
    recovered: 'acknowledging insert works again',
  });
  const inFlight = new Set<string>();
  const attempts = new Set<AbortController>();
  const acknowledgements = new Set<Promise<void>>();
  let isGivingUp = false;
  let taking: Promise<unknown> = Promise.resolve();

  /** One asks at a time, so that two never get the same insert. */
  function take(): Promise<Insert | number> {
    const taken = taking.then(async () => {
      const next = await source.next([...inFlight]);
      if (typeof next !== 'number') inFlight.add(next.id);
      return next;
    });
    taking = taken.catch(() => undefined);
    return taken;
  }

  async function attempt(next: Insert): Promise<void> {
    if (isGivingUp) return;
    const startedAt = clock.monotonic();
    const attempted = new AbortController();
    attempts.add(attempted);
    try {
      await insert(source.table, source.content(next), { token: next.id, signal: attempted.signal });
    } catch (error) {
      if (attempted.signal.aborted) return;
      onFailed(stream);
      if (!isPermanent(error)) throw error;
      logger.warn({ stream, rows: next.rows, error: label(error) }, 'ClickHouse rejected an insert permanently');
      await source.reject(next);
      inFlight.delete(next.id);
      inserting.succeeded();
      return;
    } finally {
      attempts.delete(attempted);
    }
    onInserted((clock.monotonic() - startedAt) / 1000);
    inserting.succeeded();
    acknowledge(next);
  }

  /** Nobody waits for it. Where it fails the insert is sent again, under the same token. */
  function acknowledge(next: Insert): void {
    const release = () => void inFlight.delete(next.id);
    const acknowledgement = source
      .acknowledge(next)
      .then(
        () => {
          acknowledging.succeeded();
          release();
        },
        (error: unknown) => {
          acknowledging.failed({ error: label(error) });
          setTimeout(release, backoffMs(1)).unref();
        },
      )
      .finally(() => acknowledgements.delete(acknowledgement));
    acknowledgements.add(acknowledgement);
  }

  /** One of those that send at the same time. */
  function createSender() {
    let failures = 0;
    let isIdle = false;
    let wakes = 0;

    /** @returns in how many milliseconds to go on */
    async function run(): Promise<number> {
      isIdle = false;
      const wakesBefore = wakes;
      let next: Insert | number | undefined;
      try {
        next = await take();
        if (typeof next === 'number') {
          isIdle = true;
          return wakes === wakesBefore ? next : 0;
        }
        await attempt(next);
        failures = 0;
        return 0;
      } catch (error) {
        if (typeof next === 'object') inFlight.delete(next.id);
        inserting.failed({ error: label(error) }); // one line for all senders of the stream
        failures += 1;
        return backoffMs(failures);
      }
    }

    const task = createPeriodicTask({ name: 'insert', run, intervalMs: 0, logger, about: { stream }, clock });
    return {
      start: task.start,
      stop: task.stop,
      wake() {
        wakes += 1;
        if (isIdle) void task.runNow();
      },
    };
  }

  const senders = Array.from({ length: source.concurrency }, createSender);
  void ready.then(() => senders.forEach((sender) => sender.start()));

  return {
    wake: () => senders.forEach((sender) => sender.wake()),
    async stop() {
      const grace = setTimeout(() => {
        isGivingUp = true;
        for (const attempted of attempts) attempted.abort();
      }, STOP_GRACE_MS);
      await Promise.all(senders.map((sender) => sender.stop()));
      await Promise.all(acknowledgements);
      clearTimeout(grace);
    },
  };
}
