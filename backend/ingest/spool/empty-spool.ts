import { existsSync } from 'node:fs';
import { listParts, partsFolder } from './files.ts';
import { FileDamaged } from '../../database/own-file.ts';
import { journalFile, openJournal, type Journal } from './journal.ts';
import { openQuarantine, quarantineFolder } from './quarantine.ts';
import { reservedBytes } from './reserve.ts';
import type { SpoolState } from './spooler.ts';

/** A spool in which nothing waits: as long as that is so, nothing of it has to be done. It is kept from other processes. */
export interface EmptySpool {
  readonly state: SpoolState;
  /** The last row of the audit log that needs no insert any more. */
  readonly auditCursor: number;
  close(): void;
}

/**
 * @returns nothing where something waits, or has to be tidied up: then it takes a spooler
 * @throws where the folder cannot be used, or is in use by another process
 */
export function openEmptySpool(folder: string, maxBytes: number): EmptySpool | undefined {
  if (!existsSync(journalFile(folder)) && listParts(partsFolder(folder)).length > 0) return undefined;
  const journal = openIfSound(folder);
  if (!journal) return undefined;
  try {
    if (journal.isEmpty() && listParts(partsFolder(folder)).length === 0) {
      const { bytes } = openQuarantine(quarantineFolder(folder));
      const quarantinedRows = journal.number('quarantined_rows');
      return {
        state: {
          usedBytes: bytes,
          reservedBytes: reservedBytes(folder, maxBytes),
          waitingRows: 0,
          quarantinedRows,
          quarantinedBefore: quarantinedRows,
          lostRows: 0,
        },
        auditCursor: journal.number('audit_cursor'),
        close: () => journal.close(),
      };
    }
  } catch (error) {
    journal.close();
    throw error;
  }
  journal.close();
  return undefined;
}

function openIfSound(folder: string): Journal | undefined {
  try {
    return openJournal(journalFile(folder));
  } catch (error) {
    if (error instanceof FileDamaged) return undefined;
    throw error;
  }
}
