/**
 * Vitals as it is run: the compiled command line, in processes of its own. `VITALS_BENCH_PRODUCT` names another checkout
 * whose build is to be measured; benchmarks know a product by what is in this file alone.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { stringify } from 'yaml';

export const PRODUCT = resolve(process.env['VITALS_BENCH_PRODUCT'] ?? join(import.meta.dirname, '../../..'));
/** The bundle; before there was one, what the compiler wrote. */
export const CLI = ['build/bin/vitals.js', 'build/backend/cli/vitals.js']
  .map((file) => join(PRODUCT, file))
  .find(existsSync) as string;

/** A module of the product's own build, typed as ours: only where nothing can be seen from outside. */
export async function productModule<Module>(path: string): Promise<Module> {
  return (await import(pathToFileURL(join(PRODUCT, 'build/backend', path)).href)) as Module;
}

// What is told to end ends what it started and removes its folders first, by the listeners of `exit`.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

/** Gives an empty folder to some work, and removes it afterwards. */
export async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'vitals-bench-'));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.once('exit', remove);
  try {
    return await work(folder);
  } finally {
    remove();
    process.off('exit', remove);
  }
}

/** A port of 127.0.0.1 that is free now. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

export interface Settings {
  readonly file: string;
  readonly port: number;
}

/** Writes a `config.yaml`: the scrape endpoint is on, and everything is kept in that folder. */
export async function configure(folder: string, sections: object = {}): Promise<Settings> {
  const file = join(folder, 'config.yaml');
  const port = await freePort();
  const usual = {
    server: { port },
    database: { url: 'sqlite:vitals.db' },
    prometheus: { enabled: true },
    auth: { key_file: 'jwt-key.json' },
  };
  writeFileSync(file, stringify({ ...usual, ...sections }));
  return { file, port };
}

/** Runs a command of Vitals. @returns what it printed, read as JSON */
export async function vitals<Printed>(...args: string[]): Promise<Printed> {
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args, '--json']);
  return JSON.parse(stdout) as Printed;
}

/** @returns a scrape token, for the platform unless a catalogue is named */
export async function createToken({ file }: Settings, catalogue = 'platform'): Promise<string> {
  const create = ['token', 'create', '--name', 'Prometheus', '--catalogue', catalogue, '--config', file];
  return (await vitals<{ secret: string }>(...create)).secret;
}

export async function issueCredential({ file }: Settings, role: string, ...more: string[]): Promise<string> {
  const issue = ['credential', 'issue', '--role', role, '--name', role, '--ttl', '24h', ...more, '--config', file];
  return (await vitals<{ jwt: string }>(...issue)).jwt;
}

export interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts `vitals serve` and waits until it says that it is ready. @param preload a module to load into it first */
export async function serve({ file, port }: Settings, preload?: string): Promise<Running> {
  const flags = process.env['VITALS_BENCH_NODE_OPTIONS']?.split(' ') ?? []; // for instance --cpu-prof
  if (preload !== undefined) flags.push('--import', preload);
  const stdio = ['ignore', 'pipe', 'inherit', ...(preload === undefined ? [] : ['ipc' as const])] as const;
  const child = spawn(process.execPath, [...flags, CLI, 'serve', '--config', file], { stdio: [...stdio] });
  return started(child, port, 'vitals is ready');
}

/** Waits for a line of a server that says it serves. Whatever happens to us, it ends with us. */
export async function started(child: ChildProcess, port: number, line: string): Promise<Running> {
  const exited = once(child, 'exit');
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-10_000);
      if (output.includes(line)) resolve();
    });
    void exited.then(() => reject(new Error(`it did not start: ${output}`)));
  });
  return {
    child,
    pid: child.pid ?? NaN,
    port,
    async stop() {
      child.kill('SIGTERM');
      await exited;
      process.off('exit', kill);
    },
  };
}

/** Processor time that a process has used in all its threads, in milliseconds, to the microsecond. Linux only. */
export function cpuMs(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, task) => sum + cpuOfTask(`/proc/${pid}/task/${task}`), 0);
}

function cpuOfTask(folder: string): number {
  try {
    return Number(readFileSync(`${folder}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return 0; // a thread that has ended meanwhile
  }
}

/** Memory of a process in MB, as it is (`VmRSS`) or at its most (`VmHWM`). Linux only. */
export function memoryMb(pid: number, which: 'VmRSS' | 'VmHWM' = 'VmRSS'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (Number(new RegExp(`^${which}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024) / 1e6;
}
