/** Collectors that send rows to a real server, and know exactly what was acknowledged. */
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Place } from './place.ts';

export interface CollectorsOptions {
  readonly place: Place;
  readonly jwt: string;
  readonly senders?: number;
  readonly rowsPerRequest?: number;
  /** The pause after each request, in milliseconds. */
  readonly pauseMs?: number;
}

/**
 * Sends request after request until told to stop. Each has an Idempotency-Key and is sent again until it is
 * acknowledged, so at the end exactly `rows` rows were accepted, with the host names host-0, host-1, …
 */
export interface Collectors {
  /** Acknowledged so far. */
  readonly rows: number;
  /** Attempts that failed: the connection, or a 503. */
  readonly failures: number;
  /** Resolves once every request that was begun is acknowledged. Rejects where an answer was neither 202 nor 503. */
  stop(): Promise<void>;
}

export function startCollectors(options: CollectorsOptions): Collectors {
  const { place, jwt, senders = 2, rowsPerRequest = 500, pauseMs = 20 } = options;
  const agent = new Agent({ keepAlive: true });
  let begun = 0;
  let acknowledged = 0;
  let failures = 0;
  let isOver = false;

  async function sendUntilAcknowledged(number: number): Promise<void> {
    const body = rowsOf(number * rowsPerRequest, rowsPerRequest);
    for (;;) {
      const status = await post(place, agent, jwt, `request-${number}`, body).catch(() => 'failed' as const);
      if (status === 202) break;
      if (status !== 'failed' && status !== 503) throw new Error(`ingest answered ${status}`);
      failures += 1;
      await delay(50);
    }
    acknowledged += rowsPerRequest;
  }

  async function run(): Promise<void> {
    while (!isOver) {
      await sendUntilAcknowledged(begun++);
      await delay(pauseMs);
    }
  }
  const running = Promise.all(Array.from({ length: senders }, run));
  running.catch(() => undefined);

  return {
    get rows() {
      return acknowledged;
    },
    get failures() {
      return failures;
    },
    async stop() {
      isOver = true;
      await running;
      agent.destroy();
    },
  };
}

function rowsOf(from: number, count: number): Buffer {
  const ts = Date.now();
  const row = (n: number) => ({ ts, message_type: 'ack', mac: '00:1a:2b:3c:4d:5e', hostname: `host-${n}`, vlan: 7 });
  return Buffer.from(Array.from({ length: count }, (_, index) => `${JSON.stringify(row(from + index))}\n`).join(''));
}

/** @returns the status of the answer */
function post({ port }: Place, agent: Agent, jwt: string, key: string, body: Buffer): Promise<number> {
  const headers = {
    authorization: `Bearer ${jwt}`,
    'content-type': 'application/x-ndjson',
    'content-length': body.length,
    'idempotency-key': key,
  };
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: '/api/ingest/dhcp-events', method: 'POST', agent, headers });
    asked.setTimeout(10_000, () => asked.destroy(new Error('no answer')));
    asked.on('error', reject);
    asked.on('response', (answer) => {
      answer.on('error', reject);
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
    });
    asked.end(body);
  });
}
