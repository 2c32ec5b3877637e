import type { AuditEventName, AuditVia } from '../../contract/audit-events.ts';
import type { TokenStatus } from '../../contract/api.ts';
import type { Role } from '../../contract/roles.ts';

/** Times are milliseconds since the Unix epoch, hashes lower-case hexadecimal. */
export interface Schema {
  scrape_tokens: ScrapeTokenRow;
  credentials: CredentialRow;
  audit_events: AuditEventRow;
  running_totals: RunningTotalRow;
  meta: MetaRow;
}

export interface ScrapeTokenRow {
  id: string;
  name: string;
  /** The name folded for case-insensitive search and sorting. */
  name_folded: string;
  prefix: string;
  hash: string;
  created_at: number;
  created_by: string;
  expires_at: number | null;
  revoked_at: number | null;
  revoked_by: string | null;
  last_used_at: number | null;
  last_ip: string | null;
  /** Status as last accounted for in `running_totals`; `expired` is sticky, whatever the clock does afterwards. */
  state: TokenStatus;
}

export interface CredentialRow {
  /** The JWT's `jti`. */
  id: string;
  name: string;
  role: Role;
  created_at: number;
  created_by: string;
  expires_at: number;
  revoked_at: number | null;
  revoked_by: string | null;
  last_used_at: number | null;
  last_ip: string | null;
}

/** `body` is the canonical text that `hash` covers; the other columns repeat parts of it for filtering. */
export interface AuditEventRow {
  seq: number;
  id: string;
  at: number;
  event: AuditEventName;
  actor: string | null;
  via: AuditVia;
  ip: string | null;
  target: string | null;
  body: string;
  hash: string;
}

/** Sums that are kept in the transaction of the write they count, so that nobody counts rows at a scrape. */
export interface RunningTotalRow {
  name: string;
  value: number;
}

export interface MetaRow {
  name: string;
  value: string;
}
