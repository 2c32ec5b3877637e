/** Values that nobody knows beforehand, within their bound. */
import { labelKey, type ValidationOptions, type ReportedValues } from './accepted.ts';

export interface OpenLabel {
  readonly max: number;
  /** Whether there is room for all of them beside those that are there and those that others have. */
  hasRoom(values: readonly string[]): boolean;
  add(value: string): void;
}

/** @returns the label, which is the same each time it is asked for */
export type OpenLabels = (family: string, label: string, max: number) => OpenLabel;

export function createOpenLabels(others: ValidationOptions['reportedByOthers']) {
  const values = new Map<string, Set<string>>();
  const labels = new Map<string, OpenLabel>();
  const of: OpenLabels = (family, label, max) => {
    const key = labelKey(family, label);
    let open = labels.get(key);
    if (!open) {
      const seen = new Set<string>();
      values.set(key, seen);
      labels.set(key, (open = createOpenLabel(seen, others(family, label), max)));
    }
    return open;
  };
  return { of, values: () => new Map([...values].filter(([, seen]) => seen.size > 0)) };
}

function createOpenLabel(seen: Set<string>, others: ReportedValues, max: number): OpenLabel {
  let added = 0;
  const isNew = (value: string) => !seen.has(value) && !others.has(value);
  return {
    max,
    hasRoom(values) {
      const fresh = values.filter(isNew).length;
      return fresh === 0 || fresh + added + others.size <= max;
    },
    add(value) {
      if (seen.has(value)) return;
      if (!others.has(value)) added++;
      seen.add(ownCopy(value));
    },
  };
}

/** A part of a string keeps the whole of it in memory, here a chunk of the report for each value. */
function ownCopy(value: string): string {
  return Buffer.from(value).toString();
}
