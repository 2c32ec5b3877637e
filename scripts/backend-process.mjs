/** The built backend as a child process: is its port free, does it answer, stop it cleanly. */
import { spawn } from 'node:child_process';
import http from 'node:http';
import https from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Stop, capture, root } from './run.mjs';

/** @typedef {{host: string, port: number, tls: boolean, public_url: string | null}} Server */
/** @typedef {ReturnType<typeof startBackend>} Backend */

const cli = join(root, 'build', 'bin', 'vitals.js');
const stopTimeoutMs = 15_000;

/**
 * Asks the command line for JSON. What it says against it becomes the error, as it is.
 * @param {string[]} args @returns {Promise<any>}
 */
export async function ask(args) {
  const { code, stdout, stderr } = await capture(process.execPath, [cli, ...args, '--json']);
  if (code !== 0) throw new Stop(stderr.trim() || `vitals ${args.slice(0, 2).join(' ')} failed without a word.`, code);
  return JSON.parse(stdout);
}

/** Where this machine reaches it. @param {Server} server */
export function originOf({ host, port, tls }) {
  const reachable = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host;
  return `${tls ? 'https' : 'http'}://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

/** Whether something listens there already, whose answers would be taken for the backend's. @param {Pick<Server, 'host' | 'port'>} server */
export async function isPortInUse({ host, port }) {
  /** @type {string | undefined} */
  const code = await new Promise((done) => {
    const probe = createServer();
    probe.once('error', (/** @type {NodeJS.ErrnoException} */ error) => done(error.code));
    probe.listen(port, host, () => probe.close(() => done(undefined)));
  });
  return code === 'EADDRINUSE';
}

/** Whether it answers at all; a 401 is what it should answer. @param {string} origin @returns {Promise<boolean>} */
function answers(origin) {
  const { request } = origin.startsWith('https:') ? https : http;
  // Nothing is told to the other side, so its certificate, which may be for another name, does not matter.
  const options = { rejectUnauthorized: false, timeout: 2000 };
  return new Promise((done) => {
    const asked = request(`${origin}/api/health`, options, (answer) => {
      answer.resume();
      done(true);
    });
    asked.on('timeout', () => asked.destroy()).on('error', () => done(false));
    asked.end();
  });
}

/**
 * Starts the backend in a process group of its own, so that a Ctrl-C reaches it once: through us.
 * @param {string} config
 */
export function startBackend(config) {
  const child = spawn(process.execPath, [cli, 'serve', '--config', config], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  let isEnding = false;

  /** Its exit code, and 0 where it was stopped before it could listen to signals. @type {Promise<number>} */
  const ended = new Promise((done, fail) => {
    child.on('error', fail);
    child.on('exit', (code, signal) => {
      const wasStopped = isEnding && signal === 'SIGTERM';
      isEnding = true;
      if (signal && !wasStopped) console.error(`The backend was ended by ${signal}.`);
      done(code ?? (wasStopped ? 0 : 1));
    });
  });

  const stop = () => {
    if (isEnding) return;
    isEnding = true;
    child.kill('SIGTERM');
    setTimeout(() => {
      console.error(`The backend did not stop within ${stopTimeoutMs / 1000} seconds.`);
      child.kill('SIGKILL');
    }, stopTimeoutMs).unref();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  process.on('exit', () => child.kill('SIGTERM'));

  /** Waits for the first answer. False where it ended, or was stopped, or took too long. @param {string} origin @param {number} timeoutMs */
  const isUp = async (origin, timeoutMs) => {
    for (const deadline = performance.now() + timeoutMs; performance.now() < deadline && !isEnding;) {
      if (await answers(origin)) return !isEnding;
      await Promise.race([wait(100), ended]);
    }
    if (!isEnding) console.error(`The backend did not answer at ${origin} within ${timeoutMs / 1000} seconds.`);
    return false;
  };

  return { ended, stop, isUp, isEnding: () => isEnding };
}
