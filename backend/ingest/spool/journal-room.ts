/** What the journal takes of its disk, and what it has left where that is full. */
import type { OwnFile } from '../../database/own-file.ts';
import { createReserve } from '../../database/reserve.ts';
import { foundNoRoom } from '../../database/storage-full.ts';

/** What the journal may take beside what it says of rows that wait. */
export interface JournalLimits {
  /** Its write-ahead log is emptied once it has so many pages. */
  readonly walPages: number;
  /** Idempotency-Keys: of more, the oldest are forgotten. */
  readonly keys: number;
  /** Names of removed files: far more than are removed before the disk has it. */
  readonly removedNames: number;
  /** Room beside it that rows never take, so that those which wait can go on from a disk that they filled. */
  readonly reserveBytes: number;
}

/** For a journal that is only looked at. */
export const NO_LIMITS: JournalLimits = { walPages: 1_000, keys: Infinity, removedNames: 10_000, reserveBytes: 0 };

/** Commits at once, and on a full disk by what the reserve gives up. */
export function withReserve(own: OwnFile, file: string, { reserveBytes } = NO_LIMITS) {
  const reserve = createReserve(file, reserveBytes);
  const checkpoint = own.prepare('PRAGMA wal_checkpoint(PASSIVE)');

  return {
    transaction<Result>(work: () => Result): Result {
      for (;;) {
        let result: { readonly value: Result } | undefined;
        if (ifRoom(file, () => (result = { value: own.transaction(work) })) && result) return result.value;
        // An emptied log is written from its beginning again; where it cannot be emptied, the journal has to grow for it.
        if (!reserve.giveUp()) return own.transaction(work);
        ifRoom(file, () => checkpoint.get());
      }
    },
    fillReserve() {
      try {
        reserve.fill();
      } catch {
        // nothing waits for it, and the next time it is tried again
      }
    },
  };
}

/** Gives back what is beyond the limits, which may have been higher: a journal never becomes smaller by itself. */
export function shrink(own: OwnFile, file: string, limits: JournalLimits): void {
  ifRoom(file, () => {
    own
      .prepare(
        `DELETE FROM keys WHERE received_at <=
          (SELECT received_at FROM keys ORDER BY received_at DESC LIMIT 1 OFFSET ${limits.keys})`,
      )
      .run();
    own.prepare(forgetRemovedNames(limits)).run();
    const pages = own.prepare<{ all: number; free: number }>(
      'SELECT page_count AS "all", freelist_count AS free FROM pragma_page_count, pragma_freelist_count',
    );
    const { all, free } = pages.get() ?? { all: 0, free: 0 };
    if (free * 2 <= all) return;
    own.prepare('VACUUM').run();
    own.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
  }); // where there is no room, the next start tries again
}

export const forgetRemovedNames = ({ removedNames }: JournalLimits) =>
  `DELETE FROM removed WHERE seq <= (SELECT max(seq) FROM removed) - ${removedNames}`;

/** @returns false where there was no room for it */
function ifRoom(file: string, work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (foundNoRoom(error, file)) return false;
    throw error;
  }
}
