import { listParts, partsFolder } from './files.ts';
import { journalFile, openJournal } from './journal.ts';
import { openQuarantine, quarantineFolder } from './quarantine.ts';
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
export function openEmptySpool(folder: string): EmptySpool | undefined {
  const journal = openJournal(journalFile(folder));
  try {
    if (journal.isEmpty() && listParts(partsFolder(folder)).length === 0) {
      const { bytes } = openQuarantine(quarantineFolder(folder));
      const quarantinedRows = journal.number('quarantined_rows');
      return {
        state: { usedBytes: bytes, waitingRows: 0, quarantinedRows, lostRows: 0 },
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
