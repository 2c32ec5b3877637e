import type { Comparison, Condition, MetricCondition } from '../../contract/alarms.ts';
import { labelSets, type Constants, type PlatformFamily } from '../../contract/catalogue-model.ts';
import { applianceFamilies } from '../../contract/metrics.ts';
import { invalidField } from '../http/fields.ts';

/** The series that a rule watches: those of its family with its label values. */
export function watchedSeries(condition: MetricCondition, constants: Constants): Record<string, string>[] {
  const wanted = Object.entries(condition.labels);
  return labelSets(familyOf(condition), constants).filter((set) =>
    wanted.every(([label, value]) => set[label] === value),
  );
}

/**
 * What the schema cannot say: labels and values are the family's own, a counter is watched over a window and a gauge
 * is not.
 * @throws Refusal `invalid_request` that names the field.
 */
export function checkCondition(condition: Condition, constants: Constants): void {
  if (condition.kind !== 'metric') return;
  const family = familyOf(condition);
  const labels = labelSets(family, constants);
  for (const [label, value] of Object.entries(condition.labels)) {
    const known = [...new Set(labels.flatMap((set) => set[label] ?? []))];
    if (known.length === 0) {
      const names = Object.keys(family.labels);
      const has = names.length === 0 ? 'no labels' : `the labels ${names.join(', ')}`;
      throw invalidField(`condition.labels.${label}`, `${family.name} has ${has}.`);
    }
    if (!known.includes(value)) throw invalidField(`condition.labels.${label}`, `Choose one of ${known.join(', ')}.`);
  }
  if (watchedSeries(condition, constants).length === 0) {
    throw invalidField('condition.labels', `${family.name} has no series with all of these labels.`);
  }
  const isCounter = family.type === 'counter';
  if (isCounter && condition.windowSeconds === undefined) {
    throw invalidField('condition.windowSeconds', `${family.name} is a counter: say over which window it is watched.`);
  }
  if (!isCounter && condition.windowSeconds !== undefined) {
    throw invalidField('condition.windowSeconds', `${family.name} is a gauge, which has no window.`);
  }
}

export function compares(value: number, compare: Comparison, threshold: number): boolean {
  switch (compare) {
    case '>':
      return value > threshold;
    case '>=':
      return value >= threshold;
    case '<':
      return value < threshold;
    case '<=':
      return value <= threshold;
    case '==':
      return value === threshold;
    case '!=':
      return value !== threshold;
  }
}

/** A condition in words, from the rule alone. */
export function describe(condition: Condition): string {
  switch (condition.kind) {
    case 'metric': {
      const { compare, threshold, windowSeconds, forSeconds } = condition;
      const { name } = familyOf(condition);
      const what = windowSeconds === undefined ? name : `increase of ${name} within ${time(windowSeconds)}`;
      return `${what} ${compare} ${threshold}${forSeconds === 0 ? '' : ` for ${time(forSeconds)}`}`;
    }
    case 'audit': {
      const { event, atLeast, windowSeconds } = condition;
      return atLeast === 1 ? `audit event ${event}` : `at least ${atLeast} × ${event} within ${time(windowSeconds)}`;
    }
    case 'token_expiry':
      return `a scrape token in use expires within ${time(condition.withinSeconds)}`;
    case 'token_notice':
      return condition.event;
  }
}

function familyOf({ metric }: MetricCondition): PlatformFamily {
  // A rule that was stored by another release may name a family that is not known here.
  const families: Readonly<Partial<Record<string, PlatformFamily>>> = applianceFamilies;
  const family = families[metric];
  if (!family) throw new Error(`the catalogue has no family ${metric}`);
  return family;
}

function time(seconds: number): string {
  const units = [
    [24 * 3600, 'd'],
    [3600, 'h'],
    [60, 'min'],
  ] as const;
  const [size, unit] = units.find(([one]) => seconds >= one && seconds % one === 0) ?? [1, 's'];
  return `${seconds / size} ${unit}`;
}
