/** The samples of a catalogue's families: their names, the types they may be declared as, and the values they can have. */
import { openMetricsName, type Catalogue, type Family, type MetricType } from '../../../contract/catalogue-model.ts';
import type { DeclaredType, Sample } from '../../exposition/parse/types.ts';

export interface KnownSample {
  readonly family: Family;
  readonly part: 'value' | 'bucket' | 'sum' | 'count';
}

/** `created`: when a counter or a histogram began, which client libraries add by themselves and nobody asked for. */
export type KnownSamples = ReadonlyMap<string, KnownSample | 'created'>;

/** In both formats: a counter's sample ends in `_total` and an info's in `_info` where the published name does not. */
export function knownSamples({ families }: Catalogue): KnownSamples {
  const known = new Map<string, KnownSample | 'created'>();
  for (const family of Object.values(families)) {
    if (family.type === 'histogram') {
      for (const part of ['bucket', 'sum', 'count'] as const) known.set(`${family.name}_${part}`, { family, part });
    } else {
      known.set(family.name, { family, part: 'value' });
    }
  }
  const add = (name: string, what: KnownSample | 'created') => known.has(name) || known.set(name, what);
  for (const family of Object.values(families)) {
    const base = openMetricsName(family);
    if (family.type === 'counter') add(`${base}_total`, { family, part: 'value' });
    if (family.type === 'info') add(`${base}_info`, { family, part: 'value' });
    if (family.type === 'counter' || family.type === 'histogram') add(`${base}_created`, 'created');
  }
  return known;
}

const declarable: Readonly<Record<MetricType, readonly DeclaredType[]>> = {
  gauge: ['gauge'],
  counter: ['counter'],
  histogram: ['histogram'],
  info: ['info', 'gauge'],
  stateset: ['stateset', 'gauge'],
};

/** Whether a family can be what the text declares it to be. */
export function isDeclarableAs(type: MetricType, declared: DeclaredType): boolean {
  return declared === 'untyped' || declared === 'unknown' || declarable[type].includes(declared);
}

/** A sentence where the value is none of such a family. */
export function valueProblem(name: string, type: MetricType, value: number): string | undefined {
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
export function timestampProblem({ name, hasTimestamp }: Sample, family: Pick<Family, 'name'>): string | undefined {
  const what = name === family.name ? name : `${name} of ${family.name}`;
  if (!hasTimestamp) return undefined;
  return `gives ${what} a time: leave it out, because what is reported ages by the time of its arrival`;
}
