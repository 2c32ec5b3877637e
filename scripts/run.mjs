/** What every script needs: where the project is, how to run a command, how to end with one clear sentence. */
import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** True where a missing part is a failure instead of a skip. */
export const inCi = process.env.CI === 'true';

/** An expected end: the message is all that is shown. An empty message means that the cause was shown already. */
export class Stop extends Error {
  /** @param {string} message @param {number} [exitCode] */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** What parseArgs has to say about an argument it does not know. @param {unknown} error */
function wrongUsage(error) {
  const isUsage = error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  return isUsage ? new Stop(error.message, 2) : undefined;
}

/**
 * Runs a script's main function and turns how it ends into the exit code.
 * @param {() => Promise<number | void>} main
 */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) || 0;
  } catch (error) {
    const expected = error instanceof Stop ? error : wrongUsage(error);
    if (!expected) console.error(error);
    else if (expected.message) console.error(expected.message);
    process.exitCode = expected?.exitCode ?? 1;
  }
}

/** Where a file was started as a script, as opposed to imported. @param {string} moduleUrl */
export function isMain(moduleUrl) {
  return process.argv[1] !== undefined && fileURLToPath(moduleUrl) === realpathSync(process.argv[1]);
}

/** Installed packages' commands are found before the user's own. @param {NodeJS.ProcessEnv} [extra] */
function environment(extra) {
  const path = [join(root, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter);
  return { ...process.env, ...extra, PATH: path };
}

/**
 * Runs a command in the project's folder with its output shown as it comes.
 * @param {string} command @param {string[]} args @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<number>} its exit code; 1 where a signal ended it
 */
export function run(command, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env: environment(env), stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/**
 * Runs a command until it ends, or until a promise settles: then it is ended with all that it started. It is in a process
 * group of its own, so a Ctrl-C reaches it by that promise alone.
 * @param {Promise<unknown>} until @param {string} command @param {string[]} args
 * @returns {Promise<number>} its exit code; 1 where a signal ended it
 */
export function runUntil(until, command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...{ cwd: root, env: environment(), detached: true },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const end = () => {
      const isRunning = child.exitCode === null && child.signalCode === null;
      if (child.pid !== undefined && isRunning) process.kill(-child.pid, 'SIGTERM');
    };
    until.then(end, end);
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/**
 * Runs a command in the project's folder and keeps what it printed.
 * @param {string} command @param {string[]} args
 * @returns {Promise<{code: number, stdout: string, stderr: string}>}
 */
export function capture(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, stdout, stderr }));
  });
}
