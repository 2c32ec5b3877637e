import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { storageFolders, type StorageFolder } from '../../contract/appliance.ts';

/** With less than this, in bytes, hardly anything can be stored. */
const NO_ROOM_BYTES = 1024 * 1024;

/** Plain state: whether less room is left than is configured. */
export type StorageState = Record<StorageFolder, { isLow: boolean }>;

export function newStorageState(): StorageState {
  return Object.fromEntries(storageFolders.map((folder) => [folder, { isLow: false }])) as StorageState;
}

/** What keeps a folder from taking anything: no room at all, or a disk that does not even tell. */
export type StorageProblem = 'full' | 'unreadable';

/** How much room is left where data is kept. */
export interface FreeSpace {
  /** Looks, and moves the state. */
  look(): Promise<Map<StorageFolder, StorageProblem>>;
}

export interface FreeSpaceOptions {
  readonly folders: Partial<Record<StorageFolder, string>>;
  /** Less than this is low. */
  readonly minBytes: number;
  readonly state: StorageState;
}

export function createFreeSpace({ folders, minBytes, state }: FreeSpaceOptions): FreeSpace {
  return {
    async look() {
      const problems = new Map<StorageFolder, StorageProblem>();
      for (const folder of storageFolders) {
        const path = folders[folder];
        if (path === undefined) continue;
        const bytes = await freeBytes(path).catch(() => undefined);
        state[folder].isLow = bytes === undefined || bytes < minBytes;
        if (bytes === undefined) problems.set(folder, 'unreadable');
        else if (bytes < NO_ROOM_BYTES) problems.set(folder, 'full');
      }
      return problems;
    },
  };
}

/** What an ordinary user may still use. A folder that is made with the first row is where its parent is. */
async function freeBytes(path: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || path === dirname(path)) throw error;
    return freeBytes(dirname(path));
  }
}
