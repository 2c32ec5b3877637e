/** Which values a family's samples can have. */
import type { Family, MetricType } from '../../../contract/catalogue-model.ts';
import type { Sample } from '../../exposition/parse/types.ts';

/** A sentence where the value is none of such a family. */
export function faultOfNumber(name: string, type: MetricType, value: number): string | undefined {
  switch (type) {
    case 'gauge':
      return undefined;
    case 'counter':
    case 'histogram':
      if (Number.isFinite(value) && value >= 0) return undefined;
      return `has a value of ${name} that no ${type} can have: it has to be a finite number, not below 0`;
    case 'info':
      return value === 1 ? undefined : `has a value of ${name} other than 1, which is an info's only one`;
    case 'stateset':
      return value === 0 || value === 1 ? undefined : `has a value of ${name} other than 0 and 1: it is a state`;
  }
}

/** A sentence where the sample brings its own time. */
export function faultOfTime({ name, hasTimestamp }: Sample, family: Pick<Family, 'name'>): string | undefined {
  const what = name === family.name ? name : `${name} of ${family.name}`;
  if (!hasTimestamp) return undefined;
  return `gives ${what} a time: leave it out, because what is reported ages by the time of its arrival`;
}
