import type { ScrapeRefusalReason } from '../../contract/audit-events.ts';
import type { PreparedRead } from '../database/database.ts';
import type { WriteBehind } from '../database/write-behind.ts';
import type { VerificationRow } from './store.ts';
import { cataloguesOf, hashSecret, inspectSecret, statusOf } from './token.ts';

export interface ScrapeToken {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since the Unix epoch; null: never. */
  readonly expiresAt: number | null;
  /** What it may read. */
  readonly catalogues: readonly string[];
}

export type Verdict =
  | { readonly ok: true; readonly token: ScrapeToken }
  | { readonly ok: false; readonly reason: ScrapeRefusalReason; readonly token: ScrapeToken | null };

/**
 * Decides on one credential. The token is looked up by its hash every time, so what was revoked fails at once.
 * @param expiries remembers what was refused as expired, so that it stays so even if the clock steps back.
 * @throws what the database throws when it cannot be asked.
 */
export async function verifyCredential(
  credential: string,
  now: number,
  byHash: PreparedRead<VerificationRow>,
  expiries: WriteBehind<true>,
): Promise<Verdict> {
  switch (inspectSecret(credential)) {
    case 'not_a_token':
      return refuse('wrong_type');
    case 'bad_checksum':
      return refuse('bad_checksum');
    case 'well_formed':
      break;
  }
  const [row] = await byHash(hashSecret(credential));
  if (!row) return refuse('unknown');
  const token = { id: row.id, name: row.name, expiresAt: row.expires_at, catalogues: cataloguesOf(row) };
  const status = expiries.pending(row.id) && row.state === 'active' ? 'expired' : statusOf(row, now);
  switch (status) {
    case 'revoked':
      return refuse('revoked', token);
    case 'expired':
      if (row.state === 'active') expiries.note(row.id, true);
      return refuse('expired', token);
    case 'active':
      return { ok: true, token };
  }
}

function refuse(reason: ScrapeRefusalReason, token: ScrapeToken | null = null): Verdict {
  return { ok: false, reason, token };
}
