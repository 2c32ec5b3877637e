/**
 * Runs the built command line again and again in one process, each time from its entry: `node command-host.js ENTRY`.
 * Starting Node.js and loading the modules is what costs time; the arguments, what is printed and the exit code are real.
 */
import { pathToFileURL } from 'node:url';
import type { CliResult } from './command-line.ts';

const [entry = ''] = process.argv.slice(2);
let runs = 0;

const exitCode = () => Number(process.exitCode ?? 0);

/** Keeps what is written to a stream. @returns gives it back and lets the stream write again */
function capture(stream: NodeJS.WriteStream): () => string {
  const { write } = stream;
  let text = '';
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
    text += String(typeof chunk === 'string' ? chunk : Buffer.from(chunk));
    const written = rest.at(-1);
    if (typeof written === 'function') process.nextTick(written);
    return true;
  };
  return () => {
    stream.write = write;
    return text;
  };
}

async function run(args: readonly string[]): Promise<CliResult> {
  process.argv = [process.execPath, entry, ...args];
  process.exitCode = undefined;
  const [stdout, stderr] = [capture(process.stdout), capture(process.stderr)];
  try {
    runs += 1;
    await import(`${pathToFileURL(entry).href}?run=${runs}`); // the entry is evaluated anew, what it imports is not
  } finally {
    stdout();
    stderr();
  }
  return { code: exitCode(), stdout: stdout(), stderr: stderr() };
}

process.on('message', (args: readonly string[]) => {
  void run(args).then((result) => process.send?.(result));
});
process.on('disconnect', () => process.exit());
