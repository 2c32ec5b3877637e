import type {
  DiagnoseTokenBody,
  ListTokensQuery,
  Token,
  TokenConsumers,
  TokenDiagnosis,
  TokenList,
  TokenRotation,
} from '../../contract/api.ts';
import type { Database } from '../database/database.ts';
import type { ScrapeTokenRow, TokenConsumerRow, TokenObservationRow } from '../database/schema.ts';
import { iso, type Clock } from '../lib/clock.ts';
import { isBlank, listTokens, searchTokens, type Found } from './model/listing.ts';
import * as store from './model/store.ts';
import { statusOf, toToken } from './model/token.ts';
import type { RotationService } from './rotation/service.ts';
import type { IdleTime } from './usage/idle-time.ts';
import { consumersOf, observationsOf } from './usage/store.ts';
import type { TokenUsage } from './usage/usage.ts';
import { warningsOf } from './warnings.ts';

/** Tokens as the API shows them: what is stored, and what is known but not written yet. */
export interface TokenQueries {
  present(row: ScrapeTokenRow): Promise<Token>;
  /** @throws Refusal `token_not_found` */
  get(id: string): Promise<Token>;
  list(query: ListTokensQuery): Promise<TokenList>;
  /** The tokens before and after it, and how far a rotation is. @throws Refusal `token_not_found` */
  rotation(id: string): Promise<TokenRotation>;
  /** What is seen of its user. @throws Refusal `token_not_found` */
  consumers(id: string): Promise<TokenConsumers>;
  /** What a pasted token is, of which only the public prefix, the checksum's verdict and the hash are known here. */
  diagnose(body: DiagnoseTokenBody): Promise<TokenDiagnosis>;
  /** @param totals the running totals, where they were read already */
  counts(totals?: ReadonlyMap<string, number>): Promise<store.TokenCounts>;
  /** When the next active token expires, in milliseconds since the Unix epoch; Infinity: none does. */
  nextExpiry(): Promise<number>;
  /** When any scrape token was last used. */
  lastScrapeAt(): Promise<string | null>;
}

export interface TokenQueriesOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly usage: TokenUsage;
  readonly idleTime: IdleTime;
  readonly rotations: RotationService;
}

export function createTokenQueries(options: TokenQueriesOptions): TokenQueries {
  const { database, clock, usage, idleTime, rotations } = options;
  const { read } = database;
  const count = store.tokenCounter(database);
  const expiryAfter = store.nextExpiry(database);

  function toShow(row: ScrapeTokenRow, observation: TokenObservationRow | undefined): Token {
    const token = usage.current(row);
    const now = clock.now();
    const status = statusOf(token, now);
    return toToken(token, status, warningsOf({ token, status, observation, idleMs: idleTime.of(token.id) }, now));
  }

  /** What is asked of the database does not grow with the rows. */
  async function presentAll(rows: readonly ScrapeTokenRow[]): Promise<Token[]> {
    const observations = await observationsOf(
      read,
      rows.map(({ id }) => id),
    );
    return rows.map((row) => toShow(row, observations.get(row.id)));
  }

  async function present(row: ScrapeTokenRow): Promise<Token> {
    return toShow(row, (await observationsOf(read, [row.id])).get(row.id));
  }

  async function find(query: ListTokensQuery, now: number): Promise<Found> {
    if (!isBlank(query.search)) return searchTokens(read, query, now);
    const counts = await count(now);
    const total = query.status ? counts[query.status] : counts.active + counts.expired + counts.revoked;
    return { total, rowids: undefined };
  }

  return {
    present,

    get: async (id) => present(await store.requireToken(read, id)),

    async list(query) {
      const now = clock.now();
      const { total, rowids } = await find(query, now);
      const { rows, nextCursor } = await listTokens(read, query, now, rowids);
      return { items: await presentAll(rows), nextCursor, total };
    },

    async rotation(id) {
      const token = await store.requireToken(read, id);
      return { chain: await presentAll(await rotations.chain(token)), progress: await rotations.progress(token) };
    },

    async consumers(id) {
      await usage.flush();
      const row = await store.requireToken(read, id);
      const observation = (await observationsOf(read, [id])).get(id);
      return toConsumers(row, toShow(row, observation), observation, await consumersOf(read, id));
    },

    async diagnose(body) {
      const { verdict, row } = await diagnose(read, body);
      const token = row ? await present(row) : null;
      return { verdict: verdict === 'known' ? (token?.status ?? 'unknown') : verdict, token };
    },

    counts: (totals) => count(clock.now(), totals),
    nextExpiry: () => expiryAfter(clock.now()),
    lastScrapeAt: async () => iso(usage.lastRecordedAt() ?? (await store.lastUse(read))),
  };
}

async function diagnose(db: Database['read'], { prefix, checksum, sha256 }: DiagnoseTokenBody) {
  if (checksum === 'bad') {
    const [row, another] = await store.findByPrefix(db, prefix);
    return { verdict: 'typo', row: another ? undefined : row } as const;
  }
  const row = await store.findByHash(db, sha256);
  return { verdict: row ? 'known' : 'unknown', row } as const;
}

function toConsumers(
  row: ScrapeTokenRow,
  { concerns }: Token,
  observation: TokenObservationRow | undefined,
  consumers: readonly TokenConsumerRow[],
): TokenConsumers {
  const usual = observation?.usual_ms ?? null;
  return {
    usualIntervalSeconds: usual === null ? null : usual / 1000,
    lastScrape: lastScrapeOf(row, observation),
    consumers: consumers.map(toConsumer),
    knocking: concerns.includes('knocking') ? usedAfterEnd(observation) : null,
    concerns,
  };
}

function lastScrapeOf(
  { last_used_at: at, last_ip: ip }: ScrapeTokenRow,
  observation: TokenObservationRow | undefined,
): TokenConsumers['lastScrape'] {
  const format = observation?.last_format ?? null;
  const duration = observation?.last_duration_ms ?? null;
  if (at === null || ip === null || format === null || duration === null) return null;
  return { at: iso(at), durationSeconds: duration / 1000, format, ip, userAgent: orNull(observation?.last_user_agent) };
}

function toConsumer(row: TokenConsumerRow): TokenConsumers['consumers'][number] {
  const { ip, user_agent, first_at, last_at, scrapes } = row;
  return { ip, userAgent: orNull(user_agent), firstAt: iso(first_at), lastAt: iso(last_at), scrapes };
}

function usedAfterEnd(observation: TokenObservationRow | undefined): TokenConsumers['knocking'] {
  const { knock_at: at = null, knock_ip: ip = null, knock_reason: reason = null } = observation ?? {};
  if (at === null || ip === null || reason === null) return null;
  return { ip, reason, count: observation?.knock_count ?? 0, lastAt: iso(at) };
}

function orNull(text: string | null | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}
