/**
 * A process that sends GET requests over keep-alive connections, one at a time on each, and measures the answers. It
 * reads the socket itself: Node's HTTP client costs more than the server that is to be measured. Of an answer that is as
 * long as the one before it checks only the status and the length that its head names.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { percentile } from './figures.ts';

export interface Load {
  readonly port: number;
  readonly path: string;
  /** Of every request; of several, each connection takes one. */
  readonly headers: Readonly<Record<string, string>> | readonly Readonly<Record<string, string>>[];
  readonly connections: number;
  readonly durationMs: number;
  /** How often each connection asks; without it, as soon as it has its answer. */
  readonly everyMs?: number;
  /** How many addresses the connections come from, 127.0.0.1 and those after it. */
  readonly addresses?: number;
  /** What the answers may be; 200 unless given. */
  readonly statuses?: readonly number[];
}

/** Rate in requests per second, times in milliseconds. */
export interface Measured {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
}

/** Puts load on a server of 127.0.0.1, from a process of its own. Rejects at the first answer of another status. */
export async function measureLoad(load: Load): Promise<Measured> {
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(load)]);
  const [message] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [unknown];
  if (typeof message !== 'object') throw new Error('the load ended early');
  return message as Measured;
}

const END_OF_HEAD = '\r\n\r\n';
const END_OF_CHUNKS = '\r\n0\r\n\r\n';
const BUFFER_BYTES = 256 * 1024;

/** Reads the answers of one connection. @returns whether an answer is whole with these bytes */
function answerReader(statuses: ReadonlySet<string>) {
  /** What the answer before looked like: its size, and where its head says how long it is. */
  let usual: { readonly size: number; readonly at: number; readonly field: string } | undefined;
  let parts: Buffer[] = [];
  let missing = NaN;
  let isChunked = false;

  function checkStatus(bytes: Buffer): void {
    if (!statuses.has(bytes.toString('latin1', 9, 12)))
      throw new Error(bytes.toString('latin1', 0, Math.min(500, bytes.length)));
  }

  function isWholeAfter(bytes: Buffer): boolean {
    parts.push(Buffer.from(bytes));
    if (isChunked) return Buffer.concat(parts.slice(-2)).toString('latin1').endsWith(END_OF_CHUNKS);
    if (!Number.isNaN(missing)) return (missing -= bytes.length) <= 0;

    const head = Buffer.concat(parts);
    const end = head.indexOf(END_OF_HEAD);
    if (end < 0) return false;
    checkStatus(head);
    const text = head.toString('latin1', 0, end);
    const length = /\r\ncontent-length: \d+/i.exec(text);
    if (length) {
      const size = end + END_OF_HEAD.length + Number(/\d+/.exec(length[0])?.[0]);
      usual = { size, at: length.index, field: length[0] + text.slice(length.index + length[0].length).slice(0, 1) };
      missing = size - head.length;
      return missing <= 0;
    }
    isChunked = /\r\ntransfer-encoding: chunked/i.test(text);
    if (!isChunked) throw new Error(text);
    return head.toString('latin1').endsWith(END_OF_CHUNKS);
  }

  return (bytes: Buffer): boolean => {
    if (parts.length === 0 && bytes.length === usual?.size) {
      const { at, field } = usual;
      checkStatus(bytes);
      if (bytes.toString('latin1', at, at + field.length) === field) return true;
    }
    if (!isWholeAfter(bytes)) return false;
    parts = [];
    missing = NaN;
    isChunked = false;
    return true;
  };
}

/** One connection that asks until the time is up. @returns how long each answer took, in milliseconds */
async function ask(load: Load, number: number, deadline: number): Promise<number[]> {
  const { port, path, everyMs = 0, addresses = 1, connections, statuses = [200] } = load;
  const variants = [load.headers].flat();
  const fields = Object.entries({ host: `127.0.0.1:${port}`, ...variants[number % variants.length] });
  const request = `GET ${path} HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  const isWhole = answerReader(new Set(statuses.map(String)));
  const times: number[] = [];
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  await pause((everyMs * number) / connections);

  return new Promise((resolve, reject) => {
    /** When the question was asked. After a late answer: when it was to be asked, because that delay is the server's. */
    let asked = performance.now();
    let slot = asked;
    const send = () => socket.write(request, 'latin1');
    const socket = connect({
      ...{ host: '127.0.0.1', port, noDelay: true, localAddress: `127.0.0.${1 + (number % addresses)}` },
      onread: {
        buffer,
        callback(size) {
          try {
            if (isWhole(buffer.subarray(0, size))) answered();
          } catch (error) {
            reject(new Error('an answer was not as expected', { cause: error }));
          }
          return true;
        },
      },
    });

    function answered(): void {
      const now = performance.now();
      times.push(now - asked);
      if (now >= deadline) {
        resolve(times);
        socket.removeAllListeners('close').destroy();
        return;
      }
      slot = everyMs > 0 ? slot + everyMs : now;
      asked = slot;
      if (slot <= now) send();
      else
        setTimeout(() => {
          asked = performance.now(); // our own timer's lateness is not the server's
          send();
        }, slot - now);
    }

    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the server closed the connection')));
    socket.on('connect', () => {
      asked = slot = performance.now();
      send();
    });
  });
}

async function main(load: Load): Promise<void> {
  const started = performance.now();
  const deadline = started + load.durationMs;
  const asked = Array.from({ length: load.connections }, (_, number) => ask(load, number, deadline));
  const times = (await Promise.all(asked)).flat();
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
