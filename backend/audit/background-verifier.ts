import type { AuditVerification } from '../../contract/audit.ts';
import { iso, type Clock } from '../lib/clock.ts';
import type { Database } from '../database/database.ts';
import type { Logger } from '../lib/logger.ts';
import { createOutageLog } from '../lib/outage-log.ts';
import { startTimeSlices } from '../lib/event-loop.ts';
import type { Checkpoint } from './chain.ts';
import { countedAndLast, readCheckpoint } from './store.ts';
import { checkEnd } from './verify-once.ts';
import { brokenSentence, ChainBroken, chainStart, verifiedPages } from './chain-reader.ts';

/**
 * The server's own look at its log: the whole chain after the start and daily, a few rows at a time, and in between what
 * was added. What is found broken stays so until a walk along the whole chain finds it mended.
 */
export interface AuditVerifier {
  /** What is known, with what was added lately, as far as that is few rows. */
  verification(): Promise<AuditVerification>;
  /** Starts again at the first row, and does not wait for the end. */
  restart(): Promise<AuditVerification>;
  /** Goes on by itself until closed. */
  start(): void;
  close(): Promise<void>;
}

export interface AuditVerifierOptions {
  readonly database: Database;
  readonly key: Buffer;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Rows checked in one go: one or two milliseconds. */
const PAGE = 100;
/** Pages that whoever asks waits for, at most. */
const PAGES_WHEN_ASKED = 10;
const FOLLOW_EVERY_MS = 60_000;
const DAY_MS = 24 * 3600 * 1000;

export function createAuditVerifier({ database, key, clock, logger }: AuditVerifierOptions): AuditVerifier {
  const db = database.bulk;
  const outage = createOutageLog({
    logger,
    failing: 'the audit log could not be verified; it is tried again',
    recovered: 'the audit log can be verified again',
    monotonic: () => clock.monotonic(),
  });
  let state: AuditVerification['state'] = 'checking';
  let problem: AuditVerification['problem'] = null;
  /** The last row that is known to fit, or the place that a walk has started from. */
  let last: Checkpoint | undefined;
  let hasRows = false;
  /** When a walk along the whole chain came to its end, in milliseconds since the Unix epoch. */
  let checkedAt: number | undefined;
  let lastWalk = -Infinity;
  let generation = 0;
  let isWalking = false;
  let working: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  /** One piece of work at a time: each goes on from where the one before ended. */
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = working.then(work);
    working = done.catch(() => undefined);
    return done;
  }

  /** @returns whether there may be more */
  async function checkPage(from: Checkpoint): Promise<boolean> {
    const { value: page } = await verifiedPages(db, key, from, PAGE).next();
    const row = page?.at(-1);
    if (!row) return false;
    last = { seq: row.seq, hash: row.hash, at: row.at };
    hasRows = true;
    return true;
  }

  async function checkNothingWasCut(): Promise<void> {
    const known = last;
    const { counted, last: end } = await countedAndLast(db);
    checkEnd(end === 0 ? (await chainStart(db, key)).seq : end, counted, known);
  }

  /** Whoever fails here has found out that the log is broken. */
  async function finding(mine: number, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (mine !== generation) return;
      if (!(error instanceof ChainBroken)) throw error;
      const broken = { seq: error.seq, problem: error.message };
      problem = { seq: error.seq, problem: brokenSentence(broken) };
      state = 'broken';
      checkedAt = clock.now();
      logger.error(broken, 'the audit log was tampered with');
    }
  }

  async function walk(mine: number): Promise<void> {
    const slices = startTimeSlices({ isBackground: true });
    hasRows = false;
    await finding(mine, async () => {
      last = await chainStart(db, key);
      while (mine === generation && (await checkPage(last))) await slices.next();
      if (mine !== generation) return;
      await checkNothingWasCut();
      checkedAt = clock.now();
      state = 'intact';
    });
  }

  /** In the background; the walk that is under way, if any, gives up. */
  function beginWalk(): void {
    generation += 1;
    const mine = generation;
    state = 'checking';
    problem = null;
    last = undefined;
    hasRows = false;
    lastWalk = clock.monotonic();
    isWalking = true;
    void inTurn(() => walk(mine))
      .then(outage.succeeded, (error: unknown) => {
        outage.failed({ err: error });
        lastWalk = -Infinity;
      })
      .finally(() => {
        if (mine === generation) isWalking = false;
      });
  }

  /** Checks what was added since. @param pages at most */
  function follow(pages: number): Promise<void> {
    const mine = generation;
    const slices = startTimeSlices({ isBackground: true });
    return inTurn(() =>
      finding(mine, async () => {
        for (let page = 0; page < pages; page++) {
          if (mine !== generation || state !== 'intact' || !last) return;
          if (!(await checkPage(last))) return checkNothingWasCut();
          await slices.next();
        }
      }),
    );
  }

  async function present(): Promise<AuditVerification> {
    const removed = await readCheckpoint(database.read);
    return {
      state,
      verifiedUpTo: last && hasRows ? { seq: last.seq, at: iso(last.at) } : null,
      checkedAt: iso(checkedAt ?? null),
      removedUpTo: removed ? { seq: removed.seq, at: iso(removed.at) } : null,
      problem,
    };
  }

  function again(): void {
    timer = setTimeout(() => {
      if (isWalking) return again();
      const isDue = clock.monotonic() - lastWalk >= DAY_MS;
      if (isDue) beginWalk();
      const work = isDue
        ? working
        : follow(Infinity).then(outage.succeeded, (error: unknown) => outage.failed({ err: error }));
      void work.finally(() => {
        if (timer) again();
      });
    }, FOLLOW_EVERY_MS).unref();
  }

  return {
    async verification() {
      if (state === 'intact') await follow(PAGES_WHEN_ASKED);
      return present();
    },
    restart() {
      beginWalk();
      return present();
    },
    start() {
      beginWalk();
      again();
    },
    async close() {
      generation += 1;
      clearTimeout(timer);
      timer = undefined;
      await working;
    },
  };
}
