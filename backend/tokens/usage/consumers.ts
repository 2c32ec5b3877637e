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

interface Observed {
  last: number | undefined;
  readonly gaps: number[];
  /** The one seen longest ago comes first. */
  readonly consumers: Map<string, Consumer>;
}

class Consumer implements Rhythm {
  /** The scrape before the last, undefined where there was only one. */
  before: number | undefined;
  last: number | undefined;
  shared = false;
  readonly gaps: number[] = [];
  readonly #token: Observed;

  constructor(token: Observed) {
    this.#token = token;
  }

  get usualMs(): number | null {
    return median(this.#token.gaps);
  }

  get ownUsualMs(): number | null {
    return median(this.gaps);
  }
}

/**
 * Learns who uses each token, and how often. In memory, at a cost that does not grow.
 * @returns a function to call for each scrape: the token, its consumer, and a monotonic time in milliseconds. What it gives
 * for a consumer is always the same object, as it is now.
 */
export function createConsumerTracker(): (id: string, consumer: string, at: number) => Rhythm {
  const tokens = new Map<string, Observed>();

  function tokenOf(id: string): Observed {
    const known = tokens.get(id);
    if (known) return known;
    const token = { last: undefined, gaps: [], consumers: new Map<string, Consumer>() };
    tokens.set(id, token);
    return token;
  }

  /** The consumer, as the one seen last. */
  function consumerOf(token: Observed, name: string): Consumer {
    const { consumers } = token;
    const known = consumers.get(name);
    if (known && consumers.size === 1) return known;
    const consumer = known ?? new Consumer(token);
    consumers.delete(name);
    consumers.set(name, consumer);
    forgetOldest(consumers);
    return consumer;
  }

  return (id, name, at) => {
    const token = tokenOf(id);
    const consumer = consumerOf(token, name);
    // Each consumer has its own interval; one that is new continues the token's.
    const since = consumer.last ?? token.last;
    if (since !== undefined) keep(token.gaps, at - since);
    if (consumer.last !== undefined) keep(consumer.gaps, at - consumer.last);
    consumer.before = consumer.last;
    consumer.last = at;
    token.last = at;
    consumer.shared = token.consumers.size > 1 && isShared(token, consumer);
    return consumer;
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
  const { before, last } = latest;
  if (before === undefined || last === undefined || other.before === undefined) return false;
  if ((other.last ?? 0) <= before) return false;
  const usual = Math.max(usualMs ?? 0, median(latest.gaps) ?? 0, median(other.gaps) ?? 0);
  return last - Math.min(before, other.before) <= FEW_INTERVALS * usual;
}

function keep(gaps: number[], gap: number): void {
  gaps.push(gap);
  if (gaps.length > GAPS_KEPT) gaps.shift();
}

function median(gaps: readonly number[]): number | null {
  if (gaps.length < GAPS_NEEDED) return null;
  return [...gaps].sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? null;
}
