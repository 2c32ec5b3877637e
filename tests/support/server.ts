import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { whenOver } from './over.ts';

const CLI = fileURLToPath(new URL('../../build/bin/vitals.js', import.meta.url));

/** Below the range from which Linux gives ports by itself, to connections too: nobody is given one of these meanwhile. */
const PORTS = { first: 11_000, last: 32_000 };
/** Workers that run at the same time take every so-manieth, each another. */
const LANES = 16;
const lane = Number(process.env['VITEST_POOL_ID'] ?? 0) % LANES;
let turn = Math.floor((Math.random() * (PORTS.last - PORTS.first)) / LANES);

/** A port of 127.0.0.1 that nobody listens on right now, and that no other caller is given soon. */
export async function freePort(): Promise<number> {
  for (;;) {
    turn = (turn + 1) % Math.floor((PORTS.last - PORTS.first) / LANES);
    const port = PORTS.first + turn * LANES + lane;
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  return new Promise((resolve, reject) => {
    probe.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** Polls until `attempt` gives something; the deadline is only there so that a broken test ends. */
export async function eventually<Result>(
  what: string,
  attempt: () => Promise<Result | undefined | false> | Result | undefined | false,
  deadlineMs = 120_000,
): Promise<Result> {
  const end = performance.now() + deadlineMs;
  let last: unknown;
  while (performance.now() < end) {
    try {
      const result = await attempt();
      if (result !== undefined && result !== false) return result;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`never happened: ${what}`, { cause: last });
}

/** Sections of `config.yaml`. */
export type Settings = Readonly<Record<string, unknown>> & { readonly server?: Readonly<Record<string, unknown>> };

/** Writes `config.yaml` into the folder, with everything the backend keeps beside it. */
export function writeConfig(folder: string, settings: Settings): string {
  const file = join(folder, 'config.yaml');
  const kept = { database: { url: 'sqlite:vitals.db' }, auth: { key_file: 'jwt-key.json' } };
  writeFileSync(file, stringify({ ...kept, ...settings }));
  return file;
}

export interface RunningServer {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exited: Promise<number | null>;
  kill(signal: NodeJS.Signals): Promise<number | null>;
}

/** How the server's process is started, where that is not as usual. */
export interface SpawnOptions {
  readonly execArgv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** How many files it may have open at a time; as many as this process, unless given. */
  readonly openFiles?: number;
  /** The command line to start; the project's own unless given. */
  readonly cli?: string;
}

/** Starts the built server and waits until it says that it is ready. It is killed when the test ends. */
export async function startServer(configFile: string, options: SpawnOptions = {}): Promise<RunningServer> {
  const server = spawnServer(configFile, options);
  const ready = eventually('the server is ready', () => server.output().includes('vitals is ready'));
  const early = server.exited.then((code) => {
    throw new Error(`the server exited with ${String(code)}: ${server.output()}`);
  });
  await Promise.race([ready, early]);
  early.catch(() => undefined);
  return server;
}

/** Starts the built server without waiting. */
export function spawnServer(
  configFile: string,
  { execArgv = [], env = {}, openFiles, cli = CLI }: SpawnOptions = {},
): RunningServer {
  const command = [process.execPath, ...execArgv, cli, 'serve', '--config', configFile];
  const withLimit = ['sh', '-c', `ulimit -n ${openFiles} && exec "$@"`, 'sh', ...command];
  const [program = '', ...args] = openFiles === undefined ? command : withLimit;
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  whenOver(async () => {
    child.kill('SIGKILL');
    await exited; // or it would still write where the folder is being removed
  });
  return {
    child,
    output: () => Buffer.concat(chunks).toString('utf8'),
    exited,
    kill(signal) {
      child.kill(signal);
      return exited;
    },
  };
}
