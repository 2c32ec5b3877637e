/** A disk of its own that can be filled. Needs root, as mounting does. */
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './folder.ts';
import { whenOver } from './over.ts';

export interface SmallDisk {
  readonly folder: string;
  /** Writes so much, or until nothing goes in any more. */
  fill(megabytes?: number): void;
  /** Gives back what filled it. */
  free(): void;
}

/** Whether tests leave a small disk out: where nothing can be mounted. In CI they fail then. */
export const isWithoutSmallDisk = process.env['CI'] !== 'true' && !canMount();

function canMount(): boolean {
  return spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
}

const MEGABYTE = 1024 * 1024;
const PAGE = 4096;

export function mountSmallDisk(megabytes: number): SmallDisk {
  const folder = temporaryFolder();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'tmpfs', folder]);
  if (mounted.status !== 0)
    throw new Error(`A small disk cannot be mounted: run this as root. ${mounted.stderr.toString()}`);
  whenOver(() => execFileSync('umount', ['--lazy', folder]));
  const filler = join(folder, 'filler');

  return {
    folder,
    fill(most = Infinity) {
      const file = openSync(filler, 'a');
      for (let written = 0; written < most && write(file, Buffer.alloc(MEGABYTE)); written += 1);
      while (most === Infinity && write(file, Buffer.alloc(PAGE)));
      closeSync(file);
    },
    free: () => rmSync(filler, { force: true }),
  };
}

/** @returns whether there was room */
function write(file: number, bytes: Buffer): boolean {
  try {
    return writeSync(file, bytes) === bytes.length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}
