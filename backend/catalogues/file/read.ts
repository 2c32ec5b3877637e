/** The text of a catalogue file: a regular file of a bounded size that does not lead out of its folder. */
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { ConfigError } from '../../config/error.ts';

/** A catalogue of 500 families takes about a fifth of it. */
export const MAX_CATALOGUE_BYTES = 256 * 1024;

/**
 * Symbolic links are followed as long as they stay in the file's own folder (as Kubernetes mounts its files).
 * @throws ConfigError in one sentence that names the file
 */
export function readCatalogueText(file: string): string {
  const bytes = readBounded(file, resolveInside(file));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ConfigError(`${file}: is not UTF-8 text.`);
  }
}

function resolveInside(file: string): string {
  try {
    const folder = realpathSync(dirname(resolve(file)));
    const target = realpathSync(join(folder, basename(file)));
    const way = relative(folder, target);
    if (way.split(sep)[0] !== '..' && !isAbsolute(way)) return target;
  } catch (error) {
    throw unreadable(file, error);
  }
  throw new ConfigError(`${file}: is a link that leads out of its folder. Give the file itself.`);
}

function readBounded(file: string, target: string): Uint8Array {
  let descriptor: number;
  try {
    // Without waiting: a named pipe would have us wait for whoever writes into it.
    descriptor = openSync(target, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (error) {
    throw unreadable(file, error);
  }
  try {
    if (!fstatSync(descriptor).isFile()) throw new ConfigError(`${file}: is not a regular file.`);
    const buffer = Buffer.alloc(MAX_CATALOGUE_BYTES + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < buffer.length; length += read) {
      read = readSync(descriptor, buffer, length, buffer.length - length, null);
    }
    if (length > MAX_CATALOGUE_BYTES)
      throw new ConfigError(`${file}: is larger than ${MAX_CATALOGUE_BYTES / 1024} KiB.`);
    return buffer.subarray(0, length);
  } catch (error) {
    throw error instanceof ConfigError ? error : unreadable(file, error);
  } finally {
    closeSync(descriptor);
  }
}

function unreadable(file: string, error: unknown): ConfigError {
  return new ConfigError(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`);
}
