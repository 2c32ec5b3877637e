/** More consumers of one token than this are not kept apart: the one seen longest ago is forgotten. */
export const CONSUMERS_MAX = 10;
/** So many of the latest gaps between scrapes make the usual interval; it needs at least a few. */
const GAPS_KEPT = 9;
const GAPS_NEEDED = 3;
/** What happened within so many usual intervals happens at once. */
export const FEW_INTERVALS = 5;

/**
 * What scrapes tell of a token's user, of which the intervals are worked out when they are read, not at every scrape.
 * Durations are in milliseconds; null: too early to tell.
 */
export interface Rhythm {
  readonly usualMs: number | null;
  /** The usual interval of this consumer alone. */
  readonly ownUsualMs: number | null;
  /** Several consumers use the token at once. An address that only moved is one consumer after the other. */
  readonly shared: boolean;
}

interface Consumer {
  /** The scrape before the last, undefined where there was only one. */
  before: number | undefined;
  last: number;
  readonly gaps: number[];
}

interface Observed {
  last: number | undefined;
  readonly gaps: number[];
  /** The one seen longest ago comes first. */
  readonly consumers: Map<string, Consumer>;
}

/**
 * Learns who uses each token, and how often. In memory, at a cost that does not grow.
 * @returns a function to call for each scrape: the token, its consumer, and a monotonic time in milliseconds.
 */
export function createConsumerTracker(): (id: string, consumer: string, at: number) => Rhythm {
  const tokens = new Map<string, Observed>();

  return (id, name, at) => {
    const token: Observed = tokens.get(id) ?? { last: undefined, gaps: [], consumers: new Map<string, Consumer>() };
    tokens.set(id, token);
    const known = token.consumers.get(name);
    // Each consumer has its own interval; one that is new continues the token's.
    const since = known?.last ?? token.last;
    if (since !== undefined) keep(token.gaps, at - since);
    token.last = at;

    const consumer: Consumer = { before: known?.last, last: at, gaps: known?.gaps ?? [] };
    if (known) keep(consumer.gaps, at - known.last);
    if (token.consumers.size > 1) token.consumers.delete(name);
    token.consumers.set(name, consumer);
    forgetOldest(token.consumers);

    return {
      get usualMs() {
        return median(token.gaps);
      },
      get ownUsualMs() {
        return median(consumer.gaps);
      },
      shared: token.consumers.size > 1 && isShared(token, consumer),
    };
  };
}

/** @param consumers by what sets them apart, the one seen longest ago first */
export function forgetOldest(consumers: Map<string, unknown>): void {
  if (consumers.size <= CONSUMERS_MAX) return;
  for (const oldest of consumers.keys()) {
    consumers.delete(oldest);
    if (consumers.size <= CONSUMERS_MAX) return;
  }
}

function isShared({ consumers, gaps }: Observed, latest: Consumer): boolean {
  const usualMs = median(gaps);
  for (const other of consumers.values()) if (other !== latest && interleave(latest, other, usualMs)) return true;
  return false;
}

/** Whether the other one came between two scrapes of the latest consumer, and both came more than once of late. */
function interleave(latest: Consumer, other: Consumer, usualMs: number | null): boolean {
  if (latest.before === undefined || other.before === undefined || other.last <= latest.before) return false;
  const usual = Math.max(usualMs ?? 0, median(latest.gaps) ?? 0, median(other.gaps) ?? 0);
  return latest.last - Math.min(latest.before, other.before) <= FEW_INTERVALS * usual;
}

function keep(gaps: number[], gap: number): void {
  gaps.push(gap);
  if (gaps.length > GAPS_KEPT) gaps.shift();
}

function median(gaps: readonly number[]): number | null {
  if (gaps.length < GAPS_NEEDED) return null;
  return [...gaps].sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? null;
}
