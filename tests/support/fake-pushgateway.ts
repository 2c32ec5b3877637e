import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { whenOver } from './over.ts';

export interface GatewayRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly answer: GatewayAnswer;
}

/** With a status, not at all, with a body that never ends, with a page for people, or by hanging up. */
export type GatewayAnswer = number | 'hangs' | 'endless' | 'page' | 'hangs up';

/** Stands in for a Pushgateway that can be told to misbehave. */
export interface FakePushgateway {
  readonly url: string;
  readonly requests: readonly GatewayRequest[];
  /** Paths of the groups that lie in it, with what was pushed last. */
  readonly groups: ReadonlyMap<string, string>;
  /** How it answers from now on. What it answers 200 to, and what it only seems not to have done, it does. */
  answer(how: GatewayAnswer): void;
  /** How it answers to one method, whatever it answers to the other. */
  answerTo(method: 'PUT' | 'DELETE', how: GatewayAnswer): void;
  /** Refuses connections from now on. */
  away(): Promise<void>;
  /** Listens again on the same port. */
  back(): Promise<void>;
}

export async function fakePushgateway(): Promise<FakePushgateway> {
  const requests: GatewayRequest[] = [];
  const groups = new Map<string, string>();
  const answers = new Map<string, GatewayAnswer>();
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  whenOver(() => close(server));

  async function listen(on: number): Promise<Server> {
    const one = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        const answer = answers.get(method) ?? 200;
        receive({ method, path: url, headers, text: Buffer.concat(chunks).toString('utf8'), answer }, response);
      });
    }).listen(on, '127.0.0.1');
    await once(one, 'listening');
    return one;
  }

  function receive(request: GatewayRequest, response: ServerResponse): void {
    requests.push(request);
    const how = request.answer;
    if (typeof how === 'string' || how < 300) {
      if (request.method === 'PUT') groups.set(request.path, request.text);
      else groups.delete(request.path);
    }
    if (how === 'hangs') return;
    if (how === 'hangs up') response.destroy();
    else if (how === 'page') response.setHeader('content-type', 'text/html').end('<h1>Please log in</h1>');
    else if (how === 'endless') pour(response);
    else response.writeHead(how, how < 400 && how >= 300 ? { location: `${url}elsewhere` } : {}).end();
  }

  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    requests,
    groups,
    answer: (how) => {
      for (const method of ['PUT', 'DELETE']) answers.set(method, how);
    },
    answerTo: (method, how) => void answers.set(method, how),
    away: () => close(server),
    back: async () => {
      if (!server.listening) server = await listen(port);
    },
  };
}

function pour(response: ServerResponse): void {
  const more = () => {
    while (!response.destroyed && response.write('x'.repeat(4096)));
  };
  response.on('drain', more);
  more();
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
