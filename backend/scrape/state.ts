import {
  auditEventNames,
  scrapeRefusalReasonNames,
  type AuditEventName,
  type ScrapeRefusalReason,
} from '../../contract/audit-events.ts';
import { httpCodes, httpGroups, type HttpCode, type HttpGroup } from '../../contract/metrics.ts';
import type { TokenStatus } from '../../contract/api.ts';

/** The numbers behind the families that this backend feeds by itself. Counters start at zero with the process. */
export interface ScrapeState {
  tokens: Record<TokenStatus, number>;
  auditEvents: Record<AuditEventName, number>;
  readonly authFailures: Record<ScrapeRefusalReason, number>;
  readonly http: Record<HttpGroup, Record<HttpCode, number>>;
}

export function newScrapeState(): ScrapeState {
  return {
    tokens: { active: 0, expired: 0, revoked: 0 },
    auditEvents: zeros(auditEventNames),
    authFailures: zeros(scrapeRefusalReasonNames),
    http: Object.fromEntries(httpGroups.map((group) => [group, zeros(httpCodes)])) as ScrapeState['http'],
  };
}

function zeros<Key extends string>(keys: readonly Key[]): Record<Key, number> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<Key, number>;
}
