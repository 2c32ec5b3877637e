import type { ScrapeTokenRow } from '../database/schema.ts';
import { newId } from '../ids.ts';
import { nextNotice } from './expiry.ts';
import { foldName, hashSecret, newSecret, publicPrefix } from './token.ts';

export interface Minted {
  readonly row: ScrapeTokenRow;
  /** Exists nowhere else. */
  readonly secret: string;
}

/** A new token; its fields are already checked. Times are milliseconds since the Unix epoch. */
export function mint(
  fields: Pick<ScrapeTokenRow, 'name' | 'created_at' | 'created_by' | 'expires_at' | 'predecessor_id' | 'catalogues'>,
): Minted {
  const secret = newSecret();
  const row: ScrapeTokenRow = {
    ...fields,
    id: newId('tok'),
    name_folded: foldName(fields.name),
    prefix: publicPrefix(secret),
    hash: hashSecret(secret),
    revoked_at: null,
    revoked_by: null,
    last_used_at: null,
    last_ip: null,
    state: 'active',
    origin: 'minted',
    successor_id: null,
    notice_at: nextNotice(fields.expires_at, fields.created_at),
  };
  return { row, secret };
}
