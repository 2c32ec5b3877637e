/** What a server may write while everything around it fails. */

/** Errors that are there because the soak kills ClickHouse: it may not come back at the first attempt. */
const expectedErrors = ['the embedded ClickHouse did not start'];
const ERROR = 50;

/** Lines that are no log lines (a rejection that nobody handled, a warning of Node.js), and errors that nobody caused. */
export function unexpectedLines(output: string): string[] {
  return output.split('\n').filter((line) => {
    if (line === '') return false;
    const entry = parse(line);
    if (!entry) return true;
    return entry.level >= ERROR && !expectedErrors.includes(entry.msg) && entry.err?.type !== 'StorageFull';
  });
}

/** What the soak does to the disk shows in `err`. */
interface Entry {
  readonly level: number;
  readonly msg: string;
  readonly err?: { readonly type: string };
}

function parse(line: string): Entry | undefined {
  try {
    return JSON.parse(line) as Entry;
  } catch {
    return undefined;
  }
}
