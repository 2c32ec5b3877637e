import { createWriteStream } from 'node:fs';
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
  const target = file === undefined ? process.stdout : createWriteStream(file, { mode: 0o600 });
  try {
    await pipeline(Readable.from(pieces, { objectMode: false }), target, { end: file !== undefined });
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (file === undefined && code === 'EPIPE') return;
    if (file === undefined || syscall === undefined) throw error;
    throw new ConfigError(`--output: ${file} cannot be written (${code ?? 'unknown'}).`);
  }
}
