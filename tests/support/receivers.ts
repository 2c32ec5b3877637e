/** What stands at the other end in journeys: a Vector that can refuse, a ClickHouse that is slow. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

export interface Receiver {
  readonly url: string;
  /** Nobody answers there from now on. */
  close(): Promise<void>;
}

/** Takes JSON lines as Vector's `http_server` source does, and answers with the status that is set. */
export interface VectorReceiver extends Receiver {
  status: number;
  readonly lines: readonly unknown[];
}

export async function startVectorReceiver(): Promise<VectorReceiver> {
  const lines: unknown[] = [];
  const receiver = await listen(async (request, response) => {
    const text = await read(request);
    if (state.status < 300) lines.push(...text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)])));
    response.writeHead(state.status).end();
  });
  const state = Object.assign(receiver, { status: 200, lines });
  return state;
}

/** Answers what the backend asks of a ClickHouse without tables; each insert takes its time. */
export async function startSlowClickHouse(insertMs: number): Promise<Receiver> {
  return listen(async (request, response) => {
    const body = await read(request);
    const asked = `${decodeURIComponent(request.url ?? '')} ${body}`;
    if (asked.includes('INSERT')) await wait(insertMs);
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.end(asked.includes('max(version)') ? '{"version":1}\n' : '');
  });
}

async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<Receiver> {
  const server: Server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const close = async () => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  onTestFinished(close);
  return { url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`, close };
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
