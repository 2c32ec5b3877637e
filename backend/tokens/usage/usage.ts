import { forbiddenInNames } from '../../../contract/names.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Database } from '../../database/database.ts';
import { scrub, type Logger } from '../../lib/logger.ts';
import { createWriteBehind, type Use } from '../../database/write-behind.ts';
import { CONSUMERS_MAX, createConsumerTracker } from './consumers.ts';
import { addKnock, addUse, type ConsumerUse, type Knock, type TokenUse } from './store.ts';
import type { Silence } from './idle-time.ts';
import { setExpired, setLastUse } from '../store.ts';

/** One scrape that was answered. */
export interface Scrape {
  readonly ip: string;
  readonly userAgent: string | null;
  /** The Content-Type of the answer. */
  readonly format: string;
  readonly durationMs: number;
}

/** Who uses the tokens: gathered in memory, written a little later. Nobody waits for the disk. */
export interface TokenUses {
  note(id: string, scrape: Scrape): void;
  /** A scrape that was refused with a token that is no longer valid. */
  noteKnock(id: string, reason: Knock['reason'], ip: string): void;
  /** The last use that is not known to be written yet. */
  pending(id: string): Use | undefined;
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface TokenUsesOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly silence: Silence;
}

const USER_AGENT_LENGTH = 200;

export function createTokenUses({ database, clock, logger, silence }: TokenUsesOptions): TokenUses {
  const observe = createConsumerTracker();
  const uses = createWriteBehind<TokenUse>({
    database,
    logger,
    what: 'last uses of scrape tokens',
    merge: mergeUses,
    save: async (tx, batch) => {
      for (const [id, use] of batch) {
        await setLastUse(tx, id, use.at, use.ip);
        await addUse(tx, id, use);
      }
      await setExpired(tx, [], clock.now());
    },
  });
  const knocks = createWriteBehind<Knock>({
    database,
    logger,
    what: 'refused uses of scrape tokens',
    merge: (earlier, later) => ({ ...later, count: earlier.count + later.count }),
    save: async (tx, batch) => {
      for (const [id, knock] of batch) await addKnock(tx, id, knock);
    },
  });

  return {
    note(id, { ip, format, durationMs, ...scrape }) {
      const at = clock.now();
      const userAgent = cleanUserAgent(scrape.userAgent);
      const consumer = `${ip} ${userAgent}`;
      const { usualMs, ownUsualMs, shared } = observe(id, consumer, clock.monotonic());
      const own = { ip, userAgent, firstAt: at, lastAt: at, scrapes: 1, usualMs: ownUsualMs };
      silence.seen(id);
      uses.note(id, {
        at,
        ip,
        userAgent,
        format,
        durationMs,
        usualMs,
        sharedAt: shared ? at : null,
        consumers: new Map([[consumer, own]]),
      });
    },
    noteKnock(id, reason, ip) {
      knocks.note(id, { at: clock.now(), reason, ip, count: 1 });
    },
    pending: (id) => uses.pending(id),
    async flush() {
      await uses.flush();
      await knocks.flush();
    },
    async close() {
      await uses.close();
      await knocks.close();
    },
  };
}

function mergeUses(earlier: TokenUse, later: TokenUse): TokenUse {
  const consumers = new Map(earlier.consumers);
  for (const [key, use] of later.consumers) {
    const known = consumers.get(key);
    consumers.delete(key); // so that the one seen longest ago comes first
    consumers.set(key, known ? addScrapes(known, use) : use);
  }
  for (const oldest of consumers.keys()) {
    if (consumers.size <= CONSUMERS_MAX) break;
    consumers.delete(oldest);
  }
  return {
    ...later,
    usualMs: later.usualMs ?? earlier.usualMs,
    sharedAt: later.sharedAt ?? earlier.sharedAt,
    consumers,
  };
}

function addScrapes(known: ConsumerUse, more: ConsumerUse): ConsumerUse {
  return {
    ...more,
    firstAt: known.firstAt,
    scrapes: known.scrapes + more.scrapes,
    usualMs: more.usualMs ?? known.usualMs,
  };
}

/** As it is stored and shown: short, without what could mislead a reader, and without a secret that came in it. */
function cleanUserAgent(text: string | null): string {
  const plain = Array.from(scrub(text ?? '')).filter((character) => !forbiddenInNames.test(character));
  return plain.slice(0, USER_AGENT_LENGTH).join('').trim();
}
