/**
 * The embedded ClickHouse's process. It is started by `process.ts` over IPC, from which alone it knows the directory and the
 * credential, and it never outlives that parent: when the channel closes it kills itself, whatever it is doing (chDB
 * loses no acknowledged row by that). Signals meant for the whole group are the parent's to handle.
 */
import type { AddressInfo } from 'node:net';
import { loadChdb, openEngine, type Chdb, type Engine } from './engine.ts';
import { createClickHouseServer } from './server.ts';

export interface StartMessage {
  readonly type: 'start';
  readonly dir: string;
  readonly username: string;
  readonly password: string;
}
export interface StopMessage {
  readonly type: 'stop';
}
export type ToChild = StartMessage | StopMessage;

export type FromChild =
  | { readonly type: 'ready'; readonly port: number }
  | { readonly type: 'failed'; readonly reason: 'unavailable' | 'not-opened' };

const ORPHAN_CHECK_MS = 1_000;

const parent = process.ppid;
const die = () => process.kill(process.pid, 'SIGKILL');
const send = (message: FromChild) => process.send?.(message);

if (process.send === undefined) process.exit(2); // started by hand
process.on('disconnect', die);
setInterval(() => process.ppid === parent || die(), ORPHAN_CHECK_MS).unref();
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

process.on('message', (message: ToChild) => {
  if (message.type === 'start') start(message);
});

function start({ dir, username, password }: StartMessage) {
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
  server.listen(0, '127.0.0.1', () => send({ type: 'ready', port: (server.address() as AddressInfo).port }));
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
