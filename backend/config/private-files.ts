/** Files and folders of a setting that nobody but this user may open. */
import { chmodSync, closeSync, fstatSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import type { Logger } from '../lib/logger.ts';
import { ConfigError } from './error.ts';

const GROUP_AND_OTHERS = 0o077;
/** What a group may do with a key of root's: read it, as system packages give keys to services. */
const GROUP_READS = 0o040;
const ROOT = 0;

/**
 * Makes the folder, for this user alone; one that others may open is closed to them, with a line in the log.
 * @throws ConfigError where it cannot be used, or belongs to another user
 */
export function claimFolder(setting: string, folder: string, logger: Logger): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid } = statSync(folder);
    if (uid !== process.geteuid?.()) {
      throw new ConfigError(
        `${setting}: ${folder} belongs to another user (uid ${uid}). Give it to the user of this process, or name a folder below it.`,
      );
    }
    closeToOthers(folder, 0o700, logger);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(`${setting}: ${folder} cannot be used: ${(error as Error).message}.`);
  }
}

/** Closes a file or folder of ours to others; one of somebody else's is left as it is, and one that is not there. */
export function closeToOthers(path: string, mode: 0o600 | 0o700, logger: Logger): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found || found.uid !== process.geteuid?.() || (found.mode & GROUP_AND_OTHERS) === 0) return;
  chmodSync(path, mode);
  logger.warn({ path, was: octal(found.mode), is: octal(mode) }, 'closed to other users, who could open it');
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0');
}

/**
 * Reads a private key. One of root's may be readable for a group.
 * @returns undefined where there is none
 * @throws ConfigError where others can open it, and what the system says
 */
export function readPrivateKey(setting: string, file: string): Buffer | undefined {
  const descriptor = openIfThere(file);
  if (descriptor === undefined) return undefined;
  try {
    const { mode, uid } = fstatSync(descriptor);
    const allowed = uid === ROOT && process.geteuid?.() !== ROOT ? GROUP_READS : 0;
    if ((mode & GROUP_AND_OTHERS & ~allowed) !== 0) {
      throw new ConfigError(`${setting}: ${file} can be read by other users. Run: chmod 600 ${file}`);
    }
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function openIfThere(file: string): number | undefined {
  try {
    return openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
