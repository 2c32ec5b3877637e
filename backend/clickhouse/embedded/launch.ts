/** One start of the embedded ClickHouse's process, until it answers or has failed. */
import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { lowerPriority } from '../../lib/thread-priority.ts';
import type { FromChild, ToChild } from './child.ts';
import type { Credential } from './credential.ts';

export interface EmbeddedEndpoint {
  readonly url: string;
  /** Where it listens, whatever host is in the URL. */
  readonly socketPath: string;
  readonly credential: Credential;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Running {
  readonly pid: number | undefined;
  readonly endpoint: EmbeddedEndpoint;
  readonly exited: Promise<Exit>;
  /** Lets what runs come to its end, then ends the process: within 5 seconds. */
  end(): Promise<void>;
}

export interface LaunchOptions {
  /** Where the data are; created for this user alone. */
  readonly dir: string;
  readonly startTimeoutMs?: number;
  /** How long another process may still have the directory, such as the child of a backend that was just killed. */
  readonly lockTimeoutMs?: number;
  /** The compiled child. */
  readonly childFile?: string;
}

/** It cannot be had here, or not on this directory: the message is a sentence for the administrator. */
export class EmbeddedUnavailable extends Error {}
class DirectoryInUse extends EmbeddedUnavailable {}

const START_MS = 30_000;
const LOCK_MS = 3_000;
const STOP_MS = 3_000;
const STDERR_KEPT = 8_192;
const SOCKET_NAME = 'http.sock';
/** What a socket's address may have everywhere; Linux takes four bytes more. */
const SOCKET_PATH_BYTES = 103;

/** The child's environment is made anew: it inherits no secret. Threads: one a session, some for gzip and files. */
const childEnvironment = { TZ: 'UTC', UV_THREADPOOL_SIZE: '16' };
const compiled = import.meta.url.endsWith('.ts') ? '../../../build/backend/clickhouse/embedded/child.js' : './child.js';
const defaultChild = fileURLToPath(new URL(compiled, import.meta.url));

export const createCredential = (): Credential => ({
  username: 'vitals',
  password: randomBytes(32).toString('base64url'),
});

/** @throws EmbeddedUnavailable; then nothing of it is running any more. */
export async function launch(options: LaunchOptions): Promise<Running> {
  const deadline = performance.now() + (options.lockTimeoutMs ?? LOCK_MS);
  for (;;) {
    try {
      return await attempt(options);
    } catch (error) {
      if (!(error instanceof DirectoryInUse) || performance.now() > deadline) throw error;
      await pause(100);
    }
  }
}

async function attempt({ dir, startTimeoutMs = START_MS, childFile = defaultChild }: LaunchOptions): Promise<Running> {
  const path = resolve(dir);
  const socketPath = socketPathIn(path);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const child = fork(childFile, [], {
    cwd: path,
    env: childEnvironment,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  lowerPriority(child.pid);
  const stderr = keepTail(child);
  const exited = once(child, 'close').then(([code, signal]): Exit => {
    return { code: code as number | null, signal: signal as NodeJS.Signals | null };
  });
  child.on('error', () => undefined); // 'close' follows, or the channel is gone
  const credential = createCredential();
  send(child, { type: 'start', dir: path, socket: SOCKET_NAME, ...credential });

  const first = await Promise.race([
    once(child, 'message').then(([message]) => message as FromChild),
    exited.then(() => 'exited' as const),
    pause(startTimeoutMs, 'late' as const, { ref: false }),
  ]);
  if (typeof first === 'object' && first.type === 'ready') {
    const endpoint = { url: 'http://localhost', socketPath, credential };
    return { pid: child.pid, endpoint, exited, end: () => end(child, exited) };
  }
  child.kill('SIGKILL');
  await exited;
  if (first === 'late') throw new EmbeddedUnavailable(`embedded ClickHouse did not start within ${startTimeoutMs} ms`);
  if (typeof first === 'object' && first.reason === 'unavailable') {
    throw new EmbeddedUnavailable(
      `embedded ClickHouse is not available on ${process.platform} ${process.arch}: ` +
        'configure clickhouse.url with a server, or leave it out',
    );
  }
  if (/Cannot lock file|already running/.test(stderr())) {
    throw new DirectoryInUse(`the directory of the embedded ClickHouse, ${path}, is in use by another process`);
  }
  throw new EmbeddedUnavailable(`embedded ClickHouse could not open its directory ${path}`);
}

/** As the shorter of its two spellings: an address has little room. */
function socketPathIn(dir: string): string {
  const [path = ''] = [join(dir, SOCKET_NAME), relative(process.cwd(), join(dir, SOCKET_NAME))].sort(
    (one, other) => Buffer.byteLength(one) - Buffer.byteLength(other),
  );
  if (Buffer.byteLength(path) <= SOCKET_PATH_BYTES) return path;
  const most = SOCKET_PATH_BYTES - SOCKET_NAME.length - 1;
  throw new EmbeddedUnavailable(
    `the directory of the embedded ClickHouse, ${dir}, has too long a path for a socket in it: give it one of at most ${most} bytes`,
  );
}

async function end(child: ChildProcess, exited: Promise<Exit>): Promise<void> {
  send(child, { type: 'stop' });
  const hard = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await exited;
  clearTimeout(hard);
}

function send(child: ChildProcess, message: ToChild) {
  if (child.connected) child.send(message, () => undefined); // a channel that closes shows as the exit
}

/** The end of what it wrote. It can hold parts of rows: it is looked at, and never logged. */
function keepTail(child: ChildProcess): () => string {
  let tail = '';
  child.stderr?.on('data', (chunk: Buffer) => (tail = (tail + chunk.toString('latin1')).slice(-STDERR_KEPT)));
  return () => tail;
}
