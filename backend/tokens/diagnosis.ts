import type { Kysely } from 'kysely';
import type { DiagnoseTokenBody } from '../../contract/tokens.ts';
import type { ScrapeTokenRow, Schema } from '../database/schema.ts';
import { findByHash, findByPrefix } from './store.ts';

export type Diagnosis =
  | { readonly verdict: 'unknown'; readonly row: undefined }
  | { readonly verdict: 'typo'; readonly row: ScrapeTokenRow | undefined }
  | { readonly verdict: 'known'; readonly row: ScrapeTokenRow };

/** What a pasted token is, of which only the public prefix, the checksum's verdict and the hash are known here. */
export async function diagnose(
  db: Kysely<Schema>,
  { prefix, checksum, sha256 }: DiagnoseTokenBody,
): Promise<Diagnosis> {
  if (checksum === 'bad') {
    const [row, another] = await findByPrefix(db, prefix);
    return { verdict: 'typo', row: another ? undefined : row };
  }
  const row = await findByHash(db, sha256);
  return row ? { verdict: 'known', row } : { verdict: 'unknown', row };
}
