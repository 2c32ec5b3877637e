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
    return entry.level >= ERROR && !expectedErrors.includes(entry.msg);
  });
}

function parse(line: string): { level: number; msg: string } | undefined {
  try {
    return JSON.parse(line) as { level: number; msg: string };
  } catch {
    return undefined;
  }
}
