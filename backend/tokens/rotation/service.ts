import { yieldToEventLoop } from '../../lib/event-loop.ts';
import type { Kysely } from 'kysely';
import { OBSERVED, type RotationProgress } from '../../../contract/tokens.ts';
import type { Actor } from '../../audit/log.ts';
import { iso, type Clock } from '../../lib/clock.ts';
import type { Database, Tx } from '../../database/database.ts';
import type { ScrapeTokenRow, Schema, TokenRotationRow } from '../../database/schema.ts';
import { notificationTexts, type TokenEvents } from '../events.ts';
import { longestUsualInterval } from '../usage/store.ts';
import * as store from './store.ts';
import { decide, progressOf, successorUsedAt, type Ending, type Switch } from './policy.ts';
import type { Silence } from '../usage/idle-time.ts';
import { findToken, setRevoked } from '../store.ts';

/** Who revokes a token that its successor has replaced. */
const system: Actor = { name: null, via: 'system', ip: null };
const BY_ROTATION = 'rotation';

/** Switches from one token to the next. */
export interface Rotations {
  /** Begins a switch between two tokens that are there. */
  begin(tx: Tx, predecessor: ScrapeTokenRow, successor: ScrapeTokenRow, ending: Ending, actor: Actor): Promise<void>;
  /** Brings the switches that this token takes part in up to date, after it ended or before it is rotated. */
  settle(tx: Tx, token: ScrapeTokenRow, actor: Actor): Promise<void>;
  /** Ends what has come to its end. Called again and again, after last uses were written. */
  advance(underWay: readonly TokenRotationRow[]): Promise<void>;
  /** The token with all before and after it, oldest first. */
  chain(token: ScrapeTokenRow): Promise<ScrapeTokenRow[]>;
  /** The switch that a token takes part in, where one is under way. */
  progress(token: ScrapeTokenRow): Promise<RotationProgress | null>;
  /** Whether a successor of the token has been used. */
  isReplaced(db: Kysely<Schema>, token: ScrapeTokenRow): Promise<boolean>;
  /** Revokes a token, with whatever switch it was to end. */
  revoke(tx: Tx, token: ScrapeTokenRow, actor: Actor, by: string, details?: object): Promise<void>;
}

export interface RotationsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly events: TokenEvents;
  readonly silence: Silence;
  /** A token as it is now, with what is not written yet. */
  readonly asOfNow: (row: ScrapeTokenRow) => Switch['predecessor'];
}

export function createRotations({ database, clock, events, silence, asOfNow }: RotationsOptions): Rotations {
  /** When each predecessor was last seen used, by this process or by another. */
  let known = new Map<string, number | null>();

  async function look(db: Kysely<Schema>, rotation: TokenRotationRow): Promise<Switch | undefined> {
    const predecessor = await findToken(db, rotation.predecessor_id);
    if (!predecessor) return undefined;
    return {
      rotation,
      predecessor: asOfNow(predecessor),
      successors: (await store.successorsOf(db, predecessor)).map(asOfNow),
      silentMs: silence.of(predecessor.id),
      longestUsualMs: await longestUsualInterval(db, predecessor.id),
    };
  }

  async function revoke(tx: Tx, token: ScrapeTokenRow, actor: Actor, by: string, details?: object): Promise<void> {
    const at = clock.now();
    await setRevoked(tx, token, at, by);
    await store.endRotation(tx, token.id);
    await events.record(tx, 'token.revoked', token, actor, details);
    await events.ring(tx, 'token.revoked', token, { ...notificationTexts['token.revoked'](token.name), at });
  }

  /** Looks at a switch under the write lock, and ends it where that is due. */
  async function conclude(tx: Tx, predecessorId: string, actor: Actor): Promise<void> {
    const rotation = await store.rotationFrom(tx, predecessorId);
    const found = rotation && (await look(tx, rotation));
    const token = await findToken(tx, predecessorId);
    if (!found || !token) return;
    const successor = rotation.successor_id;
    switch (decide(found, clock.now())) {
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

  /** Silence counts from when the successor is used, or this process first looks; every use of the predecessor ends it. */
  function watch({ rotation, predecessor, successors }: Switch, before: number | null | undefined): void {
    const isNews = before !== predecessor.lastUsedAt;
    if (isNews || successorUsedAt(successors) === null) silence.seen(rotation.predecessor_id);
  }

  return {
    revoke,

    async begin(tx, predecessor, successor, { grace, latestAt }, actor) {
      const at = clock.now();
      await store.setSuccessor(tx, predecessor.id, successor.id);
      const next = { successor: successor.id, successorExpiresAt: iso(successor.expires_at) };
      await events.record(tx, 'token.rotated', predecessor, actor, { ...next, grace, latestAt: iso(latestAt) });
      await events.ring(tx, 'token.rotated', predecessor, {
        ...notificationTexts['token.rotated'](predecessor.name),
        at,
      });
      const by = actor.name ?? 'unknown';
      if (grace === 0) return revoke(tx, predecessor, actor, by, { reason: BY_ROTATION, successor: successor.id });
      await store.insertRotation(tx, {
        predecessor_id: predecessor.id,
        successor_id: successor.id,
        grace: grace === OBSERVED ? 'observed' : 'timed',
        started_at: at,
        started_by: by,
        latest_at: latestAt,
      });
    },

    async settle(tx, token, actor) {
      for (const { id } of [token, ...(await store.predecessorsOf(tx, token))]) await conclude(tx, id, actor);
    },

    async advance(underWay) {
      const seen: typeof known = new Map();
      for (const rotation of underWay) {
        const found = await look(database.read, rotation);
        if (!found) continue;
        const { predecessor_id: id } = rotation;
        seen.set(id, found.predecessor.lastUsedAt);
        watch(found, known.get(id));
        const decision = decide({ ...found, silentMs: silence.of(id) }, clock.now());
        // Decided once more under the write lock: what was read may have changed.
        if (decision !== 'wait') await database.transaction((tx) => conclude(tx, id, system));
        await yieldToEventLoop();
      }
      known = seen;
    },

    async chain(token) {
      const before = await store.predecessorsOf(database.read, token);
      return [...before.reverse(), token, ...(await store.successorsOf(database.read, token))];
    },

    async progress({ id }) {
      const rotation = (await store.rotationFrom(database.read, id)) ?? (await store.rotationTo(database.read, id));
      const found = rotation && (await look(database.read, rotation));
      return found ? progressOf(found) : null;
    },

    async isReplaced(db, token) {
      return successorUsedAt((await store.successorsOf(db, token)).map(asOfNow)) !== null;
    },
  };
}
