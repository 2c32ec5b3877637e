/** A real server with ClickHouse: what it tells, whose child it has, and what ClickHouse holds in the end. */
import { readdirSync, readFileSync } from 'node:fs';
import { createClickHouse, type ClickHouse } from '../../backend/clickhouse/client.ts';
import { launch } from '../../backend/clickhouse/embedded/launch.ts';
import type { Health } from '../../contract/api.ts';
import { parseExposition } from '../backend/parse-exposition.ts';
import { ask } from './http.ts';
import { makePlace, type Place } from './place.ts';
import { eventually, type Settings } from './server.ts';

export interface IngestPlace extends Place {
  readonly collector: string;
  /** One number of the exposition. */
  metric(name: string, labels?: Record<string, string>): Promise<number | undefined>;
  health(): Promise<Health>;
  /** Waits until nothing waits in the spool. */
  drained(): Promise<void>;
}

export async function makeIngestPlace(settings: Settings, folder?: string): Promise<IngestPlace> {
  const place = await makePlace({ settings, ...(folder !== undefined && { folder }) });
  const [collector, viewer, { secret }] = [
    await place.jwt('collector'),
    await place.jwt('viewer'),
    await place.mint('P'),
  ];
  const get = (path: string, credential: string) =>
    ask(`${place.origin}${path}`, { headers: { authorization: `Bearer ${credential}` } });

  async function health(): Promise<Health> {
    return JSON.parse((await get('/api/health', viewer)).text) as Health;
  }

  return {
    ...place,
    collector,
    health,
    async metric(name, labels = {}) {
      const { samples } = parseExposition((await get('/api/metrics/prometheus', secret)).text);
      const wanted = Object.entries(labels);
      return samples.find((one) => one.name === name && wanted.every(([key, value]) => one.labels[key] === value))
        ?.value;
    },
    async drained() {
      await eventually('nothing waits in the spool', async () => (await health()).spool?.waitingRows === 0, 100_000);
    },
  };
}

/** The embedded ClickHouse that a backend has started, by its process. */
export function childOf(pid: number | undefined): number | undefined {
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const [, state, parent] = /\) (\S) (\d+) /.exec(readFileSync(`/proc/${entry}/stat`, 'utf8')) ?? [];
      const isEmbedded = readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes('bin/child.js');
      if (Number(parent) === pid && state !== 'Z' && isEmbedded) return Number(entry);
    } catch {
      // it has just ended
    }
  }
  return undefined;
}

/** Opens the data of an embedded ClickHouse that is not running any more, and looks into it. */
export async function inside<Result>(dir: string, look: (client: ClickHouse) => Promise<Result>): Promise<Result> {
  const running = await launch({ dir });
  const { credential, ...where } = running.endpoint;
  const client = createClickHouse({ ...where, ...credential, database: 'vitals' });
  try {
    return await look(client);
  } finally {
    await client.close();
    await running.end();
  }
}

/** Rows of the collectors: how many, and how many different ones. */
export async function countRows(client: ClickHouse): Promise<{ rows: number; different: number }> {
  const query = 'SELECT count() AS rows, uniqExact(hostname) AS different FROM dhcp_events';
  const [counted] = await client.select<{ rows: string; different: string }>(query);
  return { rows: Number(counted?.rows), different: Number(counted?.different) };
}

/** The audit log as it was shipped. */
export async function auditNumbers(client: ClickHouse): Promise<number[]> {
  const rows = await client.select<{ seq: string }>('SELECT seq FROM audit_events ORDER BY seq');
  return rows.map(({ seq }) => Number(seq));
}
