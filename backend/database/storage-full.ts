import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';

/** With less than this, in bytes, a failure to write is one for want of room. */
const NO_ROOM_BYTES = 64 * 1024;

/** A write found no room on the disk: nothing of it happened. */
export class StorageFull extends Error {
  override name = 'StorageFull';
  readonly code = 'STORAGE_FULL';
}

/** True where a write failed for want of room, whoever said so: SQLite, or the system. */
export function isStorageFull(error: unknown): boolean {
  if (error instanceof StorageFull) return true;
  if (error instanceof Database.SqliteError) return error.code.startsWith('SQLITE_FULL');
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** The same error, or `StorageFull` where the disk of the database file is why it failed. */
export function asStorageFull(error: unknown, path: string): unknown {
  if (error instanceof StorageFull) return error;
  // SQLite calls it an I/O error where not the file itself but its log or its index found no room.
  const isIoError = error instanceof Database.SqliteError && /^SQLITE_(IOERR|CANTOPEN)/.test(error.code);
  if (!isStorageFull(error) && !(isIoError && freeBytes(path) < NO_ROOM_BYTES)) return error;
  return new StorageFull(`there is no room on the disk of ${path}`, { cause: error });
}

/** Whether the disk of the file is why it failed. */
export function foundNoRoom(error: unknown, path: string): boolean {
  return asStorageFull(error, path) instanceof StorageFull;
}

function freeBytes(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize;
  } catch {
    return Infinity;
  }
}
