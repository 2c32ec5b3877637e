import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Token, TokenConcern, TokenStatus } from '../../contract/api.ts';
import { iso } from '../clock.ts';
import type { ScrapeTokenRow } from '../database/schema.ts';
import { BASE62 } from '../ids.ts';
import { lifeOf } from '../life.ts';

/** `vst_` + 43 base62 characters (256 random bits) + 6 base62 characters of the CRC-32 of all that precedes. */
export const TOKEN_PREFIX = 'vst_';
const RANDOM_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const SHAPE = /^vst_[0-9A-Za-z]{49}$/;
/** Characters of a token that may be shown: enough to tell tokens apart, 220 random bits stay secret. */
const PUBLIC_LENGTH = TOKEN_PREFIX.length + 6;

export function newSecret(): string {
  const random = BigInt(`0x${randomBytes(32).toString('hex')}`);
  const body = TOKEN_PREFIX + base62(random, RANDOM_LENGTH);
  return body + checksum(body);
}

/** Whether a text has the form of a scrape token, and whether it was copied without a mistake. Needs no database. */
export function inspectSecret(text: string): 'well_formed' | 'bad_checksum' | 'not_a_token' {
  if (!text.startsWith(TOKEN_PREFIX)) return 'not_a_token';
  if (!SHAPE.test(text)) return 'bad_checksum';
  const body = text.slice(0, -CHECKSUM_LENGTH);
  return text === body + checksum(body) ? 'well_formed' : 'bad_checksum';
}

/** What is stored instead of the secret. A plain hash is enough: the secret has 256 random bits. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

export function publicPrefix(secret: string): string {
  return secret.slice(0, PUBLIC_LENGTH);
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

/** A row as the API shows it. */
export function toToken(row: ScrapeTokenRow, status: TokenStatus, concerns: TokenConcern[]): Token {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    ...lifeOf(row),
    expiresAt: iso(row.expires_at),
    status,
    predecessorId: row.predecessor_id,
    successorId: row.successor_id,
    concerns,
  };
}

function checksum(body: string): string {
  return base62(BigInt(crc32(body)), CHECKSUM_LENGTH);
}

function base62(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest /= 62n) text = (BASE62[Number(rest % 62n)] ?? '') + text;
  return text;
}
