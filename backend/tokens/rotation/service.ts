import type { Kysely } from 'kysely';
import { OBSERVED, type RotateTokenBody, type RotationProgress } from '../../../contract/tokens.ts';
import type { Actor } from '../../audit/log.ts';
import type { Database, Tx } from '../../database/database.ts';
import type { ScrapeTokenRow, Schema, TokenRotationRow } from '../../database/schema.ts';
import { Refusal } from '../../http/refusal.ts';
import { iso, type Clock } from '../../lib/clock.ts';
import type { ClockSteps } from '../../lib/clock-steps.ts';
import { yieldToEventLoop } from '../../lib/event-loop.ts';
import { notificationTexts, type TokenEvents } from '../model/events.ts';
import { allowedExpiry, inheritedExpiry } from '../model/expiry.ts';
import { findToken, insertToken, requireToken, setRevoked } from '../model/store.ts';
import { mint, statusOf } from '../model/token.ts';
import type { IdleTime } from '../usage/idle-time.ts';
import { longestUsualInterval } from '../usage/store.ts';
import type { TokenUsage } from '../usage/usage.ts';
import { decide, endingOf, progressOf, successorUsedAt, type Ending, type RotationState } from './policy.ts';
import * as store from './store.ts';

/** Who revokes a token that its successor has replaced. */
const system: Actor = { name: null, via: 'system', ip: null };
const BY_ROTATION = 'rotation';

/** Rotations from one token to the next, and the end of a token. */
export interface RotationService {
  /**
   * Mints a successor; the token ends when that has taken over, or its time is up.
   * @throws Refusal `token_not_found`, `token_not_active`, `token_already_rotated`, those of an expiry, `invalid_request`
   */
  rotate(id: string, body: RotateTokenBody, actor: Actor): Promise<Rotated>;
  /** Revokes a token, with whatever rotation it was to end by. */
  revoke(tx: Tx, token: ScrapeTokenRow, actor: Actor, by: string, details?: object): Promise<void>;
  /** Brings the rotations that this token takes part in up to date, after it ended or before it is rotated. */
  settle(tx: Tx, token: ScrapeTokenRow, actor: Actor): Promise<void>;
  /** Every rotation that is under way, the oldest first. */
  underWay(): Promise<TokenRotationRow[]>;
  /** Keeps the length of what ends after a time, however the wall clock was set. Called after `advance`. */
  followClock(): Promise<void>;
  /** Ends what has come to its end. Called again and again, after last uses were written. */
  advance(underWay: readonly TokenRotationRow[]): Promise<void>;
  /** The token with all before and after it, oldest first. */
  chain(token: ScrapeTokenRow): Promise<ScrapeTokenRow[]>;
  /** The rotation that a token takes part in, where one is under way. */
  progress(token: ScrapeTokenRow): Promise<RotationProgress | null>;
  /** Whether a successor of the token has been used. */
  isReplaced(db: Kysely<Schema>, token: ScrapeTokenRow): Promise<boolean>;
}

export interface Rotated {
  readonly predecessor: ScrapeTokenRow;
  readonly successor: ScrapeTokenRow;
  /** Of the successor. It exists nowhere else. */
  readonly secret: string;
}

export interface RotationServiceOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly steps: ClockSteps;
  readonly events: TokenEvents;
  readonly usage: TokenUsage;
  readonly idleTime: IdleTime;
  /** How long a new token may live; undefined: for ever. */
  readonly maxLifetimeDays: number | undefined;
}

