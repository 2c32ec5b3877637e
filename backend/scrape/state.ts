import { scrapeRefusalReasonNames, type ScrapeRefusalReason } from '../../contract/audit-events.ts';
import { httpCodes, httpGroups, type HttpCode, type HttpGroup } from '../../contract/metrics.ts';

/** The numbers that only the scrape endpoint counts. Counters start at zero with the process. */
export interface ScrapeState {
  readonly authFailures: Record<ScrapeRefusalReason, number>;
  readonly http: Record<HttpGroup, Record<HttpCode, number>>;
}

export function newScrapeState(): ScrapeState {
  return {
    authFailures: zeros(scrapeRefusalReasonNames),
    http: Object.fromEntries(httpGroups.map((group) => [group, zeros(httpCodes)])) as ScrapeState['http'],
  };
}

function zeros<Key extends string>(keys: readonly Key[]): Record<Key, number> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<Key, number>;
}
