import { describe, expect, test } from 'vitest';
import { plan, type Situation } from '../../backend/alarms/plan.ts';
import { ruleItself } from '../../backend/alarms/subject.ts';

const TICK = 15_000;
const NOW = 1_000_000;
const MINUTE = 60_000;

const situation = (more: Partial<Situation>): Situation => ({
  verdict: { holds: ['a'], certain: true },
  forMs: MINUTE,
  active: [],
  pending: [],
  now: NOW,
  tickMs: TICK,
  ...more,
});
const pending = (since: number, seenAt: number) => [{ subject: 'a', since, seen_at: seenAt }];
const holdsNot = (certain: boolean) => ({ holds: [], certain });

describe('a condition that has to hold for a minute', () => {
  test('waits from the first tick at which it holds', () => {
    expect(plan(situation({}))).toEqual([{ do: 'pend', subject: 'a', since: NOW, seenAt: NOW }]);
  });

  test('opens in the very millisecond in which it has, and not before', () => {
    const seen = NOW - TICK;
    expect(plan(situation({ pending: pending(NOW - MINUTE, seen) }))).toEqual([
      { do: 'forget', subject: 'a' },
      { do: 'open', subject: 'a' },
    ]);
    expect(plan(situation({ pending: pending(NOW - MINUTE + 1, seen) }))).toEqual([
      { do: 'pend', subject: 'a', since: NOW - MINUTE + 1, seenAt: NOW },
    ]);
  });

  test('starts anew after more than two ticks', () => {
    expect(plan(situation({ pending: pending(0, NOW - 2 * TICK) }))).toContainEqual({ do: 'open', subject: 'a' });
    expect(plan(situation({ pending: pending(0, NOW - 2 * TICK - 1) }))).toEqual([
      { do: 'pend', subject: 'a', since: NOW, seenAt: NOW },
    ]);
  });

  test('starts anew where the clock stepped back behind what was seen; within the same millisecond it goes on', () => {
    expect(plan(situation({ pending: pending(0, NOW + 1) }))).toEqual([
      { do: 'pend', subject: 'a', since: NOW, seenAt: NOW },
    ]);
    expect(plan(situation({ pending: pending(0, NOW) }))).toContainEqual({ do: 'open', subject: 'a' });
  });

  test('is forgotten where it is known not to hold, and kept where nobody knows', () => {
    const waiting = pending(NOW - TICK, NOW - TICK);
    expect(plan(situation({ pending: waiting, verdict: holdsNot(true) }))).toEqual([{ do: 'forget', subject: 'a' }]);
    expect(plan(situation({ pending: waiting, verdict: holdsNot(false) }))).toEqual([]);
  });
});

test('what needs to hold for no time opens at once, and leaves nothing behind to be forgotten', () => {
  expect(plan(situation({ forMs: 0 }))).toEqual([{ do: 'open', subject: 'a' }]);
});

test('what is active already is not opened again', () => {
  expect(plan(situation({ forMs: 0, active: [{ id: 'alm_1', subject: 'a' }] }))).toEqual([]);
});

test('an alarm resolves where its condition is known not to hold, and stays where nobody knows', () => {
  const active = [{ id: 'alm_1', subject: 'a' }];
  expect(plan(situation({ active, verdict: holdsNot(true) }))).toEqual([{ do: 'resolve', alarmId: 'alm_1' }]);
  expect(plan(situation({ active, verdict: holdsNot(false) }))).toEqual([]);
});

describe('that a rule cannot be evaluated', () => {
  const itself = [{ id: 'alm_2', subject: ruleItself }];

  test('opens one alarm about the rule, and changes nothing else', () => {
    const more = { verdict: undefined, active: [{ id: 'alm_1', subject: 'a' }], pending: pending(0, NOW) };
    expect(plan(situation(more))).toEqual([{ do: 'open', subject: ruleItself }]);
    expect(plan(situation({ ...more, active: [...more.active, ...itself] }))).toEqual([]);
  });

  test('is over with the first evaluation, also one that is not certain', () => {
    const active = [{ id: 'alm_1', subject: 'a' }, ...itself];
    expect(plan(situation({ active, verdict: holdsNot(false) }))).toEqual([{ do: 'resolve', alarmId: 'alm_2' }]);
  });
});
