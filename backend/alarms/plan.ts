import { ruleItself } from './subject.ts';

/** What a rule found at one tick. */
export interface Verdict {
  /** Subjects for which the condition holds. */
  readonly holds: readonly string[];
  /** Whether it is known not to hold for the others. If not, they stay as they are. */
  readonly certain: boolean;
}

export type Change =
  | { readonly do: 'open'; readonly subject: string }
  | { readonly do: 'resolve'; readonly alarmId: string }
  | { readonly do: 'pend'; readonly subject: string; readonly since: number; readonly seenAt: number }
  | { readonly do: 'forget'; readonly subject: string };

export interface Situation {
  /** Undefined where the rule could not be evaluated. */
  readonly verdict: Verdict | undefined;
  readonly forMs: number;
  /** This rule's alarms that are active until their condition clears. */
  readonly active: readonly { readonly id: string; readonly subject: string }[];
  readonly pending: readonly { readonly subject: string; readonly since: number; readonly seen_at: number }[];
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  readonly tickMs: number;
}

/** What a tick changes for one rule. A condition has to hold at every tick: a gap of more than two starts `for` anew. */
export function plan({ verdict, forMs, active, pending, now, tickMs }: Situation): Change[] {
  const changes: Change[] = [];
  const isActive = new Set(active.map(({ subject }) => subject));
  const since = new Map(pending.map((row) => [row.subject, isFresh(row) ? row.since : now]));

  function isFresh({ seen_at }: Situation['pending'][number]): boolean {
    return now >= seen_at && now - seen_at <= 2 * tickMs;
  }

  if (!verdict) return isActive.has(ruleItself) ? [] : [{ do: 'open', subject: ruleItself }];

  const holds = new Set(verdict.holds);
  for (const subject of holds) {
    if (isActive.has(subject)) continue;
    const from = since.get(subject) ?? now;
    if (now - from < forMs) {
      changes.push({ do: 'pend', subject, since: from, seenAt: now });
      continue;
    }
    if (since.has(subject)) changes.push({ do: 'forget', subject });
    changes.push({ do: 'open', subject });
  }
  for (const { id, subject } of active) {
    if (!holds.has(subject) && (verdict.certain || subject === ruleItself))
      changes.push({ do: 'resolve', alarmId: id });
  }
  for (const { subject } of pending) {
    if (!holds.has(subject) && verdict.certain) changes.push({ do: 'forget', subject });
  }
  return changes;
}
