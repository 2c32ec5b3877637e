/**
 * The embedded ClickHouse's process. It is started by `process.ts` over IPC, from which alone it knows the directory and the
 * credential, and it never outlives that parent: when the channel closes it kills itself, whatever it is doing (chDB
 * loses no acknowledged row by that). Signals meant for the whole group are the parent's to handle. It listens on a socket in
 * its directory, which nobody else may enter: on a port, every process of this machine could hold its connections.
 */
import { rmSync } from 'node:fs';
import { loadChdb, openEngine, type Chdb, type Engine } from './engine.ts';
import { createClickHouseServer } from './server.ts';

export interface StartMessage {
  readonly type: 'start';
  readonly dir: string;
  /** Where it listens: a name in the directory, which is the process' own. */
  readonly socket: string;
  readonly username: string;
  readonly password: string;
}
export interface StopMessage {
  readonly type: 'stop';
}
export type ToChild = StartMessage | StopMessage;

export type FromChild =
  { readonly type: 'ready' } | { readonly type: 'failed'; readonly reason: 'unavailable' | 'not-opened' };

const ORPHAN_CHECK_MS = 1_000;

const parent = process.ppid;
const die = () => process.kill(process.pid, 'SIGKILL');
const send = (message: FromChild) => process.send?.(message);

if (process.send === undefined) process.exit(2); // started by hand
process.on('disconnect', die);
setInterval(() => process.ppid === parent || die(), ORPHAN_CHECK_MS).unref();
// SIGUSR1 would open Node's inspector, the others would end it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2']) process.on(signal, () => undefined);

process.on('message', (message: ToChild) => {
  if (message.type === 'start') start(message);
});

function start({ dir, socket, username, password }: StartMessage) {
  let chdb: Chdb;
  try {
    chdb = loadChdb();
  } catch {
    return fail('unavailable');
  }
  let engine: Engine;
  try {
    engine = openEngine(dir, chdb);
  } catch {
    return fail('not-opened'); // chDB has said why on stderr
  }
  const server = createClickHouseServer({ engine, credential: { username, password } });
  rmSync(socket, { force: true }); // of a process that was killed: the engine has the directory for itself
  server.listen(socket, () => send({ type: 'ready' }));
  process.on('message', (message: ToChild) => {
    if (message.type !== 'stop') return;
    // what runs too long is ended by the parent
    server.close(() => {
      engine.close();
      process.exit(0);
    });
    server.closeIdleConnections();
  });
}

function fail(reason: 'unavailable' | 'not-opened') {
  process.send?.({ type: 'failed', reason } satisfies FromChild, () => process.exit(1));
}
