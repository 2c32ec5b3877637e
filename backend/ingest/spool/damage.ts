import { closeSync, existsSync, lstatSync, openSync, readSync, renameSync, type Stats } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { settlePart, type Part } from './files.ts';

/** What is wrong with a file of the spool, for the log. */
export type Damage =
  'unknown to the journal' | 'missing' | 'not a file' | 'torn' | 'unreadable' | 'damaged' | 'could not be removed';

/** Something of the spool that is not what it should be. It is never removed. */
export interface DamageReport {
  readonly file: string;
  readonly why: Damage;
  /** How many rows that concerns: as the journal knows them, or as there are lines. */
  readonly rows: number;
  /** Where it lies now; null where it could not be moved, or is gone. */
  readonly to: string | null;
}

/** The file itself cannot be opened or read. Everything else may pass, and is tried again. */
const OF_THE_FILE = new Set(['EACCES', 'EPERM', 'EIO', 'ELOOP', 'ENXIO', 'EISDIR', 'EUCLEAN', 'EBADMSG']);
/** What is larger was not written here: its other lines are not counted. */
const MOST_COUNTED_BYTES = 64 * 1024 * 1024;

/**
 * Whether a part can be read as it was acknowledged.
 * @throws where the whole folder cannot be used: that says nothing of the part
 */
export function damageOf(folder: string, { file, bytes }: Part): Damage | undefined {
  const path = join(folder, file);
  const found = statOf(path) ?? (settlePart(folder, file) ? statOf(path) : undefined);
  if (!found) {
    if (existsSync(folder)) return 'missing';
    throw new Error(`${folder} is not there`);
  }
  if (!found.isFile()) return 'not a file';
  if (found.size !== bytes) return 'torn';
  try {
    closeSync(openSync(path, 'r'));
    return undefined;
  } catch (error) {
    return asUnreadable(error);
  }
}

/** The same, for a part whose bytes could not be read: all of them are looked at. */
export async function damageOfContent(folder: string, part: Part): Promise<Damage | undefined> {
  const damage = damageOf(folder, part);
  if (damage) return damage;
  try {
    await readFile(join(folder, part.file));
    return undefined;
  } catch (error) {
    return asUnreadable(error);
  }
}

function statOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function asUnreadable(error: unknown): Damage {
  if (OF_THE_FILE.has((error as NodeJS.ErrnoException).code ?? '')) return 'unreadable';
  throw error;
}

/** Moves it to a name that nothing has yet. @returns where it lies now, or null where it cannot be moved */
export function moveAside(path: string, to: string): string | null {
  for (let n = 0; ; n += 1) {
    const target = n === 0 ? to : `${to}.${n}`;
    if (existsSync(target)) continue;
    try {
      renameSync(path, target);
      return target;
    } catch {
      return null;
    }
  }
}

/** Lines of a file that nobody knows: at least one, so that it counts. */
export function countLines(path: string): number {
  const buffer = Buffer.alloc(64 * 1024);
  let lines = 0;
  try {
    const descriptor = openSync(path, 'r');
    try {
      for (let at = 0; at < MOST_COUNTED_BYTES;) {
        const read = readSync(descriptor, buffer, 0, buffer.length, at);
        if (read === 0) break;
        for (let index = 0; index < read; index += 1) if (buffer[index] === 0x0a) lines += 1;
        at += read;
      }
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // a folder, or unreadable: it counts as one
  }
  return Math.max(1, lines);
}
