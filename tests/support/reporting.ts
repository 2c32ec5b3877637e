/** A built backend with one of the catalogues that are shipped, a program of `examples/` that reports for it, its Prometheus. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { loadCatalogues } from '../../backend/catalogues/check.ts';
import type { DescribedCatalogue } from '../../contract/documents/described-catalogue.ts';
import { runVitals } from './command-line.ts';
import { temporaryFolder } from './folder.ts';
import { whenOver } from './over.ts';
import { startPrometheus, type Prometheus } from './prometheus.ts';
import { eventually, freePort, startServer, writeConfig } from './server.ts';

const root = join(import.meta.dirname, '../..');

export interface Receiving {
  readonly described: DescribedCatalogue;
  readonly folder: string;
  readonly port: number;
  /** With a credential that may report for the catalogue. */
  readonly environment: Readonly<Record<string, string>>;
  /** With a token that may read the catalogue. */
  scrapeConfig(more?: Record<string, unknown>): Record<string, unknown>;
  /** Scrapes it every second, with the catalogue's alert rules. */
  prometheus(binary: string, more?: Record<string, unknown>): Promise<Prometheus>;
}

/** As which instance the examples report. */
export const INSTANCE = 'the example';

export async function startReceiving(id: string): Promise<Receiving> {
  const folder = temporaryFolder();
  const file = join(root, `catalogues/${id}.yaml`);
  const port = await freePort();
  const config = writeConfig(folder, { server: { port }, prometheus: { enabled: true, catalogues: [file] } });
  await startServer(config);
  const run = async (...args: string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await runVitals(...args, '--name', 'of this test', '--json', '--config', config);
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  };
  const keep = (name: string, secret: string) => {
    const path = join(folder, name);
    writeFileSync(path, `${secret}\n`, { mode: 0o600 });
    return path;
  };
  const { jwt } = (await run('credential', 'issue', '--role', 'reporter', '--catalogue', id, '--ttl', '1h')) as {
    jwt: string;
  };
  const { secret } = (await run('token', 'create', '--catalogue', id)) as { secret: string };
  const tokenFile = keep('scrape-token', secret);
  const scrapeConfig = (more: Record<string, unknown> = {}) => ({
    job_name: id,
    metrics_path: `/api/metrics/catalogues/${id}`,
    scrape_interval: '1s',
    scrape_timeout: '1s',
    authorization: { type: 'Bearer', credentials_file: tokenFile },
    honor_labels: true,
    static_configs: [{ targets: [`127.0.0.1:${port}`] }],
    ...more,
  });
  return {
    described: loadCatalogues([file])[0]!,
    folder,
    port,
    environment: {
      VITALS_URL: `http://127.0.0.1:${port}`,
      VITALS_CREDENTIAL_FILE: keep('reporter-credential', jwt),
      VITALS_INSTANCE: INSTANCE,
    },
    scrapeConfig,
    prometheus: (binary, more) =>
      startPrometheus(binary, folder, [scrapeConfig(more)], {
        global: { evaluation_interval: '1s' },
        rule_files: [join(root, `provisioning/catalogues/${id}/rules.yaml`)],
      }),
  };
}

export interface Reporter {
  readonly output: () => string;
  readonly exited: Promise<number | null>;
  /** @returns the exit code */
  stop(): Promise<number | null>;
}

/** Starts a program of `examples/` with these arguments. */
export function startReporter(
  environment: Readonly<Record<string, string>>,
  command: string,
  file: string,
  ...args: string[]
): Reporter {
  const child = spawn(command, [join(root, 'examples', file), ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...environment },
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  whenOver(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return {
    output: () => output,
    exited,
    stop() {
      child.kill('SIGTERM');
      return exited;
    },
  };
}

/** Reports every second from now on, and has been believed. */
export async function startReporting(
  receiving: Receiving,
  command: string,
  file: string,
  ...args: string[]
): Promise<Reporter> {
  const reporter = startReporter(receiving.environment, command, file, '--every', '1', ...args);
  const said = await eventually(
    'Vitals answers',
    () => /Vitals (took|answered)/.test(reporter.output()) && reporter.output(),
  );
  if (!said.includes('Vitals took')) throw new Error(said);
  return reporter;
}

/** Each of these queries comes to at least one series. */
export async function expectAnswers(prometheus: Prometheus, queries: readonly string[]): Promise<void> {
  for (const query of queries) {
    await eventually(`an answer to ${query}`, async () => (await prometheus.query(query)).length > 0);
  }
}

/** Every family of the catalogue has a series. */
export async function expectEveryFamily(prometheus: Prometheus, { described }: Receiving): Promise<void> {
  const names = Object.values(described.catalogue.families).map(({ name, type }) =>
    type === 'histogram' ? `${name}_count` : name,
  );
  await expectAnswers(prometheus, names);
  expect(await prometheus.query(`{__name__=~"${names.join('|')}", instance!="${INSTANCE}"}`)).toEqual([]);
}
