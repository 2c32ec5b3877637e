import { forbiddenInNames } from '../../../contract/names.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Database } from '../../database/database.ts';
import { withUse } from '../../database/record-times.ts';
import type { ScrapeTokenRow } from '../../database/schema.ts';
import { createWriteBehind } from '../../database/write-behind.ts';
import { scrub, type Logger } from '../../lib/logger.ts';
import { remember } from '../../lib/remember.ts';
import { setExpired, setLastUse } from '../model/store.ts';
import { createConsumerTracker, forgetOldest } from './consumers.ts';
import type { IdleTime } from './idle-time.ts';
import { addRejectedUse, addUse, type ConsumerUse, type RejectedUse, type TokenUse } from './store.ts';

/** One scrape that was answered. */
export interface Scrape {
  readonly ip: string;
  readonly userAgent: string | null;
  /** The Content-Type of the answer. */
  readonly format: string;
  readonly durationMs: number;
}

/** What scrapes tell of their tokens: gathered in memory, written a little later. Nobody waits for the disk. */
export interface TokenUsage {
  record(id: string, scrape: Scrape): void;
  /** A scrape that was rejected with a token that is no longer valid. */
  recordRejectedUse(id: string, reason: RejectedUse['reason'], ip: string): void;
  /** A token was rejected as expired: it stays so, even if the clock steps back. */
  recordExpiry(id: string): void;
  isKnownExpired(id: string): boolean;
  /** A token as it is now, with its last use and its expiry where they are not written yet. */
  current(row: ScrapeTokenRow): ScrapeTokenRow;
  /** When a scrape was recorded last, in milliseconds since the Unix epoch; undefined: never since the start. */
  lastRecordedAt(): number | undefined;
  /** Writes the uses that are gathered, rejected ones too. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface TokenUsageOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly idleTime: IdleTime;
}

const USER_AGENT_LENGTH = 200;
/** Characters that are looked at: what is left out of them may be most. */
const USER_AGENT_READ = 1000;

export function createTokenUsage({ database, clock, logger, idleTime }: TokenUsageOptions): TokenUsage {
  const { uses, rejectedUses, expiries } = writers(database, clock, logger);
  const observe = createConsumerTracker();
  let lastRecordedAt: number | undefined;

  return {
    record(id, { ip, format, durationMs, ...scrape }) {
      const at = clock.now();
      const userAgent = cleanUserAgent(scrape.userAgent ?? '');
      const consumer = `${ip} ${userAgent}`;
      const rhythm = observe(id, consumer, clock.monotonic());
      const consumers = new Map([[consumer, { ip, userAgent, firstAt: at, lastAt: at, scrapes: 1, rhythm }]]);
      lastRecordedAt = at;
      idleTime.seen(id);
      const sharedAt = rhythm.shared ? at : null;
      uses.note(id, { at, ip, userAgent, format, durationMs, rhythm, sharedAt, consumers });
    },
    recordRejectedUse(id, reason, ip) {
      rejectedUses.note(id, { at: clock.now(), reason, ip, count: 1 });
    },
    recordExpiry: (id) => {
      expiries.note(id, true);
    },
    isKnownExpired: (id) => expiries.pending(id) === true,
    current(row) {
      const state = row.state === 'active' && expiries.pending(row.id) ? 'expired' : row.state;
      return withUse({ ...row, state }, uses.pending(row.id));
    },
    lastRecordedAt: () => lastRecordedAt,
    async flush() {
      await uses.flush();
      await rejectedUses.flush();
    },
    async close() {
      await expiries.close();
      await uses.close();
      await rejectedUses.close();
    },
  };
}

function writers(database: Database, clock: Clock, logger: Logger) {
  const uses = createWriteBehind<TokenUse>({
    database,
    logger,
    what: 'last uses of scrape tokens',
    merge: mergeUses,
    save: async (tx, batch) => {
      for (const [id, use] of batch) {
        await setLastUse(tx, id, use, clock.now());
        await addUse(tx, id, use);
      }
      await setExpired(tx, [], clock.now());
    },
  });
  const rejectedUses = createWriteBehind<RejectedUse>({
    database,
    logger,
    what: 'refused uses of scrape tokens',
    merge: (earlier, later) => ({ ...later, count: earlier.count + later.count }),
    save: async (tx, batch) => {
      for (const [id, use] of batch) await addRejectedUse(tx, id, use);
    },
  });
  const expiries = createWriteBehind<true>({
    database,
    logger,
    what: 'expiries of scrape tokens',
    save: (tx, batch) => setExpired(tx, [...batch.keys()], clock.now()),
  });
  return { uses, rejectedUses, expiries };
}

/** Adds to the consumers of the earlier one, which nobody else has: a copy at every scrape would cost too much. */
function mergeUses({ consumers, sharedAt }: TokenUse, later: TokenUse): TokenUse {
  for (const [key, use] of later.consumers) {
    const known = consumers.get(key);
    if (consumers.size > 1) consumers.delete(key); // so that the one seen longest ago comes first
    consumers.set(key, known ? addUp(known, use) : use);
  }
  forgetOldest(consumers);
  return { ...later, sharedAt: later.sharedAt ?? sharedAt, consumers };
}

/** What was seen in the future was seen before now all the same. */
function addUp(earlier: ConsumerUse, later: ConsumerUse): ConsumerUse {
  const firstAt = Math.min(earlier.firstAt, later.firstAt);
  return { ...later, firstAt, scrapes: earlier.scrapes + later.scrapes };
}

/** As it is stored and shown: short, without what could mislead a reader, and without a secret that came in it. */
const cleanUserAgent = remember((text) => {
  const read = Array.from(text.slice(0, USER_AGENT_READ));
  const plain = read.filter((character) => !forbiddenInNames.test(character)).join('');
  return Array.from(scrub(plain)).slice(0, USER_AGENT_LENGTH).join('').trim();
});
