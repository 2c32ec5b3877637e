/**
 * A process that sends rows in requests of 5,000: to the ingest route, or straight to ClickHouse as a plain
 * `@clickhouse/client` does. Bounded by the number of rows; the bodies are made once.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createClient } from '@clickhouse/client';
import { socketAgent } from '../../backend/clickhouse/client.ts';
import type { EmbeddedEndpoint } from '../../backend/clickhouse/embedded/launch.ts';

export const ROWS_PER_REQUEST = 5_000;
const BODIES = 10;

export type RowLoad = { readonly rows: number; readonly senders: number } & (
  | { readonly to: 'ingest'; readonly port: number; readonly jwt: string }
  | ({ readonly to: 'clickhouse' } & Pick<EmbeddedEndpoint, 'url' | 'socketPath'> & EmbeddedEndpoint['credential'])
);

/** Sends so many rows from a process of its own. @returns how long that took, in milliseconds */
export async function sendRows(load: RowLoad): Promise<number> {
  const child = fork(fileURLToPath(import.meta.url), ['load']);
  child.send(load);
  const [message] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [unknown];
  if (typeof message !== 'number') throw new Error('the load ended early');
  return message;
}

const types = ['discover', 'offer', 'request', 'ack'];
const hex = (value: number) => (value % 256).toString(16).padStart(2, '0');

function batch(number: number): object[] {
  const now = Date.now();
  return Array.from({ length: ROWS_PER_REQUEST }, (_, index) => {
    const n = number * ROWS_PER_REQUEST + index;
    return {
      ts: now - (n % 1000),
      message_type: types[n % types.length],
      mac: `00:1a:2b:${hex(n)}:${hex(n >> 8)}:5e`,
      ip: `10.${n % 200}.${(n >> 8) % 256}.7`,
      vendor_class: `MSFT 5.${n % 10}`,
      hostname: `host-${n % 5000}`,
      server_ip: '10.0.0.1',
      vlan: n % 4000,
    };
  });
}

function senderOf(load: RowLoad, batches: readonly object[][]): (number: number) => Promise<void> {
  if (load.to === 'clickhouse') {
    const { url, socketPath, username, password } = load;
    const client = createClient({ url, username, password, database: 'vitals', http_agent: socketAgent(socketPath) });
    return async (number) => {
      await client.insert({ table: 'dhcp_events', values: batches[number % BODIES] ?? [], format: 'JSONEachRow' });
    };
  }
  const bodies = batches.map((rows) => Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('')));
  const agent = new Agent({ keepAlive: true });
  return (number) => post(load, agent, bodies[number % BODIES] ?? Buffer.alloc(0));
}

function post({ port, jwt }: { port: number; jwt: string }, agent: Agent, body: Buffer): Promise<void> {
  const headers = {
    authorization: `Bearer ${jwt}`,
    'content-type': 'application/x-ndjson',
    'content-length': body.length,
  };
  return new Promise((resolve, reject) => {
    const asked = request({ port, agent, method: 'POST', path: '/api/ingest/dhcp-events', headers }, (answer) => {
      answer.resume().on('end', () => {
        if (answer.statusCode === 202) resolve();
        else reject(new Error(`ingest answered ${String(answer.statusCode)}`));
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

async function main(load: RowLoad): Promise<void> {
  const send = senderOf(
    load,
    Array.from({ length: BODIES }, (_, number) => batch(number)),
  );
  const requests = Math.ceil(load.rows / ROWS_PER_REQUEST);
  let sent = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: load.senders }, async () => {
      while (sent < requests) await send(sent++);
    }),
  );
  process.send?.(performance.now() - started, () => process.exit());
}

if (process.argv[2] === 'load') process.once('message', (load: RowLoad) => void main(load));
