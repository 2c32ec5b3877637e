import type { ScrapeRefusalReason } from '../../contract/audit-events.ts';
import { createCoalescedEvents, type CoalescedEvents } from '../audit/coalesced-events.ts';
import type { AuditLog } from '../audit/log.ts';
import type { Database } from '../database/database.ts';
import { iso, type Clock } from '../lib/clock.ts';
import { sourceNetwork } from '../lib/ip-address.ts';
import type { Logger } from '../lib/logger.ts';

export interface RefusedScrape {
  readonly reason: ScrapeRefusalReason;
  readonly token: { readonly id: string; readonly name: string } | null;
  readonly ip: string;
}

/** Refused scrapes as few audit rows, by reason, token and source network. */
export type ScrapeRefusals = CoalescedEvents<RefusedScrape>;

export function createScrapeRefusals(
  database: Database,
  audit: AuditLog,
  clock: Clock,
  logger: Logger,
): ScrapeRefusals {
  return createCoalescedEvents<RefusedScrape>({
    database,
    audit,
    clock,
    logger,
    what: 'refused scrapes',
    keyOf: ({ reason, token, ip }) => `${reason} ${token?.id ?? ''} ${sourceNetwork(ip)}`,
    recordOf: ({ reason, token, ip }, { count, firstAt, lastAt }) => ({
      event: 'scrape.refused',
      actor: { name: null, via: 'scrape', ip },
      target: token?.id ?? null,
      details: {
        reason,
        count,
        ...(token && { name: token.name }),
        ...(count > 1 && { firstAt: iso(firstAt), lastAt: iso(lastAt) }),
      },
    }),
    overflowOf: (count) => ({
      event: 'scrape.refusals_dropped',
      actor: { name: null, via: 'scrape', ip: null },
      target: null,
      details: { count },
    }),
  });
}
