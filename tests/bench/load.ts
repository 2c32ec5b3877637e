/**
 * A process that sends GET requests over keep-alive connections, one at a time on each, and measures the answers. It
 * reads the socket itself: Node's HTTP client costs more than the server that is to be measured.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { percentile } from './figures.ts';

export interface Load {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly durationMs: number;
}

/** Rate in requests per second, times in milliseconds. */
export interface Measured {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
}

/** Puts load on a server of 127.0.0.1, from a process of its own. Rejects at the first answer that is not a 200. */
export async function measureLoad(load: Load): Promise<Measured> {
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(load)]);
  const [message] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [unknown];
  if (typeof message !== 'object') throw new Error('the load ended early');
  return message as Measured;
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');

/** One connection that asks until the time is up. @returns how long each answer took, in milliseconds */
async function ask({ port, path, headers }: Load, deadline: number): Promise<number[]> {
  const fields = Object.entries({ host: `127.0.0.1:${port}`, ...headers });
  const request = `GET ${path} HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  const times: number[] = [];
  let received: Buffer[] = [];
  let missing = NaN;
  let sent = performance.now();
  socket.write(request);

  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the server closed the connection')));
    socket.on('data', (chunk) => {
      received.push(chunk);
      if (Number.isNaN(missing)) {
        const head = received.length === 1 ? chunk : Buffer.concat(received);
        const end = head.indexOf(END_OF_HEAD);
        if (end < 0) return;
        const text = head.toString('latin1', 0, end);
        const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
        if (!text.startsWith('HTTP/1.1 200') || length === undefined) return reject(new Error(text));
        missing = end + END_OF_HEAD.length + Number(length) - head.length;
      } else {
        missing -= chunk.length;
      }
      if (missing > 0) return;
      const now = performance.now();
      times.push(now - sent);
      if (now >= deadline) {
        resolve(times);
        socket.removeAllListeners('close').destroy();
        return;
      }
      received = [];
      missing = NaN;
      sent = now;
      socket.write(request);
    });
  });
}

async function main(load: Load): Promise<void> {
  const started = performance.now();
  const deadline = started + load.durationMs;
  const times = (await Promise.all(Array.from({ length: load.connections }, () => ask(load, deadline)))).flat();
  const seconds = (performance.now() - started) / 1000;
  const measured: Measured = {
    rate: times.length / seconds,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
  };
  process.send?.(measured);
  process.disconnect();
}

const argument = process.argv[2];
if (process.argv[1] === fileURLToPath(import.meta.url) && argument !== undefined)
  await main(JSON.parse(argument) as Load);
