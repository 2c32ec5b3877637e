import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { FileDamaged } from '../../database/own-file.ts';
import { countLines, damageOf, moveAside, type Damage, type DamageReport } from './damage.ts';
import { isPartial, listParts, partsFolder, type Part } from './files.ts';
import { journalFile, openJournal, type Journal } from './journal.ts';
import type { JournalLimits } from './journal-room.ts';
import { quarantineFolder } from './quarantine.ts';

/** Puts into quarantine what is not as the journal says. Nothing is removed that may hold acknowledged rows. */
export interface PartQuarantine {
  /** Parts that cannot be read as they were acknowledged: the journal forgets them, so that they hold nothing up. */
  parts(damaged: readonly { readonly part: Part; readonly why: Damage }[]): void;
}

type Report = (found: DamageReport) => void;

export function createPartQuarantine(folder: string, journal: Journal, report: Report): PartQuarantine {
  return {
    parts(damaged) {
      if (damaged.length === 0) return;
      // The journal first: what is interrupted in between is found as unknown, and set aside then.
      journal.transaction(() => {
        journal.forgetParts(damaged.map(({ part }) => part.file));
        countQuarantined(
          journal,
          damaged.reduce((sum, { part }) => sum + part.rows, 0),
        );
      });
      for (const { part, why } of damaged) {
        report({ file: part.file, why, rows: part.rows, to: moveToQuarantine(folder, part.file) });
      }
    },
  };
}

export function countQuarantined(journal: Journal, rows: number): void {
  journal.setNumber('quarantined_rows', journal.number('quarantined_rows') + rows);
}

interface SoundJournal {
  readonly journal: Journal;
  /** What it had counted before it was opened. */
  readonly quarantinedBefore: number;
}

/** Opens the journal. A damaged one is set aside, and a new one takes its place: rows come in again. */
export function openSoundJournal(folder: string, limits: JournalLimits, report: Report): SoundJournal {
  try {
    const journal = openJournal(journalFile(folder), limits);
    return { journal, quarantinedBefore: journal.number('quarantined_rows') };
  } catch (error) {
    if (!(error instanceof FileDamaged)) throw error;
  }
  const file = journalFile(folder);
  const to = moveAside(file, join(quarantineFolder(folder), 'journal.db'));
  if (to !== null) moveAside(`${file}-wal`, `${to}-wal`);
  const journal = openJournal(file, limits);
  countQuarantined(journal, 1);
  report({ file: 'journal.db', why: 'damaged', rows: 1, to });
  return { journal, quarantinedBefore: 0 };
}

/**
 * Looks at every file, before any is used.
 * @returns how many acknowledged rows are gone from the disk
 */
export function checkAtOpening(folder: string, journal: Journal, report: Report): number {
  const parts = partsFolder(folder);
  const known = journal.everyPart();
  const there = listParts(parts);
  const names = new Set(known.map(({ file }) => file));
  const unknown = there.filter((file) => !names.has(file) && !names.has(file.replace(/\.partial$/, '')));
  const removed = new Set(journal.removedFiles());
  for (const file of unknown) {
    // Where the journal is lost, one whose name was about to be given may have been acknowledged.
    if ((isPartial(file) && !journal.isNew) || removed.has(file)) removeQuietly(join(parts, file));
    else quarantineUnknown(folder, file, journal, report);
  }
  const damaged = known.flatMap((part) => {
    const why = damageOf(parts, part);
    return why ? [{ part, why }] : [];
  });
  createPartQuarantine(folder, journal, report).parts(damaged);
  // With the first rows at the latest. Where the disk has no room for it, the next opening looks once more.
  if (journal.isNew) journal.commitLazily(() => journal.setNumber('checked', 1)).catch(() => undefined);
  return damaged.filter(({ why }) => why === 'missing').reduce((sum, { part }) => sum + part.rows, 0);
}

function quarantineUnknown(folder: string, file: string, journal: Journal, report: Report): void {
  const rows = countLines(join(partsFolder(folder), file));
  journal.transaction(() => countQuarantined(journal, rows));
  report({ file, why: 'unknown to the journal', rows, to: moveToQuarantine(folder, file) });
}

function moveToQuarantine(folder: string, file: string): string | null {
  return moveAside(join(partsFolder(folder), file), join(quarantineFolder(folder), file));
}

/** Nobody misses it where it cannot be removed, and nothing waits for it: the next start tries again. */
function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // see above
  }
}
