import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { ask } from './http.ts';
import { eventually, freePort } from './server.ts';

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Value and Unix time in milliseconds of each sample, oldest first. */
  readonly samples: readonly { readonly at: number; readonly value: number }[];
}

export interface TargetMetadata {
  readonly target: Readonly<Record<string, string>>;
  readonly metric: string;
  readonly type: string;
  readonly help: string;
  readonly unit: string;
}

/** A real Prometheus and its HTTP API. */
export interface Prometheus {
  /** Where it listens. */
  readonly origin: string;
  /** Series of an instant query. For a range selector (`up[5m]`) with every sample as it was scraped. */
  query(expression: string): Promise<Series[]>;
  /** The value of a query that has one series, if it has. */
  value(expression: string): Promise<number | undefined>;
  /** What the last scrape of a job had to say; empty where it went well. */
  lastError(job: string): Promise<string>;
  /** What the exposition said of its families. */
  metadata(): Promise<TargetMetadata[]>;
  /** The data of any answer of its HTTP API, by the path below /api/v1/. */
  api<Data>(path: string): Promise<Data>;
}

interface VectorResult {
  metric: Record<string, string>;
  value?: [number, string];
  values?: [number, string][];
}

/** Starts Prometheus with these scrape configurations and waits until it answers. It is killed when the test ends. */
export async function startPrometheus(
  binary: string,
  folder: string,
  scrapeConfigs: readonly Record<string, unknown>[],
  settings: Record<string, unknown> = {},
): Promise<Prometheus> {
  const port = await freePort();
  const home = join(folder, 'prometheus');
  mkdirSync(home);
  const configFile = join(home, 'prometheus.yml');
  writeFileSync(configFile, stringify({ ...settings, scrape_configs: scrapeConfigs }));
  const child = spawn(
    binary,
    [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(home, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    { cwd: home, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const closed = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await closed;
  });

  const origin = `http://127.0.0.1:${port}`;
  await eventually('Prometheus is ready', async () => {
    if (child.exitCode !== null) throw new Error(output);
    return (await ask(`${origin}/-/ready`)).status === 200;
  });

  async function api<Data>(path: string): Promise<Data> {
    const answer = await ask(`${origin}/api/v1/${path}`);
    const { status, data } = JSON.parse(answer.text) as { status: string; data: Data };
    if (status !== 'success') throw new Error(`Prometheus: ${answer.text}`);
    return data;
  }

  async function query(expression: string): Promise<Series[]> {
    const { result } = await api<{ result: VectorResult[] }>(`query?query=${encodeURIComponent(expression)}`);
    return result.map(({ metric, value, values }) => ({
      labels: metric,
      samples: (values ?? (value ? [value] : [])).map(([at, text]) => ({ at: at * 1000, value: Number(text) })),
    }));
  }

  return {
    origin,
    query,
    async value(expression) {
      const result = await query(expression);
      if (result.length > 1) throw new Error(`${expression} has ${result.length} series`);
      return result[0]?.samples[0]?.value;
    },
    async lastError(job) {
      const { activeTargets } = await api<{ activeTargets: { scrapePool: string; lastError: string }[] }>('targets');
      return activeTargets.find((target) => target.scrapePool === job)?.lastError ?? 'there is no such job';
    },
    metadata: () => api('targets/metadata'),
    api,
  };
}
