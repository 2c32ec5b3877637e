import { OBSERVED, type RotateTokenBody, type RotationProgress, type TokenStatus } from '../../../contract/tokens.ts';
import { iso } from '../../lib/clock.ts';
import type { TokenRotationRow } from '../../database/schema.ts';
import { invalidField, timeField } from '../../http/fields.ts';
import { SHORTEST_IDLE_MS } from '../usage/idle-time.ts';

/** How a predecessor ends. */
export interface Ending {
  /** `observed`, or so many seconds; 0: at once. */
  readonly grace: RotateTokenBody['grace'];
  /** When it ends in any case, in milliseconds since the Unix epoch. */
  readonly latestAt: number | null;
}

/** A token as a rotation looks at it. */
export interface Participant {
  readonly status: TokenStatus;
  readonly lastUsedAt: number | null;
}

/** A rotation from one token to the next, as things stand. Times are in milliseconds. */
export interface RotationState {
  readonly rotation: TokenRotationRow;
  readonly predecessor: Participant;
  /** The successor, and whatever has replaced that since. */
  readonly successors: readonly Participant[];
  readonly idleMs: number;
  readonly longestUsualMs: number;
}

/** `over`: the predecessor has ended some other way. `call_off`: there is nobody left to take over. */
export type Decision = 'wait' | 'revoke' | 'over' | 'call_off';

export function decide({ rotation, predecessor, successors, ...observed }: RotationState, now: number): Decision {
  if (predecessor.status !== 'active') return 'over';
  if (!successors.some(({ status }) => status === 'active')) return 'call_off';
  if (rotation.latest_at !== null && rotation.latest_at <= now) return 'revoke';
  if (rotation.grace === 'timed' || successorUsedAt(successors) === null) return 'wait';
  return observed.idleMs >= idleNeededMs(observed.longestUsualMs) ? 'revoke' : 'wait';
}

export function progressOf({ rotation, successors, ...observed }: RotationState): RotationProgress {
  const usedAt = successorUsedAt(successors);
  return {
    predecessorId: rotation.predecessor_id,
    successorId: rotation.successor_id,
    grace: rotation.grace,
    startedAt: iso(rotation.started_at),
    startedBy: rotation.started_by,
    waitingFor: rotation.grace === 'timed' ? 'time' : usedAt === null ? 'successor' : 'silence',
    successorUsedAt: iso(usedAt),
    silentSeconds: Math.floor(observed.idleMs / 1000),
    silentSecondsNeeded: Math.ceil(idleNeededMs(observed.longestUsualMs) / 1000),
    latestAt: iso(rotation.latest_at),
  };
}

/** When any of those who take over was last used; null: never yet. */
export function successorUsedAt(successors: readonly Participant[]): number | null {
  const uses = successors.flatMap(({ lastUsedAt }) => (lastUsedAt === null ? [] : [lastUsedAt]));
  return uses.length === 0 ? null : Math.max(...uses);
}

/** Three times the longest usual interval: after one late scrape a token is not idle. At least ten minutes. */
function idleNeededMs(longestUsualMs: number): number {
  return Math.max(SHORTEST_IDLE_MS, 3 * longestUsualMs);
}

/** How a token ends that somebody asked to rotate. @throws Refusal `invalid_request` */
export function endingOf({ grace, latestAt }: RotateTokenBody, now: number): Ending {
  if (grace !== OBSERVED) {
    if (latestAt !== undefined) throw invalidField('latestAt', `Leave it out, or choose the grace “${OBSERVED}”.`);
    return { grace, latestAt: now + grace * 1000 };
  }
  const latest = timeField('latestAt', latestAt) ?? null;
  if (latest !== null && latest <= now) throw invalidField('latestAt', 'Choose a time in the future.');
  return { grace, latestAt: latest };
}
