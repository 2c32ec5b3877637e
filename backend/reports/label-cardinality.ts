import { yieldToEventLoop } from '../lib/event-loop.ts';
import { labelKey, type AcceptedExposition, type ReportedValues } from './validate/accepted.ts';

type Values = AcceptedExposition['values'];

/** Values that are counted before requests get their turn. */
const SLICE = 5_000;

/** How often each value of an open label is reported, over all instances of a catalogue. */
export interface LabelCardinality {
  /** What labels have without these values, which one instance reported before. */
  excluding(own: Values | undefined): (family: string, label: string) => ReportedValues;
  /** Counts one instance's values instead of those that it reported before. */
  replace(before: Values | undefined, after: Values | undefined): Promise<void>;
}

export function createLabelCardinality(): LabelCardinality {
  const counts = new Map<string, Map<string, number>>();

  async function add(values: Values | undefined, by: 1 | -1): Promise<void> {
    let counted = 0;
    for (const [key, set] of values ?? []) {
      const label = counts.get(key) ?? new Map<string, number>();
      counts.set(key, label);
      for (const value of set) {
        const count = (label.get(value) ?? 0) + by;
        if (count > 0) label.set(value, count);
        else label.delete(value);
        if (++counted % SLICE === 0) await yieldToEventLoop();
      }
    }
  }

  return {
    excluding: (own) => (family, label) => {
      const key = labelKey(family, label);
      const count = counts.get(key) ?? new Map<string, number>();
      const before = own?.get(key) ?? new Set<string>();
      let alone = 0;
      for (const value of before) if (count.get(value) === 1) alone += 1;
      return { size: count.size - alone, has: (value) => (count.get(value) ?? 0) > (before.has(value) ? 1 : 0) };
    },
    async replace(before, after) {
      await add(after, 1);
      await add(before, -1);
    },
  };
}
