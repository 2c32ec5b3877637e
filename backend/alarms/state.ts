import { severities, type AlarmTransition, type Severity } from '../../contract/metrics.ts';

export type TransitionName = `${AlarmTransition['from']}>${AlarmTransition['to']}`;

/** The numbers of the alarm engine. Counters start at zero with the process. */
export interface AlarmState {
  /** Firing and acknowledged alarms, as of the last refresh. */
  active: Record<Severity, number>;
  transitions: Partial<Record<TransitionName, number>>;
  /** On the monotonic clock, in milliseconds; undefined before the first tick. */
  lastTickMonotonic: number | undefined;
  /** Milliseconds since the Unix epoch; 0 before the first tick. */
  lastTickAt: number;
}

export function newAlarmState(): AlarmState {
  return { active: zeros(), transitions: {}, lastTickMonotonic: undefined, lastTickAt: 0 };
}

function zeros(): Record<Severity, number> {
  return Object.fromEntries(severities.map((severity) => [severity, 0])) as Record<Severity, number>;
}

/** Seconds since the engine last looked at its rules, or undefined before it ever did. */
export function tickAgeSeconds(state: AlarmState, monotonicMs: number): number | undefined {
  return state.lastTickMonotonic === undefined ? undefined : (monotonicMs - state.lastTickMonotonic) / 1000;
}