export function createRotationService(options: RotationServiceOptions): RotationService {
  const { database, clock, steps, events, maxLifetimeDays } = options;
  const { read } = database;
  const { stateOf, asOfNow } = stateReader(options);

  async function revoke(tx: Tx, token: ScrapeTokenRow, actor: Actor, by: string, details?: object): Promise<void> {
    const at = clock.now();
    await setRevoked(tx, token, at, by);
    await store.endRotation(tx, token.id);
    await events.record(tx, 'token.revoked', token, actor, details);
    await events.notify(tx, 'token.revoked', token, { ...notificationTexts['token.revoked'](token.name), at });
  }

  /** Looks at a rotation under the write lock, and ends it where that is due. */
  async function conclude(tx: Tx, predecessorId: string, actor: Actor): Promise<void> {
    const rotation = await store.rotationFrom(tx, predecessorId);
    const state = rotation && (await stateOf(tx, rotation));
    const token = await findToken(tx, predecessorId);
    if (!state || !token) return;
    const successor = rotation.successor_id;
    switch (decide(state, steps.now())) {
      case 'wait':
        return;
      case 'revoke':
        return revoke(tx, token, system, BY_ROTATION, { reason: BY_ROTATION, successor });
      case 'over':
        return store.endRotation(tx, predecessorId);
      case 'call_off':
        await store.endRotation(tx, predecessorId);
        await store.setSuccessor(tx, predecessorId, null);
        await store.forgetPredecessor(tx, successor);
        return events.record(tx, 'token.rotation_called_off', token, actor, { successor });
    }
  }

  async function settle(tx: Tx, token: ScrapeTokenRow, actor: Actor): Promise<void> {
    for (const { id } of [token, ...(await store.predecessorsOf(tx, token))]) await conclude(tx, id, actor);
  }

  /** Begins a rotation between two tokens that are there. */
  async function begin(tx: Tx, predecessor: ScrapeTokenRow, successor: ScrapeTokenRow, ending: Ending, actor: Actor) {
    const { grace, latestAt } = ending;
    const by = actor.name ?? 'unknown';
    await store.setSuccessor(tx, predecessor.id, successor.id);
    const next = { successor: successor.id, successorExpiresAt: iso(successor.expires_at) };
    await events.record(tx, 'token.rotated', predecessor, actor, { ...next, grace, latestAt: iso(latestAt) });
    const text = notificationTexts['token.rotated'](predecessor.name);
    await events.notify(tx, 'token.rotated', predecessor, { ...text, at: clock.now() });
    if (grace === 0) return revoke(tx, predecessor, actor, by, { reason: BY_ROTATION, successor: successor.id });
    await store.insertRotation(tx, {
      predecessor_id: predecessor.id,
      successor_id: successor.id,
      grace: grace === OBSERVED ? 'observed' : 'timed',
      started_at: steps.now(),
      started_by: by,
      latest_at: latestAt,
    });
  }

  return {
    async rotate(id, body, actor) {
      const ending = endingOf(body, steps.now());
      return database.transaction(async (tx) => {
        await settle(tx, await requireToken(tx, id), actor);
        const token = await requireToken(tx, id);
        if (asOfNow(token).status !== 'active') throw new Refusal('token_not_active');
        if (token.successor_id !== null) throw new Refusal('token_already_rotated');
        const { row: successor, secret } = mintSuccessor(token, body, actor, clock.now(), maxLifetimeDays);
        await insertToken(tx, successor);
        await events.recordCreated(tx, successor, actor);
        await begin(tx, token, successor, ending, actor);
        return { predecessor: await requireToken(tx, id), successor, secret };
      });
    },
    revoke,
    settle,
    underWay: () => store.rotationsUnderWay(read),

    async followClock() {
      const by = steps.pending();
      if (by === 0) return;
      await database.transaction((tx) => store.moveTimed(tx, by, steps.now()));
      steps.follow(by);
    },

    advance: createAdvance(options, (id) => database.revoking((tx) => conclude(tx, id, system))),

    async chain(token) {
      const before = await store.predecessorsOf(read, token);
      return [...before.reverse(), token, ...(await store.successorsOf(read, token))];
    },

    async progress({ id }) {
      const rotation = (await store.rotationFrom(read, id)) ?? (await store.rotationTo(read, id));
      const state = rotation && (await stateOf(read, rotation));
      return state ? progressOf(state) : null;
    },

    async isReplaced(db, token) {
      return successorUsedAt((await store.successorsOf(db, token)).map(asOfNow)) !== null;
    },
  };
}

function mintSuccessor(
  token: ScrapeTokenRow,
  body: RotateTokenBody,
  actor: Actor,
  now: number,
  maxLifetimeDays: number | undefined,
) {
  const expires_at =
    body.expiresAt === undefined
      ? inheritedExpiry(token, now, maxLifetimeDays)
      : allowedExpiry(body.expiresAt, now, maxLifetimeDays);
  const { id: predecessor_id, name, catalogues } = token;
  return mint({ name, created_at: now, created_by: actor.name ?? 'unknown', expires_at, predecessor_id, catalogues });
}

/** Reads rotations as they are now, with what is known of their tokens but not written yet. */
function stateReader({ clock, usage, idleTime }: RotationServiceOptions) {
  function asOfNow(row: ScrapeTokenRow): RotationState['predecessor'] {
    const token = usage.current(row);
    return { status: statusOf(token, clock.now()), lastUsedAt: token.last_used_at };
  }

  async function stateOf(db: Kysely<Schema>, rotation: TokenRotationRow): Promise<RotationState | undefined> {
    const predecessor = await findToken(db, rotation.predecessor_id);
    if (!predecessor) return undefined;
    return {
      rotation,
      predecessor: asOfNow(predecessor),
      successors: (await store.successorsOf(db, predecessor)).map(asOfNow),
      idleMs: idleTime.of(predecessor.id),
      longestUsualMs: await longestUsualInterval(db, predecessor.id),
    };
  }

  return { asOfNow, stateOf };
}

/** @param conclude looks at one rotation under the write lock, and ends it where that is due */
function createAdvance(
  options: RotationServiceOptions,
  conclude: (predecessorId: string) => Promise<void>,
): RotationService['advance'] {
  const { database, steps, idleTime } = options;
  const { stateOf } = stateReader(options);
  /** When each predecessor was last seen used, by this process or by another. */
  let known = new Map<string, number | null>();

  /** Idle time counts from when the successor is used, or this process first looks; every use of the predecessor ends it. */
  function watch(id: string, { predecessor, successors }: RotationState): void {
    const isNews = known.get(id) !== predecessor.lastUsedAt;
    if (isNews || successorUsedAt(successors) === null) idleTime.seen(id);
  }

  return async (underWay) => {
    const seen: typeof known = new Map();
    for (const rotation of underWay) {
      const { predecessor_id: id } = rotation;
      const state = await stateOf(database.read, rotation);
      if (!state) continue;
      seen.set(id, state.predecessor.lastUsedAt);
      watch(id, state);
      const decision = decide({ ...state, idleMs: idleTime.of(id) }, steps.now());
      // Decided once more under the write lock: what was read may have changed.
      if (decision !== 'wait') await conclude(id);
      await yieldToEventLoop();
    }
    known = seen;
  };
}
