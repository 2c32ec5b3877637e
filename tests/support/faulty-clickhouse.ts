import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { launch, type EmbeddedEndpoint } from '../../backend/clickhouse/embedded/launch.ts';
import { temporaryFolder } from './folder.ts';
import { whenOver } from './over.ts';

/**
 * What it does with a request: passes it on, never answers, answers an error, passes it on and loses the answer, or takes
 * `LATE_MS` longer.
 */
export type Fault = 'none' | 'hangs' | 'errors' | 'loses answers' | 'is late';

export const LATE_MS = 300;

/** A real ClickHouse behind a server of ours that misbehaves on demand. Nothing listens until `listen`. */
export interface FaultyClickHouse {
  readonly credential: { readonly username: string; readonly password: string };
  /** The real one: always well. */
  readonly real: EmbeddedEndpoint;
  /** How many requests met a fault. */
  readonly faults: number;
  /** How many inserts into a table were made and answered. */
  inserts(table: string): number;
  listen(port: number): Promise<void>;
  /** What hangs at the moment is cut off. `only`: the queries that are meant, where not all are. */
  misbehave(fault: Fault, only?: RegExp): void;
}

export async function startFaultyClickHouse(): Promise<FaultyClickHouse> {
  const running = await launch({ dir: temporaryFolder() });
  const { url, socketPath, credential } = running.endpoint;
  const inserts = new Map<string, number>();
  let fault: Fault = 'none';
  let meant: RegExp | undefined;
  let faults = 0;
  const hanging = new Set<Socket>();

  async function handle(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const query = new URL(asked.url ?? '/', url).searchParams.get('query') ?? '';
    const met = meant === undefined || meant.test(query) ? fault : 'none';
    if (met !== 'none') faults += 1;
    if (met === 'hangs') {
      hanging.add(asked.socket);
      return;
    }
    if (met === 'errors') {
      asked.resume();
      answer.writeHead(500, { 'X-ClickHouse-Exception-Code': '241' });
      answer.end('Code: 241. DB::Exception: Memory limit exceeded. (MEMORY_LIMIT_EXCEEDED)\n');
      return;
    }
    if (met === 'is late') await wait(LATE_MS + 5);
    const passed = request(new URL(asked.url ?? '/', url), {
      socketPath,
      method: asked.method,
      headers: asked.headers,
    });
    passed.on('response', (given) => {
      if (met === 'loses answers') {
        given.resume().on('end', () => asked.socket.destroy());
        return;
      }
      const [, table] = /^INSERT INTO (\w+)/.exec(query) ?? [];
      if (given.statusCode === 200 && table !== undefined) inserts.set(table, (inserts.get(table) ?? 0) + 1);
      answer.writeHead(given.statusCode ?? 500, given.headers);
      given.pipe(answer);
    });
    passed.on('error', () => asked.socket.destroy());
    asked.pipe(passed);
  }

  const server = createServer((asked, answer) => void handle(asked, answer));
  whenOver(async () => {
    server.closeAllConnections();
    server.close();
    await running.end();
  });
  return {
    credential,
    real: running.endpoint,
    get faults() {
      return faults;
    },
    inserts: (table) => inserts.get(table) ?? 0,
    async listen(port) {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      if ((server.address() as AddressInfo).port !== port) throw new Error('it listens elsewhere');
    },
    misbehave(next, only) {
      fault = next;
      meant = only;
      for (const socket of hanging) socket.destroy();
      hanging.clear();
    },
  };
}
