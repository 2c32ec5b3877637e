import type { Clock } from '../../lib/clock.ts';
import { createAccept, type Accept } from './accept.ts';
import type { DamageReport } from './damage.ts';
import { openSpoolFiles, partsFolder } from './files.ts';
import { createInserts, type Inserts } from './inserts.ts';
import { openQuarantine, quarantineFolder } from './quarantine.ts';
import { journalLimits, reservedBytes } from './reserve.ts';
import { createPartQuarantine, openSoundJournal, checkAtOpening } from './part-quarantine.ts';

/** What is known of the spool, as plain numbers. */
export interface SpoolState {
  /** Rows on disk, the quarantine included, in whole blocks. */
  readonly usedBytes: number;
  /** What rows leave free of the folder's bound: for the journal, and for writing rows another way. */
  readonly reservedBytes: number;
  /** Acknowledged, and not in ClickHouse yet. */
  readonly waitingRows: number;
  /** Ever rejected by ClickHouse permanently, or set aside because the disk did not hold what the journal said. */
  readonly quarantinedRows: number;
  /** So many of these are none of this process; of another journal it may be less than 0. */
  readonly quarantinedBefore: number;
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
  /** Called for each thing that is not as it should be. */
  readonly onDamage?: (found: DamageReport) => void;
}

/** How often a full spool looks whether somebody has taken files out of the quarantine, in milliseconds. */
const MEASURE_EVERY_MS = 1_000;

/** @throws where the folder cannot be used, or is in use by another process. */
export function openSpooler(options: SpoolerOptions): Spooler {
  const { folder, maxBytes, clock, onState, onDamage = () => undefined } = options;
  const quarantine = openQuarantine(quarantineFolder(folder));
  const { journal, quarantinedBefore } = openSoundJournal(folder, journalLimits(maxBytes), onDamage);
  const lostRows = checkAtOpening(folder, journal, onDamage);
  quarantine.measure();
  let waitingRows = journal.waitingRows();
  let quarantinedRows = journal.number('quarantined_rows');

  let measuredAt = -Infinity;
  /** Not for each request that is refused: it looks at every file. */
  function measureQuarantine(): void {
    const now = clock.monotonic();
    if (now - measuredAt < MEASURE_EVERY_MS) return;
    measuredAt = now;
    quarantine.measure();
  }

  const reserved = () => reservedBytes(folder, maxBytes);
  const changed = () => onState?.(state());
  const files = openSpoolFiles({
    folder: partsFolder(folder),
    maxBytes,
    otherBytes: () => quarantine.bytes,
    reservedBytes: reserved,
    known: journal.everyPart(),
    onChange: changed,
    onStuck: (file) => onDamage({ file, why: 'could not be removed', rows: 0, to: null }),
  });
  const state = (): SpoolState => {
    const { usedBytes } = files;
    return { usedBytes, reservedBytes: reserved(), waitingRows, quarantinedRows, quarantinedBefore, lostRows };
  };
  const partQuarantine = createPartQuarantine(folder, journal, onDamage);

  const inserts = createInserts({
    journal,
    files,
    quarantine,
    clock,
    partsFolder: partsFolder(folder),
    quarantineParts(damaged) {
      partQuarantine.parts(damaged);
      quarantine.measure();
      files.forget(damaged.map(({ part }) => part));
    },
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
    onFull: measureQuarantine,
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
