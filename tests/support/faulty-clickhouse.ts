import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { launch } from '../../backend/clickhouse/embedded/launch.ts';
import { temporaryFolder } from './folder.ts';

/** What it does with a request: passes it on, never answers, answers an error, or passes it on and loses the answer. */
export type Fault = 'none' | 'hangs' | 'errors' | 'loses answers';

/** A real ClickHouse behind a server of ours that can be told to misbehave. Nothing listens until `listen`. */
export interface FaultyClickHouse {
  readonly credential: { readonly username: string; readonly password: string };
  /** How many requests met a fault. */
  readonly faults: number;
  listen(port: number): Promise<void>;
  /** What hangs at the moment is cut off. */
  misbehave(fault: Fault): void;
}

export async function startFaultyClickHouse(): Promise<FaultyClickHouse> {
  const running = await launch({ dir: temporaryFolder() });
  const { url, credential } = running.endpoint;
  let fault: Fault = 'none';
  let faults = 0;

  function handle(asked: IncomingMessage, answer: ServerResponse): void {
    if (fault !== 'none') faults += 1;
    if (fault === 'hangs') return;
    if (fault === 'errors') {
      asked.resume();
      answer.writeHead(500, { 'X-ClickHouse-Exception-Code': '241' });
      answer.end('Code: 241. DB::Exception: Memory limit exceeded. (MEMORY_LIMIT_EXCEEDED)\n');
      return;
    }
    const isLost = fault === 'loses answers';
    const passed = request(new URL(asked.url ?? '/', url), { method: asked.method, headers: asked.headers });
    passed.on('response', (given) => {
      if (isLost) {
        given.resume().on('end', () => asked.socket.destroy());
        return;
      }
      answer.writeHead(given.statusCode ?? 500, given.headers);
      given.pipe(answer);
    });
    passed.on('error', () => asked.socket.destroy());
    asked.pipe(passed);
  }

  const server = createServer(handle);
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await running.end();
  });
  return {
    credential,
    get faults() {
      return faults;
    },
    async listen(port) {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      if ((server.address() as AddressInfo).port !== port) throw new Error('it listens elsewhere');
    },
    misbehave(next) {
      fault = next;
      server.closeAllConnections();
    },
  };
}
