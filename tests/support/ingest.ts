import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { IngestRequest } from '../../backend/ingest/spool/accept.ts';
import type { DamageReport } from '../../backend/ingest/spool/damage.ts';
import { partsFolder } from '../../backend/ingest/spool/files.ts';
import { reservedBytes } from '../../backend/ingest/spool/reserve.ts';
import { openSpooler, type Spooler } from '../../backend/ingest/spool/spooler.ts';
import { fakeClock, type FakeClock } from './clock.ts';
import { temporaryFolder } from './folder.ts';

/** When the fake clock starts. */
export const START = Date.parse('2027-01-01T00:00:00Z');
const types = ['discover', 'offer', 'request', 'ack'];

/** The n-th row of a collector of DHCP events; `at` is its time. */
export function dhcpEvent(n: number, at = START) {
  const byte = (value: number) => (value % 256).toString(16).padStart(2, '0');
  return {
    ts: at - (n % 1000),
    message_type: types[n % types.length],
    mac: `00:1a:${byte(n >> 24)}:${byte(n >> 16)}:${byte(n >> 8)}:${byte(n)}`,
    ip: `10.${n % 200}.${(n >> 8) % 256}.7`,
    vendor_class: `MSFT 5.${n % 10}`,
    hostname: `host-${n % 5000}`,
    server_ip: '10.0.0.1',
    vlan: n % 4000,
  };
}

export function dhcpEvents(count: number, from = 0, at = START) {
  return Array.from({ length: count }, (_, index) => dhcpEvent(from + index, at));
}

export function ndjson(rows: readonly object[]): Buffer {
  return Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

/** A body that comes in these chunks; the last may be an error. */
export async function* chunks(...parts: (Buffer | Error)[]): AsyncGenerator<Buffer> {
  for (const part of parts) {
    if (part instanceof Error) throw part;
    yield await Promise.resolve(part);
  }
}

export const dhcpRequest: IngestRequest = {
  stream: 'dhcp-events',
  credentialId: 'crd_1',
  idempotencyKey: undefined,
  encoding: 'identity',
};

export interface TestSpooler {
  readonly spooler: Spooler;
  readonly folder: string;
  readonly clock: FakeClock;
  /** What was told about files that are not what they should be. */
  readonly damage: readonly DamageReport[];
}

/** The spool in this process, closed when the test ends. */
export function testSpooler(options: { folder?: string; maxBytes?: number; clock?: FakeClock } = {}): TestSpooler {
  const { folder = temporaryFolder(), maxBytes = 64 * 1024 * 1024, clock = fakeClock(START) } = options;
  const damage: DamageReport[] = [];
  const spooler = openSpooler({ folder, maxBytes, clock, onDamage: (found) => void damage.push(found) });
  onTestFinished(() => spooler.close());
  return { spooler, folder, clock, damage };
}

/** The lines of a file of the spool. */
export function readPart(folder: string, file: string): string[] {
  return readFileSync(join(partsFolder(folder), file), 'utf8')
    .trimEnd()
    .split('\n');
}

/** Takes every waiting row out of the spool, insert by insert, as ClickHouse would get them. */
export async function drain({ spooler, folder, clock }: TestSpooler): Promise<string[][]> {
  const inserts: string[][] = [];
  for (;;) {
    const next = await spooler.next('dhcp-events', []);
    if (typeof next !== 'number') {
      inserts.push(next.files.flatMap((file) => readPart(folder, file)));
      await spooler.acknowledge(next.id);
    } else if (spooler.state.waitingRows === 0) return inserts;
    else clock.advance(next);
  }
}

/** The smallest bound of a spool's folder that has room for rows of so many bytes. */
export function boundFor(bytes: number): number {
  const folder = temporaryFolder();
  let bound = bytes;
  for (let before = 0; bound !== before;) {
    before = bound;
    bound = bytes + reservedBytes(folder, before);
  }
  return bound;
}

/** What a folder takes on disk, in bytes, as the disk counts: its files in whole blocks. */
export function diskUsage(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    return sum + (entry.isDirectory() ? diskUsage(path) : Math.ceil(statSync(path).size / 4096) * 4096);
  }, 0);
}
