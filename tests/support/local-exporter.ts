/** A program beside the backend that shows metrics, or whatever else a test has it answer. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { temporaryFolder } from './folder.ts';
import { whenOver } from './over.ts';

export interface LocalExporter {
  /** Of its metrics; empty where it listens on a socket. */
  readonly url: string;
  /** The path of its socket, where it listens on one. */
  readonly socket: string;
  readonly requests: readonly IncomingMessage[];
  /** Resolves once so many requests have come. */
  asked(times: number): Promise<void>;
  /** How it answers from now on. */
  answer(how: RequestListener): void;
  /** Nobody answers there from now on. */
  away(): Promise<void>;
  /** Listens again where it did, unless it does. */
  back(): Promise<void>;
}

export const text = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' } as const;

/** Answers 200 with this body. */
export function shows(body: string | Buffer, headers: Record<string, string> = text): RequestListener {
  return (_request, response) => void response.writeHead(200, headers).end(body);
}

/** @param on a port of loopback, or a socket of its own */
export async function startLocalExporter(
  answer: RequestListener,
  on: 'port' | 'socket' = 'port',
): Promise<LocalExporter> {
  let how = answer;
  const requests: IncomingMessage[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    requests.push(request);
    for (const look of waiting) look();
    how(request, response);
  });
  const socket = on === 'socket' ? join(temporaryFolder(), 'exporter.sock') : '';
  let port = 0;
  const back = async () => {
    if (server.listening) return;
    if (on === 'socket') server.listen(socket);
    else server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const away = async () => {
    if (!server.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  await back();
  whenOver(away);
  if (on === 'port') port = (server.address() as AddressInfo).port;
  return {
    url: on === 'port' ? `http://127.0.0.1:${port}/metrics` : '',
    socket,
    requests,
    asked: (times) =>
      new Promise((resolve) => {
        const look = () => {
          if (requests.length < times) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    answer: (next) => {
      how = next;
    },
    away,
    back,
  };
}
