/** The built `vitals` command. */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const built = (path: string) => fileURLToPath(new URL(`../../build/${path}`, import.meta.url));
const COMMAND = built('bin/vitals.js');
/** Not bundled: of a bundle everything would be evaluated anew with each command. */
const ENTRY = built('backend/cli/vitals.js');
const HOST = built('tests/support/command-host.js');

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in a process of its own, beside whatever else goes on. */
export async function spawnVitals(...args: string[]): Promise<CliResult> {
  const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

let host: ChildProcess | undefined;
let last: Promise<unknown> = Promise.resolve();

/** Runs a command from the same entry, one after the other in one process that stays (`command-host.ts`): for all but `serve`. */
export function runVitals(...args: string[]): Promise<CliResult> {
  const result = last.then(() => askHost(args));
  last = result.catch(() => undefined);
  return result;
}

function askHost(args: readonly string[]): Promise<CliResult> {
  const asked = (host = host?.connected
    ? host
    : fork(HOST, [ENTRY], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }));
  return new Promise((resolve, reject) => {
    const fail = (code: number | null) =>
      reject(new Error(`vitals ${args.join(' ')} ended its process with ${String(code)}`));
    asked.once('exit', fail);
    asked.once('message', (result) => {
      asked.off('exit', fail);
      resolve(result as CliResult);
    });
    asked.send(args);
  });
}
