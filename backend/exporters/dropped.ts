import type { DropReason } from '../../contract/appliance.ts';
import { MAX_TOLD_APART, type Dropped } from '../reports/accepted.ts';

/** Something that was dropped again and again. */
export interface DroppedOverTime extends Dropped {
  /** Milliseconds since the Unix epoch. */
  readonly lastAt: number;
}

const THE_OTHERS = '…';
const NAME_MAX_LENGTH = 200;

/** What one local exporter sent and the catalogue does not allow, since the process started. */
export interface DroppedLog {
  add(dropped: readonly Dropped[], at: number): void;
  entries(): DroppedOverTime[];
}

export function createDroppedLog(): DroppedLog {
  const log = new Map<string, DroppedOverTime>();
  const toldApart = new Map<DropReason, number>();

  function entryFor({ reason, name, label, samples }: Dropped): Dropped {
    const shortened = { reason, name: name.slice(0, NAME_MAX_LENGTH), label, samples };
    if (log.has(keyOf(shortened))) return shortened;
    const known = toldApart.get(reason) ?? 0;
    if (known >= MAX_TOLD_APART) return { reason, name: THE_OTHERS, label: null, samples };
    toldApart.set(reason, known + 1);
    return shortened;
  }

  return {
    add(dropped, at) {
      for (const one of dropped) {
        const entry = entryFor(one);
        const key = keyOf(entry);
        log.set(key, { ...entry, samples: entry.samples + (log.get(key)?.samples ?? 0), lastAt: at });
      }
    },
    entries: () => [...log.values()],
  };
}

const keyOf = ({ reason, name, label }: Dropped) => `${reason}\0${name}\0${label ?? ''}`;
