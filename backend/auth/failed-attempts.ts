import { sourceNetwork } from '../lib/ip-address.ts';
import { createCoalescedEvents } from '../audit/coalesced-events.ts';
import type { AuditLog } from '../audit/log.ts';
import { iso, type Clock } from '../lib/clock.ts';
import type { Database } from '../database/database.ts';
import type { Logger } from '../lib/logger.ts';
import { Refusal } from '../http/refusal.ts';
import { createThrottle } from './throttle.ts';

export interface FailedAttemptsOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Whoever fails to authenticate, at whichever guard. Asked only after a credential was found not to hold. */
export interface FailedAttempts {
  /** What the caller is told: 401, or 429 with a time to wait where too many came from this address. */
  refuse(ip: string, via: 'api' | 'scrape'): Refusal;
  close(): Promise<void>;
}

interface Throttled {
  readonly ip: string;
  readonly via: 'api' | 'scrape';
}

/**
 * Both that the credential does not hold and that there were too many: whoever hears of the limit alone waits in vain. It
 * tells a guesser nothing: only who was found to hold no valid credential comes here, and a valid one passes at once.
 */
const THROTTLED =
  'The credential is refused, and too many attempts that were refused came from this address. Waiting alone does not help: mend the credential. A valid one passes at once.';

export function createFailedAttempts({ database, audit, clock, logger }: FailedAttemptsOptions): FailedAttempts {
  const throttle = createThrottle(() => clock.monotonic());
  const throttled = createCoalescedEvents<Throttled>({
    database,
    audit,
    clock,
    logger,
    what: 'throttled addresses',
    keyOf: ({ ip }) => sourceNetwork(ip),
    recordOf: ({ ip, via }, { count, firstAt, lastAt }) => ({
      event: 'auth.throttled',
      actor: { name: null, via, ip },
      target: null,
      details: { count, ...(count > 1 && { firstAt: iso(firstAt), lastAt: iso(lastAt) }) },
    }),
    overflowOf: (count) => ({
      event: 'auth.throttled',
      actor: { name: null, via: 'system', ip: null },
      target: null,
      details: { count, otherAddresses: true },
    }),
  });
  return {
    refuse(ip, via) {
      const retryAfterSeconds = throttle.failed(sourceNetwork(ip));
      if (retryAfterSeconds === undefined) return new Refusal('unauthorized');
      throttled.note({ ip, via });
      return new Refusal('too_many_attempts', THROTTLED, undefined, { retryAfterSeconds });
    },
    close: () => throttled.close(),
  };
}
