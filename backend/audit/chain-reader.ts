import type { Kysely } from 'kysely';
import type { AuditEventRow, Schema } from '../database/schema.ts';
import { checkpointMac, GENESIS, rowProblem, type ChainHead, type Checkpoint } from './chain.ts';
import { readCheckpoint, rowsAfter } from './store.ts';

/** Nothing was removed: the chain begins with its first row. */
export const BEGINNING: Checkpoint = { seq: 0, hash: GENESIS, at: 0 };

/** The log was tampered with. Its message says how. */
export class ChainBroken extends Error {
  override name = 'ChainBroken';
  /** The first row that does not fit. */
  readonly seq: number;

  constructor(seq: number, problem: string) {
    super(problem);
    this.seq = seq;
  }
}

/** The sentence for whoever runs the appliance. */
export function brokenSentence({ seq, problem }: { readonly seq: number; readonly problem: string }): string {
  return `The audit log was tampered with at row ${seq}: ${problem}.`;
}

/**
 * Where the chain begins by now: at its first row, or behind the checkpoint that retention left.
 * @throws ChainBroken where the checkpoint is not one of retention's.
 */
export async function chainStart(db: Kysely<Schema>, key: Buffer): Promise<Checkpoint> {
  const row = await readCheckpoint(db);
  if (!row) return BEGINNING;
  const { mac, ...checkpoint } = row;
  if (mac === checkpointMac(key, checkpoint)) return checkpoint;
  throw new ChainBroken(
    checkpoint.seq,
    'the checkpoint that stands for the rows up to it is not the one that was signed',
  );
}

/**
 * The rows behind `from`, page by page, each of them checked against the one before. Where retention removes rows
 * meanwhile it goes on behind the new checkpoint.
 * @throws ChainBroken at the first row that does not fit, after the rows before it.
 */
export async function* verifiedPages(
  db: Kysely<Schema>,
  key: Buffer,
  from: ChainHead,
  pageSize: number,
): AsyncGenerator<readonly AuditEventRow[], void> {
  let previous = from;
  for (;;) {
    const rows = await rowsAfter(db, previous.seq, pageSize);
    const fitting: AuditEventRow[] = [];
    let broken: ChainBroken | undefined;
    for (const row of rows) {
      const problem = rowProblem(key, previous, row);
      if (problem !== undefined) {
        broken = new ChainBroken(row.seq, problem);
        break;
      }
      fitting.push(row);
      previous = row;
    }
    if (fitting.length > 0) yield fitting;
    if (broken) {
      const start = await chainStart(db, key);
      if (start.seq <= previous.seq) throw broken;
      previous = start;
    } else if (rows.length < pageSize) return;
  }
}
