import type { ScrapeTokenRow } from '../database/schema.ts';
import { newId } from '../lib/ids.ts';
import { nextNotice } from './expiry.ts';
import { foldName, hashSecret, newSecret, publicPrefix } from './token.ts';

export interface Minted {
  readonly row: ScrapeTokenRow;
  /** Exists nowhere else. */
  readonly secret: string;
}

type Fields = Pick<
  ScrapeTokenRow,
  'name' | 'created_at' | 'created_by' | 'expires_at' | 'predecessor_id' | 'catalogues'
>;

/** A new token; its fields are already checked. Times are milliseconds since the Unix epoch. */
export function mint(fields: Fields): Minted {
  const secret = newSecret();
  const row = newRow({ ...fields, prefix: publicPrefix(secret), hash: hashSecret(secret), origin: 'minted' });
  return { row, secret };
}

/** The row of a token that nobody has used yet. */
export function newRow(fields: Fields & Pick<ScrapeTokenRow, 'prefix' | 'hash' | 'origin'>): ScrapeTokenRow {
  return {
    ...fields,
    id: newId('tok'),
    name_folded: foldName(fields.name),
    revoked_at: null,
    revoked_by: null,
    last_used_at: null,
    last_ip: null,
    state: 'active',
    successor_id: null,
    notice_at: nextNotice(fields.expires_at, fields.created_at),
  };
}
