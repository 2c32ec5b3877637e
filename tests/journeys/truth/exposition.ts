/** What stands on the wire of one family, and how two scrapes differ in it. */
import { catalogue, type FamilyKey } from '../../../contract/metrics.ts';
import { parseExposition, type ParsedExposition, type ParsedSample } from '../../backend/parse-exposition.ts';

/** Values of a family by their labels (`from=firing,to=resolved`, empty without any); of a histogram by `count`, `sum`, `bucket` too. */
export type Values = Readonly<Record<string, number>>;

export interface Scraped {
  /** A family without series has no values. */
  family(key: FamilyKey): Values;
  /** The value of a series that has to be there. */
  value(key: FamilyKey, series?: string): number;
}

export function readScrape(text: string): Scraped {
  const parsed = parseExposition(text);
  const family = (key: FamilyKey) => valuesOf(parsed, key);
  return {
    family,
    value(key, series = '') {
      const value = family(key)[series];
      if (value === undefined) throw new Error(`${key} has no series ${series}`);
      return value;
    },
  };
}

/** By how much each series differs that does; one that came or went by its whole value. */
export function differences(before: Values, after: Values): Values {
  const series = Object.keys({ ...before, ...after });
  const moved = series.map((name) => [name, round((after[name] ?? 0) - (before[name] ?? 0))] as const);
  return Object.fromEntries(moved.filter(([, by]) => by !== 0));
}

function valuesOf({ samples }: ParsedExposition, key: FamilyKey): Values {
  const { name, type } = catalogue.families[key];
  const own = samples.flatMap((sample) => {
    if (sample.name === name) return [[labelsOf(sample), sample.value]];
    const part = sample.name.startsWith(`${name}_`) ? sample.name.slice(name.length + 1) : '';
    if (type !== 'histogram' || !['count', 'sum', 'bucket'].includes(part)) return [];
    return [[[part, labelsOf(sample)].filter((text) => text !== '').join(' '), sample.value]];
  });
  return Object.fromEntries(own) as Values;
}

function labelsOf({ labels }: ParsedSample): string {
  return Object.entries(labels)
    .map(([label, value]) => `${label}=${value}`)
    .join(',');
}

const round = (value: number) => Math.round(value * 1e9) / 1e9;
