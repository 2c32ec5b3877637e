import { forbiddenInNames } from '../../contract/api.ts';

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
