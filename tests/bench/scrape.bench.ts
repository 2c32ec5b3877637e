/**
 * What a scrape costs: the authenticated exposition beside a constant answer of the same bytes from the same Fastify,
 * with few tokens in the database and with a million.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { stringify } from 'yaml';
import { systemClock } from '../../backend/lib/clock.ts';
import { loadConfig } from '../../backend/config/config.ts';
import { openServices } from '../../backend/services.ts';
import { silentLogger } from '../../backend/lib/logger.ts';
import { median, printFigure } from './figures.ts';
import { measureLoad, type Measured } from './load.ts';
import { CONSTANT_PATH, SCRAPE_PATH, startScrapeServer } from './scrape-server.ts';

const ROUNDS = 5;
const ROUND_MS = 2_000;
const WARM_UP_MS = 1_000;
const SIZES = [10, 1_000_000];

/** What Prometheus sends, without compression. */
const PROMETHEUS = {
  'user-agent': 'Prometheus/2.42.0',
  accept:
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
  'x-prometheus-scrape-timeout-seconds': '10',
};

/** A database with so many tokens, of which every fourth is revoked and every third expires. @returns one that scrapes */
async function fill(configFile: string, size: number): Promise<string> {
  const services = await openServices(loadConfig(configFile), systemClock, silentLogger);
  const { secret } = await services.tokens.create({ name: 'Prometheus' }, { name: 'bench', via: 'cli', ip: null });
  await services.close();

  const database = new Database(join(configFile, '..', 'vitals.db'));
  database.pragma('synchronous = OFF');
  const others = { count: size - 1, now: Date.now(), later: Date.now() + 365 * 86_400_000 };
  database
    .prepare(
      `with recursive n(i) as (select 1 union all select i + 1 from n where i < :count)
       insert into scrape_tokens
         (id, name, name_folded, prefix, hash, created_at, created_by, expires_at, revoked_at, revoked_by, state)
       select 'tok_' || hex(randomblob(8)), 'Token ' || i, 'token ' || i, 'vst_000000', lower(hex(randomblob(32))),
              :now - i, 'bench', iif(i % 3 = 0, :later + i, null), iif(i % 4 = 0, :now, null),
              iif(i % 4 = 0, 'bench', null), iif(i % 4 = 0, 'revoked', 'active')
       from n`,
    )
    .run(others);
  database
    .prepare(
      `insert into running_totals (name, value)
       select 'tokens.' || state, count(*) from scrape_tokens group by state
       on conflict (name) do update set value = excluded.value`,
    )
    .run();
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
  return secret;
}

/** Scrape and constant answer by turns, so that what else the machine does meets both. */
async function compare(
  port: number,
  secret: string,
  connections: number,
): Promise<[scrape: Measured, constant: Measured]> {
  const headers = { ...PROMETHEUS, authorization: `Bearer ${secret}` };
  const measure = (path: string, durationMs: number) => measureLoad({ port, path, headers, connections, durationMs });
  await measure(SCRAPE_PATH, WARM_UP_MS);
  await measure(CONSTANT_PATH, WARM_UP_MS);
  const scrapes: Measured[] = [];
  const constants: Measured[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    scrapes.push(await measure(SCRAPE_PATH, ROUND_MS));
    constants.push(await measure(CONSTANT_PATH, ROUND_MS));
  }
  return [middle(scrapes), middle(constants)];
}

function middle(rounds: readonly Measured[]): Measured {
  const of = (key: keyof Measured) => median(rounds.map((round) => round[key]));
  return { rate: of('rate'), p50: of('p50'), p99: of('p99') };
}

for (const size of SIZES) {
  const folder = mkdtempSync(join(tmpdir(), 'vitals-bench-'));
  try {
    const config = join(folder, 'config.yaml');
    writeFileSync(
      config,
      stringify({
        database: { url: 'sqlite:vitals.db' },
        prometheus: { enabled: true },
        auth: { key_file: 'jwt-key.json' },
      }),
    );
    const secret = await fill(config, size);
    const server = await startScrapeServer(config, { ...PROMETHEUS, authorization: `Bearer ${secret}` });
    const [busy, busyConstant] = await compare(server.port, secret, 10);
    const [alone, aloneConstant] = await compare(server.port, secret, 1);
    await server.stop();

    const about = `scrape, ${size.toLocaleString('en-US')} tokens`;
    printFigure({ name: `${about}, rate`, unit: 'requests/s', value: busy.rate, baseline: busyConstant.rate });
    printFigure({ name: `${about}, p50 of 10 at once`, unit: 'ms', value: busy.p50, baseline: busyConstant.p50 });
    printFigure({ name: `${about}, p99 of 10 at once`, unit: 'ms', value: busy.p99, baseline: busyConstant.p99 });
    printFigure({ name: `${about}, p50 one by one`, unit: 'ms', value: alone.p50, baseline: aloneConstant.p50 });
    printFigure({ name: `${about}, p99 one by one`, unit: 'ms', value: alone.p99, baseline: aloneConstant.p99 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
