import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { VectorLine } from '../../contract/notifications.ts';
import { whenOver } from './over.ts';

export interface ReceivedRequest {
  readonly headers: IncomingHttpHeaders;
  readonly lines: readonly VectorLine[];
  readonly status: number | 'hung';
}

/** Stands in for a Vector `http_server` source. */
export interface VectorReceiver {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** What it accepted, in order, repeats included. */
  readonly accepted: () => VectorLine[];
  /** How it answers from now on: with a status (for all, or decided by the lines), or not at all. */
  answer(how: number | 'hang' | ((lines: readonly VectorLine[]) => number)): void;
  /** Refuses connections from now on. */
  away(): Promise<void>;
  /** Listens again on the same port, unless it does. */
  back(): Promise<void>;
}

export async function vectorReceiver(): Promise<VectorReceiver> {
  const requests: ReceivedRequest[] = [];
  let how: Parameters<VectorReceiver['answer']>[0] = 200;
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  whenOver(() => close(server));

  async function listen(on: number): Promise<Server> {
    const one = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        receive(text.trimEnd().split('\n'), request.headers, response);
      });
    }).listen(on, '127.0.0.1');
    await once(one, 'listening');
    return one;
  }

  function receive(texts: readonly string[], headers: IncomingHttpHeaders, response: ServerResponse): void {
    const lines = texts.map((text) => JSON.parse(text) as VectorLine);
    if (how === 'hang') {
      requests.push({ headers, lines, status: 'hung' });
      return;
    }
    const status = typeof how === 'function' ? how(lines) : how;
    requests.push({ headers, lines, status });
    response.writeHead(status).end();
  }

  return {
    url: `http://127.0.0.1:${port}/`,
    requests,
    accepted: () => requests.filter(({ status }) => status === 200).flatMap(({ lines }) => lines),
    answer: (next) => {
      how = next;
    },
    away: () => close(server),
    back: async () => {
      if (!server.listening) server = await listen(port);
    },
  };
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
