import type { Token, TokenConsumers } from '../../../contract/api.ts';

/** Scrapes come a little late at times: what was seen within so many intervals is in use. */
const INTERVALS = 2;
/** While nobody knows yet how often a token is used: as long as Prometheus itself takes a series for current. */
const UNKNOWN_INTERVAL_MS = 5 * 60 * 1000;

/** Who uses a token right now. */
export interface RecentUse {
  /** ISO 8601 */
  readonly at: string;
  readonly addresses: readonly string[];
  /** Null: not known yet. */
  readonly intervalSeconds: number | null;
}

type Used = Pick<Token, 'status' | 'lastUsedAt' | 'lastIp'>;

/**
 * Tells whether a token was scraped with as lately as its usual interval lets expect, that is, whether to end it now makes a
 * scrape fail.
 * @param seen nothing where it could not be asked: then the token's own last use counts.
 */
export function recentUse(token: Used, seen: TokenConsumers | undefined, now: number): RecentUse | undefined {
  const at = seen?.lastScrape?.at ?? token.lastUsedAt;
  const intervalSeconds = seen?.usualIntervalSeconds ?? null;
  const patience = intervalSeconds === null ? UNKNOWN_INTERVAL_MS : INTERVALS * intervalSeconds * 1000;
  const isRecent = (time: string) => now - Date.parse(time) <= patience;
  if (token.status !== 'active' || at === null || !isRecent(at)) return undefined;
  const last = seen?.lastScrape?.ip ?? token.lastIp;
  const others = seen?.consumers.filter(({ lastAt }) => isRecent(lastAt)).map(({ ip }) => ip) ?? [];
  return { at, addresses: [...new Set([...(last === null ? [] : [last]), ...others])], intervalSeconds };
}
