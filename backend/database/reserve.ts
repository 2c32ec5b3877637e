import { randomBytes } from 'node:crypto';
import { closeSync, fchownSync, openSync, statSync, truncateSync, writeSync } from 'node:fs';
import { isStorageFull } from './storage-full.ts';

const ROOT = 0;
/** More than one revocation writes. */
const PIECE_BYTES = 256 * 1024;
export const RESERVE_BYTES = 16 * PIECE_BYTES;

/** Room on the disk that is set aside for what has to be possible on a full disk. Every other write fills it first. */
export interface Reserve {
  /** Takes back what is missing of it. @throws ENOSPC where that is not there, with as much as there was taken back */
  fill(): void;
  /** Gives up a piece of it, for whoever is first. @returns whether there was one */
  giveUp(): boolean;
  /**
   * Lengthens SQLite's log by a piece of it, where nobody else can take it. For whoever has the write lock.
   * @returns whether there was one
   */
  moveToLog(): boolean;
}

let random: Buffer | undefined;

export function createReserve(databasePath: string, reserveBytes = RESERVE_BYTES): Reserve {
  const path = `${databasePath}-reserve`;
  const size = () => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

  function giveUp(): boolean {
    const bytes = size();
    if (bytes === 0) return false;
    truncateSync(path, Math.max(0, bytes - PIECE_BYTES));
    return true;
  }

  return {
    fill() {
      const bytes = size();
      if (bytes < reserveBytes) append(databasePath, path, () => reserveBytes - bytes);
    },
    giveUp,
    moveToLog() {
      let isGiven = false;
      try {
        // What follows the log's last frame is nothing to SQLite, until it writes its next frames there.
        append(databasePath, `${databasePath}-wal`, () => {
          isGiven = giveUp();
          return isGiven ? PIECE_BYTES : 0;
        });
      } catch (error) {
        if (!isStorageFull(error)) throw error; // somebody else was faster with a part of it
      }
      return isGiven;
    },
  };
}

/** Appends so many bytes, once there is room for them. Zeros would take none where the file system compresses. */
function append(databasePath: string, path: string, makeRoom: () => number): void {
  random ??= randomBytes(PIECE_BYTES);
  const file = openSync(path, 'a', 0o600);
  try {
    if (process.geteuid?.() === ROOT) {
      const { uid, gid } = statSync(databasePath); // as SQLite does: whose database it is has to be able to write it
      fchownSync(file, uid, gid);
    }
    for (let left = makeRoom(); left > 0;) left -= writeSync(file, random, 0, Math.min(PIECE_BYTES, left));
  } finally {
    closeSync(file);
  }
}
