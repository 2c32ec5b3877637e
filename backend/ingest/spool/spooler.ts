import type { Clock } from '../../lib/clock.ts';
import { createAccept, type Accept } from './accept.ts';
import { listParts, openSpoolFiles, partsFolder } from './files.ts';
import { createInserts, type Inserts } from './inserts.ts';
import { journalFile, openJournal, type Journal } from './journal.ts';
import { openQuarantine, quarantineFolder } from './quarantine.ts';

/** What is known of the spool, as plain numbers. */
export interface SpoolState {
  /** On disk, the quarantine included. */
  readonly usedBytes: number;
  /** Acknowledged, and not in ClickHouse yet. */
  readonly waitingRows: number;
  /** Ever put into quarantine, because ClickHouse rejected them permanently. */
  readonly quarantinedRows: number;
  /** Acknowledged, but gone from the disk when the spool was opened. Anything but 0 means that somebody removed files. */
  readonly lostRows: number;
}

/** Rows on disk and the inserts made of them. It waits for the disk: in production it lives in a worker thread. */
export interface Spooler extends Inserts {
  readonly accept: Accept;
  readonly state: SpoolState;
  close(): void;
}

export interface SpoolerOptions {
  readonly folder: string;
  readonly maxBytes: number;
  readonly clock: Clock;
  /** Called after each change of the state. */
  readonly onState?: (state: SpoolState) => void;
}

/** @throws where the folder cannot be used, or is in use by another process. */
export function openSpooler({ folder, maxBytes, clock, onState }: SpoolerOptions): Spooler {
  const journal = openJournal(journalFile(folder));
  const lostRows = forgetMissing(journal, partsFolder(folder));
  const quarantine = openQuarantine(quarantineFolder(folder));
  let waitingRows = journal.waitingRows();
  let quarantinedRows = journal.number('quarantined_rows');

  const changed = () => onState?.(state());
  const files = openSpoolFiles({
    folder: partsFolder(folder),
    maxBytes,
    otherBytes: () => quarantine.bytes,
    known: journal.everyPart(),
    onChange: changed,
  });
  const state = (): SpoolState => ({ usedBytes: files.usedBytes, waitingRows, quarantinedRows, lostRows });

  const inserts = createInserts({
    journal,
    files,
    quarantine,
    clock,
    onGone(rows) {
      waitingRows -= rows;
      changed();
    },
    onQuarantined(rows) {
      quarantinedRows += rows;
      changed();
    },
  });
  const accept = createAccept({
    journal,
    files,
    clock,
    onStored(rows) {
      waitingRows += rows;
      changed();
    },
    onFull: () => quarantine.measure(),
  });

  return {
    ...inserts,
    accept,
    get state() {
      return state();
    },
    close: () => journal.close(),
  };
}

/** Rows whose files are gone cannot be waited for. Says how many there were. */
function forgetMissing(journal: Journal, folder: string): number {
  const there = new Set(listParts(folder));
  const missing = journal.everyPart().filter(({ file }) => !there.has(file));
  if (missing.length > 0) {
    journal.transaction(() => {
      journal.forgetParts(missing.map(({ file }) => file));
    });
  }
  return missing.reduce((sum, { rows }) => sum + rows, 0);
}
