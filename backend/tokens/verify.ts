import type { ScrapeRefusalReason } from '../../contract/audit-events.ts';
import type { Database } from '../database/database.ts';
import type { Clock } from '../lib/clock.ts';
import { shareWork } from '../lib/share-work.ts';
import { tokensByHash } from './model/store.ts';
import { cataloguesOf, hashSecret, inspectSecret, statusOf } from './model/token.ts';
import type { IdleTime } from './usage/idle-time.ts';
import type { TokenUsage } from './usage/usage.ts';

export interface ScrapeToken {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since the Unix epoch; null: never. */
  readonly expiresAt: number | null;
  /** Its scope. */
  readonly catalogues: readonly string[];
}

export type Verdict =
  | { readonly ok: true; readonly token: ScrapeToken }
  | { readonly ok: false; readonly reason: ScrapeRefusalReason; readonly token: ScrapeToken | null };

export interface TokenVerifierOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly usage: TokenUsage;
  readonly idleTime: IdleTime;
}

/**
 * Decides on a scrape's credential. The token is looked up by its hash every time, so what was revoked fails at once: who
 * shares a look shares one that was taken after they came.
 * It rejects with what the database throws when it cannot be asked.
 */
export function createTokenVerifier({ database, clock, usage, idleTime }: TokenVerifierOptions) {
  const byHash = tokensByHash(database);

  async function decide(credential: string): Promise<Verdict> {
    const form = inspectSecret(credential);
    if (form === 'not_a_token') return refuse('wrong_type');
    if (form === 'bad_checksum') return refuse('bad_checksum');
    const now = clock.now();
    const [row] = await byHash(hashSecret(credential));
    if (!row) return refuse('unknown');
    const token = { id: row.id, name: row.name, expiresAt: row.expires_at, catalogues: cataloguesOf(row) };
    const status = row.state === 'active' && usage.isKnownExpired(row.id) ? 'expired' : statusOf(row, now);
    switch (status) {
      case 'revoked':
        return refuse('revoked', token);
      case 'expired':
        if (row.state === 'active') usage.recordExpiry(row.id);
        return refuse('expired', token);
      case 'active':
        idleTime.seen(row.id);
        return { ok: true, token };
    }
  }

  return shareWork(setImmediate, decide);
}

function refuse(reason: ScrapeRefusalReason, token: ScrapeToken | null = null): Verdict {
  return { ok: false, reason, token };
}
