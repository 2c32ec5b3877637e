import type { Kysely } from 'kysely';
import type { Schema } from '../database/schema.ts';
import { clockSteps, ends, timeAt } from './store.ts';

/** Row numbers, both included. */
export interface Stretch {
  readonly first: number;
  readonly last: number;
}

/**
 * The rows among which those of a time lie; nothing where there are none. The log is in the order of its numbers, and so
 * are its times, except where a clock was set back: between two such places they are found by halving, however long the
 * log is. A row in between may still be of another time.
 */
export async function seqRange(
  db: Kysely<Schema>,
  from: number | undefined,
  to: number | undefined,
): Promise<Stretch | undefined> {
  const log = await ends(db);
  if (!log) return undefined;
  const steps = (await clockSteps(db)).filter((seq) => seq > log.first && seq <= log.last);
  const starts = [log.first, ...steps];
  let found: Stretch | undefined;
  for (const [index, start] of starts.entries()) {
    const end = (starts[index + 1] ?? log.last + 1) - 1;
    const first = from === undefined ? start : await firstFrom(db, { first: start, last: end }, from);
    const last = to === undefined ? end : (await firstFrom(db, { first: start, last: end }, to)) - 1;
    if (first <= last) found = { first: found?.first ?? first, last };
  }
  return found;
}

/** The first row of a stretch that is of this time or later; the one behind the stretch where none is. */
async function firstFrom(db: Kysely<Schema>, { first, last }: Stretch, time: number): Promise<number> {
  let [low, high] = [first, last + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const at = await timeAt(db, middle);
    if (at === undefined || at >= time) high = middle;
    else low = middle + 1;
  }
  return low;
}
