import type { ServerResponse } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { descriptorLimit } from '../lib/descriptor-limit.ts';
import { lingerThenDestroy } from './linger.ts';

/** How long a connection may take for its part, in milliseconds. */
export interface WireLimits {
  /** From its begin, or from the first byte of its next request, until the headers are there; a TLS handshake likewise. */
  readonly headersMs: number;
  /** From the same moment until the body is there. */
  readonly requestMs: number;
  /** Without a byte in either direction while a request is under way: longer than anything here takes to answer. */
  readonly quietMs: number;
  /** Without a next request. */
  readonly idleMs: number;
  /** How often the first two are looked at. */
  readonly checkMs: number;
}

export const wireLimits: WireLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  quietMs: 75_000,
  idleMs: 72_000,
  checkMs: 1_000,
};

/** Descriptors that are left for files, the database and outgoing connections. */
const RESERVED_DESCRIPTORS = 200;
const FEWEST = 16;

/** How many connections there may be: as many as configured, and fewer where the process may not open as many files. */
export function connectionsWithin(configured: number, descriptors: number | undefined): number {
  if (descriptors === undefined) return configured;
  return Math.min(configured, Math.max(descriptors - RESERVED_DESCRIPTORS, FEWEST));
}

/**
 * Keeps the number of connections below a limit. One more takes the place of the one that has gone longest without a
 * request under way, so that whoever holds connections and asks nothing shuts nobody out; where all are at work, it is
 * the new one that is closed. One whose request was answered before its body came ends soon after. Has to be called before
 * a hook that answers.
 */
export function limitConnections(app: FastifyInstance, configured: number): void {
  const limit = connectionsWithin(configured, descriptorLimit());
  if (limit < configured) {
    app.log.warn(
      { limit },
      `server.max_connections: ${configured} are more than this process may open. Raise its limit of open files (ulimit -n, LimitNOFILE).`,
    );
  }
  const open = new Set<Socket>();
  /** In the order in which they began to wait. */
  const waiting = new Set<Socket>();
  /** What is to be answered on each: several where requests came at once. */
  const underWay = new WeakMap<Socket, Set<ServerResponse>>();
  const connectionOf = followTls(app);
  function forget(connection: Socket): void {
    open.delete(connection);
    waiting.delete(connection);
  }

  app.server.on('connection', (connection: Socket) => {
    open.add(connection);
    waiting.add(connection);
    connection.once('close', () => forget(connection));
    if (open.size <= limit) return;
    // Who does not read an answer that is made is not at work either.
    const [first = connection] = waiting;
    const longest =
      first !== connection ? first : ([...open].find((one) => one !== connection && isAnswered(one)) ?? connection);
    longest.destroy();
    forget(longest); // its end is not heard of before more have come
  });
  app.addHook('onRequest', ({ socket }, { raw: answer }, done) => {
    const connection = connectionOf(socket);
    waiting.delete(connection);
    const answers = underWay.get(connection);
    if (answers) answers.add(answer);
    else underWay.set(connection, new Set([answer]));
    done();
  });
  app.addHook('onResponse', ({ raw, socket }, { raw: answer }, done) => {
    const connection = connectionOf(socket);
    const answers = underWay.get(connection);
    answers?.delete(answer);
    if (open.has(connection) && answers?.size === 0) waiting.add(connection);
    if (!raw.complete) lingerThenDestroy(raw.resume()); // answered before all of it came
    done();
  });
  function isAnswered(connection: Socket): boolean {
    return [...(underWay.get(connection) ?? [])].every((answer) => answer.writableEnded);
  }
}

/** The connection that a request came over: with TLS the socket of a request is another one, on top of it. */
function followTls({ server }: FastifyInstance): (socket: Socket) => Socket {
  const beneath = new WeakMap<Socket, Socket>();
  const shaking = new Map<string, Socket>();
  if (server instanceof HttpsServer) {
    server.on('connection', (connection: Socket) => {
      const peer = peerOf(connection);
      shaking.set(peer, connection);
      connection.once('close', () => {
        if (shaking.get(peer) === connection) shaking.delete(peer);
      });
    });
    server.on('secureConnection', (secure: Socket) => {
      const connection = shaking.get(peerOf(secure));
      if (connection) beneath.set(secure, connection);
    });
  }
  return (socket) => beneath.get(socket) ?? socket;
}

/** A connection's other end, which tells it from all that are open. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress ?? ''} ${remotePort ?? ''}`;
}
