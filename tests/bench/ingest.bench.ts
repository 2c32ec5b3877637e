/**
 * Ingest: rows from the collector's request until ClickHouse has them, beside a plain `@clickhouse/client` that inserts
 * the same rows in the same requests into the same embedded ClickHouse. And what a scrape costs meanwhile.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createClickHouse } from '../../backend/clickhouse/client.ts';
import { launch } from '../../backend/clickhouse/embedded/launch.ts';
import { migrate } from '../../backend/clickhouse/migrations.ts';
import { printFigure, roundsOr } from './figures.ts';
import { sendRows } from './ingest-load.ts';
import { startIngestServer, type IngestServer } from './ingest-server.ts';
import { measureLoad, type Measured } from './load.ts';
import { inFolder } from './product.ts';
import { SCRAPE_PATH, asksText } from './prometheus.ts';

const ROWS = 500_000;
const WARM_UP_ROWS = 100_000;
const SENDERS = 4;
const SCRAPE_MS = 4_000;
const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** Rows a second of the plain client. */
async function plain(folder: string): Promise<number> {
  const running = await launch({ dir: join(folder, 'plain') });
  const { credential, ...where } = running.endpoint;
  const client = createClickHouse({ ...where, ...credential, database: 'vitals' });
  await migrate(client, { fsync: true, logger });
  await client.close();
  const load = { to: 'clickhouse', senders: SENDERS, ...where, ...credential } as const;
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
  const headers = asksText(server.scraper);
  const { port } = server;
  return measureLoad({ port, path: SCRAPE_PATH, headers, connections: 1, durationMs: SCRAPE_MS });
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

function ignore(): void {
  // nothing is logged
}

await inFolder(async (folder) => {
  const rates: { plain: number[]; ours: number[] } = { plain: [], ours: [] };
  const p99s: { idle: number[]; loaded: number[] } = { idle: [], loaded: [] };
  const peaks: number[] = [];
  for (let round = 0; round < roundsOr(5); round += 1) {
    const place = mkdtempSync(join(folder, 'round-'));
    rates.plain.push(await plain(place));
    const server = await startIngestServer(place);
    await endToEnd(server, WARM_UP_ROWS);
    rates.ours.push(await endToEnd(server, ROWS));
    p99s.idle.push((await scrapes(server)).p99);
    p99s.loaded.push((await scrapesUnderLoad(server)).p99);
    peaks.push(server.peakMemory());
    await server.stop();
    rmSync(place, { recursive: true, force: true });
  }
  printFigure({
    name: 'ingest until ClickHouse has the rows / plain @clickhouse/client',
    ...{ unit: 'rows/s', value: rates.ours, baseline: rates.plain, must: { ratio: 0.8 } },
  });
  printFigure({
    name: 'scrape under ingest / idle, p99 one by one',
    ...{ unit: 'ms', value: p99s.loaded, baseline: p99s.idle, baselineIsOurs: true },
  });
  printFigure({ name: 'memory under ingest, at its most', unit: 'MB', value: peaks });
});
