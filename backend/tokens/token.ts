import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Token, TokenConcern, TokenStatus } from '../../contract/api.ts';
import {
  base62,
  inspectSecret as inspect,
  publicPrefix,
  RANDOM_LENGTH,
  TOKEN_PREFIX,
  withChecksum,
} from '../../contract/token-format.ts';
import { iso } from '../lib/clock.ts';
import type { ScrapeTokenRow } from '../database/schema.ts';
import { lifeOf } from '../database/record-times.ts';

export { publicPrefix };

export function newSecret(): string {
  const random = BigInt(`0x${randomBytes(32).toString('hex')}`);
  return withChecksum(TOKEN_PREFIX + base62(random, RANDOM_LENGTH), crc32);
}

/** Whether a text has the form of a scrape token, and whether it was copied without a mistake. Needs no database. */
export const inspectSecret = (text: string) => inspect(text, crc32);

/** What is stored instead of the secret. A plain hash is enough: the secret has 256 random bits. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
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

export function cataloguesOf({ catalogues }: Pick<ScrapeTokenRow, 'catalogues'>): string[] {
  return JSON.parse(catalogues) as string[];
}

/** A row as the API shows it. */
export function toToken(row: ScrapeTokenRow, status: TokenStatus, concerns: TokenConcern[]): Token {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    origin: row.origin,
    catalogues: cataloguesOf(row),
    ...lifeOf(row),
    expiresAt: iso(row.expires_at),
    status,
    predecessorId: row.predecessor_id,
    successorId: row.successor_id,
    concerns,
  };
}
