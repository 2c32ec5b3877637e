import type { Token, TokenConsumers, TokenStatus } from '../../contract/api.ts';
import { iso, type Clock } from '../lib/clock.ts';
import type { Database } from '../database/database.ts';
import type { ScrapeTokenRow, TokenConsumerRow, TokenObservationRow } from '../database/schema.ts';
import { withUse } from '../database/record-times.ts';
import type { WriteBehind } from '../database/write-behind.ts';
import { concernsOf } from './warnings.ts';
import { consumersOf, observationsOf } from './usage/store.ts';
import type { Silence } from './usage/idle-time.ts';
import { statusOf, toToken } from './token.ts';
import type { TokenUses } from './usage/usage.ts';

/** Tokens as the API shows them: what is stored, and what is known but not written yet. */
export interface Presenter {
  present(row: ScrapeTokenRow): Promise<Token>;
  /** Several at once; what is asked of the database does not grow with them. */
  presentAll(rows: readonly ScrapeTokenRow[]): Promise<Token[]>;
  consumers(row: ScrapeTokenRow): Promise<TokenConsumers>;
  asOfNow(row: ScrapeTokenRow): { status: TokenStatus; lastUsedAt: number | null };
}

export interface PresenterOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly uses: TokenUses;
  readonly expiries: WriteBehind<true>;
  readonly silence: Silence;
}

export function createPresenter({ database, clock, uses, expiries, silence }: PresenterOptions): Presenter {
  function current(row: ScrapeTokenRow): ScrapeTokenRow {
    const state = row.state === 'active' && expiries.pending(row.id) ? 'expired' : row.state;
    return withUse({ ...row, state }, uses.pending(row.id));
  }

  function toShow(row: ScrapeTokenRow, observation: TokenObservationRow | undefined): Token {
    const token = current(row);
    const now = clock.now();
    const status = statusOf(token, now);
    return toToken(token, status, concernsOf({ token, status, observation, silentMs: silence.of(token.id) }, now));
  }

  async function presentAll(rows: readonly ScrapeTokenRow[]): Promise<Token[]> {
    const ids = rows.map(({ id }) => id);
    const observations = await observationsOf(database.read, ids);
    return rows.map((row) => toShow(row, observations.get(row.id)));
  }

  return {
    async present(row) {
      const observations = await observationsOf(database.read, [row.id]);
      return toShow(row, observations.get(row.id));
    },

    presentAll,

    async consumers(row) {
      const observation = (await observationsOf(database.read, [row.id])).get(row.id);
      const { concerns } = toShow(row, observation);
      const usual = observation?.usual_ms ?? null;
      return {
        usualIntervalSeconds: usual === null ? null : usual / 1000,
        lastScrape: lastScrapeOf(row, observation),
        consumers: (await consumersOf(database.read, row.id)).map(toConsumer),
        knocking: concerns.includes('knocking') ? knockingOf(observation) : null,
        concerns,
      };
    },

    asOfNow(row) {
      const token = current(row);
      return { status: statusOf(token, clock.now()), lastUsedAt: token.last_used_at };
    },
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

function knockingOf(observation: TokenObservationRow | undefined): TokenConsumers['knocking'] {
  const { knock_at: at = null, knock_ip: ip = null, knock_reason: reason = null } = observation ?? {};
  if (at === null || ip === null || reason === null) return null;
  return { ip, reason, count: observation?.knock_count ?? 0, lastAt: iso(at) };
}

function orNull(text: string | null | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}
