/** Which family of a catalogue a sample belongs to. */
import { openMetricsName, type Catalogue, type Family, type MetricType } from '../../../contract/catalogue-model.ts';
import type { DeclaredType } from '../../exposition/parse/types.ts';

export interface Known {
  readonly family: Family;
  readonly part: 'value' | 'bucket' | 'sum' | 'count';
}

/** `created`: when a counter or a histogram began, which client libraries add by themselves and nobody asked for. */
export type KnownSamples = ReadonlyMap<string, Known | 'created'>;

/** In both formats: a counter's sample ends in `_total` and an info's in `_info` where the published name does not. */
export function knownSamples({ families }: Catalogue): KnownSamples {
  const known = new Map<string, Known | 'created'>();
  for (const family of Object.values(families)) {
    if (family.type === 'histogram') {
      for (const part of ['bucket', 'sum', 'count'] as const) known.set(`${family.name}_${part}`, { family, part });
    } else {
      known.set(family.name, { family, part: 'value' });
    }
  }
  const add = (name: string, what: Known | 'created') => known.has(name) || known.set(name, what);
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
export function agrees(type: MetricType, declared: DeclaredType): boolean {
  return declared === 'untyped' || declared === 'unknown' || declarable[type].includes(declared);
}
