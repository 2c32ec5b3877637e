import { hash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Token, TokenWarning, TokenStatus } from '../../../contract/api.ts';
import {
  base62,
  inspectSecret as inspect,
  publicPrefix,
  RANDOM_LENGTH,
  TOKEN_PREFIX,
  withChecksum,
} from '../../../contract/token-format.ts';
import { iso } from '../../lib/clock.ts';
import { newId } from '../../lib/ids.ts';
import { remember } from '../../lib/remember.ts';
import type { ScrapeTokenRow } from '../../database/schema.ts';
import { recordTimes } from '../../database/record-times.ts';
import { nextExpiryNotification } from './expiry.ts';

export { publicPrefix };

export function newSecret(): string {
  const random = BigInt(`0x${randomBytes(32).toString('hex')}`);
  return withChecksum(TOKEN_PREFIX + base62(random, RANDOM_LENGTH), crc32);
}

/** Whether a text has the form of a scrape token, and whether it was copied without a mistake. Needs no database. */
export const inspectSecret = (text: string) => inspect(text, crc32);

/** What is stored instead of the secret. A plain hash is enough: the secret has 256 random bits. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret);
}

export interface NewToken {
  readonly row: ScrapeTokenRow;
  /** Exists nowhere else. */
  readonly secret: string;
}

type Fields = Pick<
  ScrapeTokenRow,
  'name' | 'created_at' | 'created_by' | 'expires_at' | 'predecessor_id' | 'catalogues'
>;

/** A new token; its fields are already checked. Times are milliseconds since the Unix epoch. */
export function mint(fields: Fields): NewToken {
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
    notice_at: nextExpiryNotification(fields.expires_at, fields.created_at),
  };
}

/** A name as compared in searches and sorting. */
export function foldName(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

/** Revoked wins; an expired token stays expired, even if the clock steps back. */
export function statusOf(token: Pick<ScrapeTokenRow, 'state' | 'expires_at'>, now: number): TokenStatus {
  if (token.state !== 'active') return token.state;
  return token.expires_at !== null && token.expires_at <= now ? 'expired' : 'active';
}

/** What a token may read, as it is stored. */
export function storedCatalogues(ids: readonly string[]): string {
  return JSON.stringify([...new Set(ids)].sort());
}

export function cataloguesOf({ catalogues }: Pick<ScrapeTokenRow, 'catalogues'>): readonly string[] {
  return parseCatalogues(catalogues);
}

const parseCatalogues = remember((text): readonly string[] => Object.freeze(JSON.parse(text) as string[]));

/** A row as the API shows it. */
export function toToken(row: ScrapeTokenRow, status: TokenStatus, warnings: TokenWarning[]): Token {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    origin: row.origin,
    catalogues: [...cataloguesOf(row)],
    ...recordTimes(row),
    expiresAt: iso(row.expires_at),
    status,
    predecessorId: row.predecessor_id,
    successorId: row.successor_id,
    concerns: warnings,
  };
}
