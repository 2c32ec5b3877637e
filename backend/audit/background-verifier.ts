import type { Kysely } from 'kysely';
import type { AuditVerification } from '../../contract/audit.ts';
import type { Database } from '../database/database.ts';
import type { Schema } from '../database/schema.ts';
import { iso, type Clock } from '../lib/clock.ts';
import { startTimeSlices } from '../lib/event-loop.ts';
import type { Logger } from '../lib/logger.ts';
import { createPeriodicTask } from '../lib/periodic-task.ts';
import { brokenSentence, ChainBroken, chainStart, verifiedPages } from './chain-reader.ts';
import type { Checkpoint } from './chain.ts';
import { countedAndLast, readCheckpoint } from './store.ts';
import { checkEnd } from './verify-once.ts';

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
  const check = createChainCheck({ db: database.bulk, key, clock, logger });
  let lastWalk = -Infinity;

  const task = createPeriodicTask({
    name: 'audit log verification',
    intervalMs: FOLLOW_EVERY_MS,
    clock,
    logger,
    async run() {
      if (clock.monotonic() - lastWalk < DAY_MS) return check.follow(Infinity);
      lastWalk = clock.monotonic();
      await check.walk().catch((error: unknown) => {
        lastWalk = -Infinity;
        throw error;
      });
    },
  });

  function restart(): void {
    check.giveUp();
    lastWalk = -Infinity;
    void task.runNow();
  }

  async function present(): Promise<AuditVerification> {
    const removed = await readCheckpoint(database.read);
    return { ...check.findings(), removedUpTo: removed ? { seq: removed.seq, at: iso(removed.at) } : null };
  }

  return {
    async verification() {
      if (check.findings().state === 'intact') await check.follow(PAGES_WHEN_ASKED);
      return present();
    },
    restart() {
      restart();
      return present();
    },
    start: restart,
    async close() {
      check.giveUp();
      await task.stop();
      await check.ended();
    },
  };
}

interface ChainCheckOptions extends Omit<AuditVerifierOptions, 'database'> {
  readonly db: Kysely<Schema>;
}

/** How far the chain is known to be whole. */
interface ChainCheck {
  findings(): Omit<AuditVerification, 'removedUpTo'>;
  /** Along the whole chain. */
  walk(): Promise<void>;
  /** What was added since, where all before it is intact. @param pages at most */
  follow(pages: number): Promise<void>;
  /** Ends what is under way, and forgets what was found. */
  giveUp(): void;
  /** Resolves when nothing is under way. */
  ended(): Promise<void>;
}

/** What is known of a chain that is being checked. */
interface Known {
  state: AuditVerification['state'];
  problem: AuditVerification['problem'];
  /** The last row that is known to fit, or the place that a walk has started from. */
  last: Checkpoint | undefined;
  hasRows: boolean;
  /** When a walk along the whole chain came to its end, in milliseconds since the Unix epoch. */
  checkedAt: number | undefined;
}

function createChainCheck({ db, key, clock, logger }: ChainCheckOptions): ChainCheck {
  let known: Known = { state: 'checking', problem: null, last: undefined, hasRows: false, checkedAt: undefined };
  let working: Promise<unknown> = Promise.resolve();

  /** One piece of work at a time: each goes on from where the one before ended, unless that is forgotten by then. */
  function inTurn(work: (mine: Known) => Promise<void>): Promise<void> {
    const mine = known;
    const done = working.then(async () => {
      if (mine === known) await work(mine).catch((error: unknown) => find(mine, error));
    });
    working = done.catch(() => undefined);
    return done;
  }

  /** Whoever fails with a ChainBroken has found out that the log is broken. */
  function find(mine: Known, error: unknown): void {
    if (mine !== known) return;
    if (!(error instanceof ChainBroken)) throw error;
    const broken = { seq: error.seq, problem: error.message };
    mine.problem = { seq: error.seq, problem: brokenSentence(broken) };
    mine.state = 'broken';
    mine.checkedAt = clock.now();
    logger.error(broken, 'the audit log was tampered with');
  }

  /** @returns whether there may be more */
  async function checkPage(mine: Known, from: Checkpoint): Promise<boolean> {
    const { value: page } = await verifiedPages(db, key, from, PAGE).next();
    const row = page?.at(-1);
    if (!row) return false;
    mine.last = { seq: row.seq, hash: row.hash, at: row.at };
    mine.hasRows = true;
    return true;
  }

  async function checkNothingWasCut({ last }: Known): Promise<void> {
    const { counted, last: end } = await countedAndLast(db);
    checkEnd(end === 0 ? (await chainStart(db, key)).seq : end, counted, last);
  }

  return {
    findings: () => ({
      state: known.state,
      verifiedUpTo: known.last && known.hasRows ? { seq: known.last.seq, at: iso(known.last.at) } : null,
      checkedAt: iso(known.checkedAt ?? null),
      problem: known.problem,
    }),

    walk: () =>
      inTurn(async (mine) => {
        const slices = startTimeSlices({ isBackground: true });
        Object.assign(mine, { state: 'checking', problem: null, hasRows: false });
        mine.last = await chainStart(db, key);
        while (mine === known && (await checkPage(mine, mine.last))) await slices.next();
        if (mine !== known) return;
        await checkNothingWasCut(mine);
        mine.checkedAt = clock.now();
        mine.state = 'intact';
      }),

    follow: (pages) =>
      inTurn(async (mine) => {
        const slices = startTimeSlices({ isBackground: true });
        for (let page = 0; page < pages; page++) {
          if (mine !== known || mine.state !== 'intact' || !mine.last) return;
          if (!(await checkPage(mine, mine.last))) return checkNothingWasCut(mine);
          await slices.next();
        }
      }),

    giveUp() {
      known = { ...known, state: 'checking', problem: null, last: undefined, hasRows: false };
    },

    async ended() {
      await working;
    },
  };
}
