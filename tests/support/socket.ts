import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { whenOver } from './over.ts';

export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Listens on a free port of loopback and gives that port. */
export async function listen(app: FastifyInstance): Promise<number> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as AddressInfo).port;
}

/** Sends bytes as they are, and reads until the server hangs up: what no HTTP client would send. */
export async function sendRaw(port: number, request: string | Buffer): Promise<RawAnswer> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => undefined); // a server that refuses early may reset the rest; what it said counts
  socket.write(request);
  await once(socket, 'close');
  const text = Buffer.concat(chunks).toString('utf8');
  const [head = '', ...body] = text.split('\r\n\r\n');
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0), head, body: body.join('\r\n\r\n') };
}

/** A GET with exactly these header lines. */
export function getRequest(path: string, ...headers: string[]): string {
  return [`GET ${path} HTTP/1.1`, 'Host: vitals', 'Connection: close', ...headers, '', ''].join('\r\n');
}

/** A connection that is held by its other end: what the server does about it is the server's own doing. */
export interface HeldConnection {
  readonly socket: Socket;
  readonly heard: () => string;
  /** Resolves once the server has hung up, as far as that can be seen from here. */
  readonly hungUp: Promise<unknown>;
}

/** Opens a connection and sends the beginning of something. It never hangs up by itself, even where the server has. */
export async function hold(port: number, begin = ''): Promise<HeldConnection> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let heard = '';
  socket.on('error', () => undefined); // the server may end it in any way
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
  const hungUp = new Promise((resolve) => socket.once('end', resolve).once('close', resolve));
  whenOver(() => void socket.destroy());
  await once(socket, 'connect');
  socket.write(begin);
  return { socket, heard: () => heard, hungUp };
}

/** The beginning of a POST whose body is announced as longer than what is sent of it. */
export function slowPost(path: string, ...headers: string[]): string {
  return [`POST ${path} HTTP/1.1`, 'Host: vitals', 'Content-Length: 100', ...headers, '', 'x'].join('\r\n');
}
