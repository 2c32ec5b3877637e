import { iso } from '../lib/clock.ts';
import type { CredentialRow, ScrapeTokenRow } from './schema.ts';
import type { Use } from './write-behind.ts';

type Row = ScrapeTokenRow | CredentialRow;

/** When and by whom a record was created, used and revoked: a scrape token and a credential alike. */
export function recordTimes(row: Row) {
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
