/** The built backend with an embedded ClickHouse, as `npm start` runs it, in a folder of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { Health } from '../../contract/api.ts';
import { systemClock } from '../../backend/lib/clock.ts';
import { loadConfig } from '../../backend/config/config.ts';
import { openServices } from '../../backend/services.ts';
import { silentLogger } from '../../backend/lib/logger.ts';

const CLI = join(import.meta.dirname, '..', '..', 'backend', 'cli', 'vitals.js');

export interface IngestServer {
  readonly port: number;
  readonly collector: string;
  readonly scraper: string;
  /** Resolves once every acknowledged row is in ClickHouse. */
  drained(): Promise<void>;
  /** The most memory that it has used so far, in bytes; 0 where the system does not tell. */
  peakMemory(): number;
  stop(): Promise<void>;
}

export async function startIngestServer(folder: string, port: number): Promise<IngestServer> {
  const config = join(folder, 'config.yaml');
  writeFileSync(
    config,
    stringify({
      server: { port },
      database: { url: 'sqlite:vitals.db' },
      prometheus: { enabled: true },
      auth: { key_file: 'jwt-key.json' },
      clickhouse: { url: 'embedded:clickhouse' },
      ingest: { spool_dir: 'spool', spool_max_mb: 1024 },
    }),
  );
  const secrets = await mint(config);
  const flags = process.env['VITALS_BENCH_NODE_OPTIONS']?.split(' ') ?? []; // for instance --cpu-prof
  const child = spawn(process.execPath, [...flags, CLI, 'serve', '--config', config], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  while (!output.includes('vitals is ready')) {
    if (child.exitCode !== null) throw new Error(output);
    await pause(20);
  }

  async function waitingRows(): Promise<number | undefined> {
    const headers = { authorization: `Bearer ${secrets.viewer}` };
    const health = (await (await fetch(`http://127.0.0.1:${port}/api/health`, { headers })).json()) as Health;
    return health.spool?.waitingRows;
  }

  return {
    port,
    collector: secrets.collector,
    scraper: secrets.scraper,
    async drained() {
      await pause(60); // the spool tells its numbers that often
      while ((await waitingRows()) !== 0) await pause(20);
    },
    peakMemory: () => peakOf(child.pid),
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function mint(config: string) {
  const services = await openServices(loadConfig(config), systemClock, silentLogger);
  const actor = { name: 'bench', via: 'cli', ip: null } as const;
  const issue = (role: 'collector' | 'viewer') =>
    services.credentials.issue({ role, name: role, ttlSeconds: 24 * 3600 }, actor);
  const { secret } = await services.tokens.create({ name: 'Prometheus' }, actor);
  const [collector, viewer] = [await issue('collector'), await issue('viewer')];
  await services.close();
  return { scraper: secret, collector: collector.jwt, viewer: viewer.jwt };
}

function peakOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
