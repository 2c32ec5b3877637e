/** Connections of somebody who wants to keep others out: headers and bodies that do not end, answers that nobody reads. */
import { connect, type Socket } from 'node:net';
import type { Place } from '../support/place.ts';

/** Bytes of each that is still sending come so often, in milliseconds. */
const BYTE_EVERY_MS = 1_000;

export interface SlowSockets {
  release(): void;
}

/** Of `count` connections a third sends headers, a third a body, byte by byte; the rest asks and never reads. */
export function holdSlowSockets({ port }: Pick<Place, 'port'>, jwt: string, count: number): SlowSockets {
  const auth = `Host: a\r\nAuthorization: Bearer ${jwt}\r\n`;
  const beginnings = [
    `GET /api/health HTTP/1.1\r\n${auth}X-Slow: `,
    `POST /api/ingest/dhcp-events HTTP/1.1\r\n${auth}Content-Type: application/x-ndjson\r\nContent-Length: 5000\r\n\r\n`,
    `GET /api/health HTTP/1.1\r\n${auth}\r\n`.repeat(50),
  ];
  const sockets = Array.from({ length: count }, (_, index) => {
    const kind = index % beginnings.length;
    const socket = connect(port, '127.0.0.1', () => socket.write(beginnings[kind] ?? ''));
    if (kind === 2) socket.pause();
    else socket.resume();
    socket.on('error', () => undefined); // the server ends them, and may itself be gone
    return { socket, isSending: kind !== 2 };
  });
  const timer = setInterval(() => {
    for (const { socket, isSending } of sockets) if (isSending && isOpen(socket)) socket.write('x');
  }, BYTE_EVERY_MS);
  return {
    release() {
      clearInterval(timer);
      for (const { socket } of sockets) socket.destroy();
    },
  };
}

const isOpen = (socket: Socket) => socket.writable && !socket.connecting;
