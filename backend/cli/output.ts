import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { forbiddenInNames } from '../../contract/api.ts';
import { ConfigError } from '../config/error.ts';

export function print(line = ''): void {
  console.log(line);
}

/** JSON on one line, with the same characters escaped as in `printable`: to whoever parses it nothing changes. */
export function printJson(value: unknown): void {
  console.log(
    Array.from(JSON.stringify(value), (character) =>
      forbiddenInNames.test(character) ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : character,
    ).join(''),
  );
}

export function complain(line: string): void {
  console.error(line);
}

/** Text that was typed by somebody else, harmless on a terminal. */
export function printable(text: string): string {
  return Array.from(text, (character) =>
    forbiddenInNames.test(character) ? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}` : character,
  ).join('');
}

/** Rows under their headings, in columns. */
export function printTable(headings: readonly string[], rows: readonly (readonly (string | null)[])[]): void {
  const cells = [headings, ...rows.map((row) => row.map((cell) => (cell === null ? '—' : printable(cell))))];
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  for (const row of cells)
    print(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}

/**
 * Writes text in pieces, at the pace of whoever reads it. A reader that has seen enough, such as `head`, ends it.
 * @param file that only its owner may read; without one it is standard output
 * @throws ConfigError where the file cannot be written
 */
export async function writeTo(file: string | undefined, pieces: AsyncIterable<string>): Promise<void> {
  const target = file === undefined ? process.stdout : (await openPrivate(file)).createWriteStream();
  try {
    await pipeline(Readable.from(pieces, { objectMode: false }), target, { end: file !== undefined });
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (file === undefined && code === 'EPIPE') return;
    if (file === undefined || syscall === undefined) throw error;
    throw unwritable(file, error);
  }
}

/** Opens a file of ours, empty and for nobody else, and nothing that somebody else laid in its place. */
async function openPrivate(file: string): Promise<FileHandle> {
  const { O_WRONLY, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  const handle = await open(file, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600).catch((error: unknown) => {
    throw unwritable(file, error);
  });
  try {
    const found = await handle.stat();
    if (!found.isFile())
      throw new ConfigError(`--output: ${file} is no regular file. Leave --output out to write to standard output.`);
    if (found.uid !== process.geteuid?.())
      throw new ConfigError(`--output: ${file} belongs to another user. Name a file of your own.`);
    await handle.chmod(0o600);
    await handle.truncate();
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function unwritable(file: string, error: unknown): ConfigError {
  const { code = 'unknown' } = error as NodeJS.ErrnoException;
  if (code === 'ELOOP') return new ConfigError(`--output: ${file} is a symbolic link. Name the file itself.`);
  return new ConfigError(`--output: ${file} cannot be written (${code}).`);
}
