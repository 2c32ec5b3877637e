import { iso } from '../lib/clock.ts';
import type { CredentialRow, ScrapeTokenRow } from './schema.ts';
import type { Use } from './write-behind.ts';

type Row = ScrapeTokenRow | CredentialRow;

/** What the API shows of the life of a scrape token and of a credential alike. */
export function lifeOf(row: Row) {
  return {
    createdAt: iso(row.created_at),
    createdBy: row.created_by,
    lastUsedAt: iso(row.last_used_at),
    lastIp: row.last_ip,
    revokedAt: iso(row.revoked_at),
    revokedBy: row.revoked_by,
  };
}

/** A row with its last use, where that is not written yet. */
export function withUse<R extends Row>(row: R, use: Use | undefined): R {
  return use ? { ...row, last_used_at: use.at, last_ip: use.ip } : row;
}
