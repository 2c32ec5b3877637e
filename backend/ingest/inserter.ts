import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { createOutageLog } from '../lib/outage-log.ts';

/** An insert whose members and token are on disk and never change. */
export interface SealedInsert {
  /** The deduplication token: sent again, it is written once. */
  readonly id: string;
  readonly rows: number;
}

/** Where inserts come from and go to when they are done. */
export interface InsertSource<Insert extends SealedInsert> {
  readonly stream: string;
  readonly table: string;
  /** Inserts made at a time. */
  readonly lanes: number;
  /** The next insert that is not `inHand`; or in how many milliseconds to ask again, unless woken before. */
  next(inHand: readonly string[]): Promise<Insert | number>;
  /** Its rows as JSON lines. */
  content(insert: Insert): Promise<readonly Buffer[]>;
  /** It is in. */
  done(insert: Insert): Promise<void>;
  /** It was refused for good: replaces it by two halves, or sets a single row aside. */
  refused(insert: Insert): Promise<void>;
}

export interface InserterOptions {
  /** Nothing is inserted before this resolves. */
  readonly ready: Promise<void>;
  readonly insert: (
    table: string,
    rows: readonly Buffer[],
    options: { token: string; signal: AbortSignal },
  ) => Promise<void>;
  /** Whether ClickHouse will never take these rows. */
  readonly isPermanent: (error: unknown) => boolean;
  /** An error's name or code, never its content. */
  readonly label: (error: unknown) => string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** An insert went in, in so many seconds. */
  readonly onInserted: (seconds: number) => void;
  /** An attempt failed. */
  readonly onFailed: (stream: string) => void;
  /** The wait before the n-th attempt (from 1) after a failure that may pass, in milliseconds. */
  readonly backoffMs?: (attempt: number) => number;
}

export interface Inserter {
  /** There may be something to do. */
  wake(): void;
  /** Ends after the attempts under way, which are given up if they take too long; they are made again after the next start. */
  stop(): Promise<void>;
}

/** How long an attempt may go on once the inserter is told to stop, in milliseconds. */
const STOP_GRACE_MS = 1_000;
const exponential = (attempt: number) => Math.min(250 * 2 ** (attempt - 1), 10_000) * (0.75 + Math.random() / 2);

/** Makes one stream's inserts, each again and again under the same token until it is in. */
export function startInserter<Insert extends SealedInsert>(
  source: InsertSource<Insert>,
  options: InserterOptions,
): Inserter {
  const { ready, insert, isPermanent, label, clock, logger, onInserted, onFailed, backoffMs = exponential } = options;
  const { stream } = source;
  const stopping = new AbortController();
  const givingUp = new AbortController();
  let waking = new AbortController();
  const inHand = new Set<string>();
  const finishing = new Set<Promise<void>>();
  const told = { logger, level: 'warn', about: { stream }, monotonic: () => clock.monotonic() } as const;
  const failing = 'an insert failed and is tried again';
  const outage = createOutageLog({ ...told, failing, recovered: 'inserts go through again' });
  const ticking = createOutageLog({
    ...told,
    failing: 'an insert could not be ticked off',
    recovered: 'inserts are ticked off again',
  });
  let taking: Promise<unknown> = Promise.resolve();

  async function pause(ms: number, until: AbortSignal): Promise<void> {
    await delay(ms, undefined, { signal: until }).catch(() => undefined);
  }

  /** One lane asks at a time, so that two never get the same insert. */
  function take(): Promise<Insert | number> {
    const taken = taking.then(async () => {
      const next = await source.next([...inHand]);
      if (typeof next !== 'number') inHand.add(next.id);
      return next;
    });
    taking = taken.catch(() => undefined);
    return taken;
  }

  /** Nobody waits for it. Where it fails the insert is made again, under the same token. */
  function finish(next: Insert): void {
    const work = source
      .done(next)
      .then(ticking.succeeded, (error: unknown) => {
        ticking.failed({ error: label(error) });
        return pause(backoffMs(1), stopping.signal);
      })
      .then(() => {
        inHand.delete(next.id);
        finishing.delete(work);
      });
    finishing.add(work);
  }

  async function attempt(next: Insert): Promise<void> {
    const rows = await source.content(next);
    const startedAt = clock.monotonic();
    try {
      await insert(source.table, rows, { token: next.id, signal: givingUp.signal });
    } catch (error) {
      if (givingUp.signal.aborted) return;
      onFailed(stream);
      if (!isPermanent(error)) throw error;
      logger.warn({ stream, rows: next.rows, error: label(error) }, 'ClickHouse refused an insert for good');
      await source.refused(next);
      inHand.delete(next.id);
      return;
    }
    onInserted((clock.monotonic() - startedAt) / 1000);
    finish(next);
  }

  /** @returns how many failures in a row this lane has seen by now */
  async function step(failures: number): Promise<number> {
    const woken = waking.signal;
    let next: Insert | number | undefined;
    try {
      next = await take();
      if (typeof next === 'number') {
        await pause(next, woken);
        return failures;
      }
      await attempt(next);
      outage.succeeded();
      return 0;
    } catch (error) {
      if (typeof next === 'object') inHand.delete(next.id);
      outage.failed({ error: label(error) });
      await pause(backoffMs(failures + 1), stopping.signal);
      return failures + 1;
    }
  }

  const stopped = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve());
  });

  async function lane(): Promise<void> {
    await Promise.race([ready, stopped]);
    let failures = 0;
    while (!stopping.signal.aborted) failures = await step(failures);
  }
  const running = Promise.all(Array.from({ length: source.lanes }, lane));

  return {
    wake() {
      waking.abort();
      waking = new AbortController();
    },
    async stop() {
      stopping.abort();
      waking.abort();
      const grace = setTimeout(() => givingUp.abort(), STOP_GRACE_MS);
      await running;
      await Promise.all(finishing);
      clearTimeout(grace);
    },
  };
}
