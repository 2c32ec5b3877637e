import { PART_BYTES, PART_ROWS } from './files.ts';
import type { PartRow } from './journal.ts';

/** How long the first row of an insert waits for company, in milliseconds. */
const SEAL_AFTER_MS = 1_000;
/** Looked at from time to time even where nobody wakes the inserter, in milliseconds. */
const IDLE_MS = 60_000;

/** In how many milliseconds these parts make an insert: not before there are enough, or one of them has waited. */
export function untilDue(open: readonly PartRow[], now: number): number {
  const [oldest] = open;
  if (!oldest) return IDLE_MS;
  const isEnough = fitting(open).length < open.length || open.reduce((sum, { rows }) => sum + rows, 0) >= PART_ROWS;
  const age = now - oldest.received_at;
  return isEnough || age < 0 ? 0 : Math.max(0, SEAL_AFTER_MS - age);
}

/** As many parts, in their order, as make one insert. */
export function fitting(open: readonly PartRow[]): PartRow[] {
  let rows = 0;
  let bytes = 0;
  const beyond = open.findIndex((part, index) => {
    rows += part.rows;
    bytes += part.bytes;
    return index > 0 && (rows > PART_ROWS || bytes > PART_BYTES);
  });
  return open.slice(0, beyond === -1 ? undefined : beyond);
}
