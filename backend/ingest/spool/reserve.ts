import { statSync } from 'node:fs';
import { onDisk, PART_BYTES } from './files.ts';
import { journalFile } from './journal.ts';
import type { JournalLimits } from './journal-room.ts';

/** A page of SQLite, and a frame around it in the write-ahead log. */
const PAGE_BYTES = 4096;
const FRAME_BYTES = PAGE_BYTES + 24;
const FEWEST_PAGES = 32;
const MOST_PAGES = 512;
/** Of the bound, as a part: what the write-ahead log may take, the halves of an insert, and Idempotency-Keys. */
const WAL_PART = 32;
const HALVES_PART = 16;
const KEYS_PART = 8;
/** What an Idempotency-Key takes of the journal, with its index. */
const KEY_BYTES = 200;
/** The name of a removed file is kept for so many bytes of the bound, up to as many names as are ever needed. */
const BYTES_PER_REMOVED_NAME = 1024;
const MOST_REMOVED_NAMES = 10_000;
/** Sealing and acknowledging the most parts of an insert writes less; the parts of a smaller bound are fewer. */
const MOST_RESERVE_BYTES = 2 * 1024 * 1024;
const RESERVE_PART = 16;
/** What one commit writes beyond the pages at which the write-ahead log is emptied, at least. */
const COMMIT_BYTES = 128 * 1024;

/** What the journal may take where the folder may take so many bytes: rows come first. */
export function journalLimits(maxBytes: number): JournalLimits {
  return {
    walPages: walPages(maxBytes),
    keys: Math.floor(maxBytes / KEYS_PART / KEY_BYTES),
    removedNames: Math.min(MOST_REMOVED_NAMES, Math.floor(maxBytes / BYTES_PER_REMOVED_NAME)),
    reserveBytes: Math.min(MOST_RESERVE_BYTES, Math.floor(maxBytes / RESERVE_PART)),
  };
}

/** Pages at which the journal's write-ahead log is emptied. */
function walPages(maxBytes: number): number {
  return Math.min(MOST_PAGES, Math.max(FEWEST_PAGES, Math.floor(maxBytes / PAGE_BYTES / WAL_PART)));
}

/**
 * What rows have to leave free, in bytes, so that the folder never takes more than it may: the journal as large as it can
 * become before it is looked at again, its reserve, and the two halves of an insert that ClickHouse rejected, beside the whole.
 */
export function reservedBytes(folder: string, maxBytes: number): number {
  const limits = journalLimits(maxBytes);
  const wal = onDisk(limits.walPages * FRAME_BYTES);
  const file = journalFile(folder);
  const journal = Math.max(sizeOf(file), wal) + wal + Math.max(sizeOf(`${file}-wal`), wal);
  const halves = Math.min(PART_BYTES, Math.floor(maxBytes / HALVES_PART));
  return journal + Math.max(COMMIT_BYTES, wal / 2) + onDisk(limits.reserveBytes) + halves;
}

function sizeOf(file: string): number {
  return onDisk(statSync(file, { throwIfNoEntry: false })?.size ?? 0);
}
