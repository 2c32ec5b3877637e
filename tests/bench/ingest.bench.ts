/**
 * Ingest: rows from the collector's request until ClickHouse has them, beside a plain `@clickhouse/client` that inserts
 * the same rows in the same requests into the same embedded ClickHouse. And what a scrape costs meanwhile.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClickHouse } from '../../backend/clickhouse/client.ts';
import { launch } from '../../backend/clickhouse/embedded/launch.ts';
import { migrate } from '../../backend/clickhouse/migrations.ts';
import { median, printFigure } from './figures.ts';
import { sendRows } from './ingest-load.ts';
import { startIngestServer, type IngestServer } from './ingest-server.ts';
import { measureLoad, type Measured } from './load.ts';

const ROUNDS = 3;
const ROWS = 500_000;
const WARM_UP_ROWS = 100_000;
const SENDERS = 4;
const SCRAPE_MS = 4_000;
const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** Rows a second of the plain client. */
async function plain(folder: string): Promise<number> {
  const running = await launch({ dir: join(folder, 'plain') });
  const { url, credential } = running.endpoint;
  const client = createClickHouse({ url, ...credential, database: 'vitals' });
  await migrate(client, { fsync: true, logger });
  await client.close();
  const load = { to: 'clickhouse', senders: SENDERS, url, ...credential } as const;
  await sendRows({ ...load, rows: WARM_UP_ROWS });
  const ms = await sendRows({ ...load, rows: ROWS });
  await running.end();
  return (ROWS / ms) * 1000;
}

/** Rows a second, from the first request until nothing waits any more. */
async function endToEnd(server: IngestServer, rows: number): Promise<number> {
  const started = performance.now();
  await sendRows({ to: 'ingest', senders: SENDERS, rows, port: server.port, jwt: server.collector });
  await server.drained();
  return (rows / (performance.now() - started)) * 1000;
}

function scrapes(server: IngestServer): Promise<Measured> {
  const headers = { authorization: `Bearer ${server.scraper}` };
  const { port } = server;
  return measureLoad({ port, path: '/api/metrics/prometheus', headers, connections: 1, durationMs: SCRAPE_MS });
}

/** Scrapes while rows come in for the whole time. */
async function scrapesUnderLoad(server: IngestServer): Promise<Measured> {
  let isOver = false;
  async function load(): Promise<void> {
    while (!isOver) await endToEnd(server, WARM_UP_ROWS);
  }
  const loading = load();
  const measured = await scrapes(server).finally(() => (isOver = true));
  await loading;
  return measured;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

function ignore(): void {
  // nothing is logged
}

const folder = mkdtempSync(join(tmpdir(), 'vitals-bench-'));
try {
  const rates: { plain: number[]; ours: number[] } = { plain: [], ours: [] };
  const p99s: { idle: number[]; loaded: number[] } = { idle: [], loaded: [] };
  let peak = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const place = mkdtempSync(join(folder, 'round-'));
    rates.plain.push(await plain(place));
    const server = await startIngestServer(place, await freePort());
    await endToEnd(server, WARM_UP_ROWS);
    rates.ours.push(await endToEnd(server, ROWS));
    p99s.idle.push((await scrapes(server)).p99);
    p99s.loaded.push((await scrapesUnderLoad(server)).p99);
    peak = Math.max(peak, server.peakMemory());
    await server.stop();
    rmSync(place, { recursive: true, force: true });
  }
  const about = 'ingest, 5,000 rows a request, 4 collectors';
  printFigure({
    name: `${about}, until ClickHouse has them`,
    unit: 'rows/s',
    value: median(rates.ours),
    baseline: median(rates.plain),
  });
  printFigure({
    name: 'scrape under ingest, p99 one by one',
    unit: 'ms',
    value: median(p99s.loaded),
    baseline: median(p99s.idle),
  });
  console.error(`peak memory of the backend: ${Math.round(peak / 1024 / 1024)} MiB`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
