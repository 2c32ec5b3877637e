import { yieldToEventLoop } from '../lib/event-loop.ts';
import type { Kysely } from 'kysely';
import type { Schema } from '../database/schema.ts';
import type { ChainHead, Checkpoint } from './chain.ts';
import { countedAndLast } from './store.ts';
import { BEGINNING, ChainBroken, chainStart, verifiedPages } from './chain-reader.ts';

export type Verification =
  | {
      readonly ok: true;
      readonly rows: number;
      readonly head: ChainHead;
      /** Where retention cut the log, if it ever did: the rows up to there could not be looked at. */
      readonly removedUpTo?: number;
      /** The row of the given head is among those: its hash could not be compared. */
      readonly knownIsRemoved?: true;
    }
  | { readonly ok: false; readonly seq: number; readonly problem: string };

/** Rows read at a time; between pages other work goes on. */
const PAGE = 500;

/** Walks the whole chain in one go. @param known a head that was kept elsewhere */
export async function verifyChain(db: Kysely<Schema>, key: Buffer, known?: ChainHead): Promise<Verification> {
  try {
    return await walk(db, key, known);
  } catch (error) {
    if (error instanceof ChainBroken) return { ok: false, seq: error.seq, problem: error.message };
    throw error;
  }
}

async function walk(db: Kysely<Schema>, key: Buffer, known: ChainHead | undefined): Promise<Verification> {
  const { counted } = await countedAndLast(db);
  const start = await chainStart(db, key);
  let last: ChainHead = start;
  let rows = 0;
  compare(start, known);
  let isCompared = known === undefined || known.seq === start.seq;
  for await (const page of verifiedPages(db, key, start, PAGE)) {
    for (const row of page) {
      compare(row, known);
      isCompared ||= row.seq === known?.seq;
      last = row;
    }
    rows += page.length;
    await yieldToEventLoop();
  }
  const now = await chainStart(db, key);
  if (now.seq > last.seq) last = now;
  checkEnd(last.seq, counted, known);
  return {
    ok: true,
    rows,
    head: { seq: last.seq, hash: last.hash },
    ...(now !== BEGINNING && { removedUpTo: now.seq }),
    ...(!isCompared && { knownIsRemoved: true }),
  };
}

function compare({ seq, hash }: ChainHead | Checkpoint, known: ChainHead | undefined): void {
  if (known?.seq === seq && known.hash !== hash) {
    throw new ChainBroken(seq, 'it is not the row that the given head names');
  }
}

/**
 * Finds a log whose end was cut off, by the count of events and by the head that was kept elsewhere.
 * @param counted how many events had been counted before the walk
 * @throws ChainBroken
 */
export function checkEnd(last: number, counted: number, known?: ChainHead): void {
  const ends = `the log ends at row ${last}, but`;
  if (known && known.seq > last) throw new ChainBroken(last + 1, `${ends} the given head is row ${known.seq}`);
  if (counted > last) throw new ChainBroken(last + 1, `${ends} ${counted} events were counted`);
}
