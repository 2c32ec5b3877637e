/** A real Grafana of one's own: a process on a free port of this machine, with this repository's plugin and provisioning. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ask } from '../support/http.ts';
import { root } from '../support/compose.ts';
import { whenOver } from '../support/over.ts';
import { eventually } from '../support/server.ts';

export const PLUGIN_ID = 'appliance-vitals-app';

/** In place of the internet, which no test speaks to: a port on which nobody listens. */
const NOWHERE = 'http://127.0.0.1:1';

/** A fresh database takes hundreds of migrations, on a busy machine for a minute. */
const READY_WITHIN_MS = 120_000;

/** Sections of Grafana's ini file. */
export type Ini = Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>;

export interface GrafanaOptions {
  readonly binary: string;
  readonly home: string;
  readonly folder: string;
  readonly port: number;
  /** Below which path it serves; empty or `/…` without a trailing slash. */
  readonly subPath: string;
  readonly backendUrl: string;
  readonly credential: string;
  /** Without one there are no dashboards and no alert rules. */
  readonly prometheusUrl?: string | undefined;
  readonly ini?: Ini;
  /** Changes a provisioned file's text before Grafana reads it, for instance how long an alert waits. */
  readonly amend?: (path: string, text: string) => string;
}

export interface GrafanaProcess {
  readonly origin: string;
  readonly password: string;
  readonly output: () => string;
}

/** Starts it and waits until it answers. It is killed when the test, or the file that shares it, is over. */
export async function startGrafana(options: GrafanaOptions): Promise<GrafanaProcess> {
  const { binary, home, port, subPath } = options;
  const place = join(options.folder, 'grafana');
  mkdirSync(place);
  const password = randomBytes(18).toString('base64url');
  cpSync(join(root, 'dist'), join(place, 'plugins', PLUGIN_ID), { recursive: true });
  provision(join(place, 'provisioning'), options);
  const config = join(place, 'grafana.ini');
  writeFileSync(config, iniText(settings(options, place, password)));

  const child = spawn(binary, ['server', '--homepath', home, '--config', config], {
    cwd: place,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], VITALS_BACKEND_URL: options.backendUrl },
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const closed = once(child, 'close');
  whenOver(async () => {
    child.kill('SIGKILL');
    await closed;
  });

  const origin = `http://127.0.0.1:${port}${subPath}`;
  const ready = eventually(
    'Grafana is ready',
    async () => (await ask(`${origin}/api/health`)).status === 200,
    READY_WITHIN_MS,
  );
  const early = closed.then(() => {
    throw new Error(`Grafana exited: ${output}`);
  });
  await Promise.race([ready, early]);
  early.catch(() => undefined);
  return { origin, password, output: () => output };
}

function settings({ port, subPath, ini = {} }: GrafanaOptions, place: string, password: string): Ini {
  const quiet = { reporting_enabled: false, check_for_updates: false, check_for_plugin_updates: false };
  const own: Ini = {
    paths: {
      data: join(place, 'data'),
      logs: join(place, 'logs'),
      plugins: join(place, 'plugins'),
      provisioning: join(place, 'provisioning'),
    },
    server: {
      http_addr: '127.0.0.1',
      http_port: port,
      root_url: `http://127.0.0.1:${port}${subPath}/`,
      serve_from_sub_path: subPath !== '',
    },
    security: { admin_password: password },
    analytics: quiet,
    news: { news_feed_enabled: false },
    grafana_com: { url: NOWHERE, api_url: NOWHERE },
    plugins: {
      allow_loading_unsigned_plugins: PLUGIN_ID,
      preinstall_disabled: true,
      public_key_retrieval_disabled: true,
    },
    log: { mode: 'console', level: 'info' },
  };
  const sections = new Set([...Object.keys(own), ...Object.keys(ini)]);
  return Object.fromEntries([...sections].map((name) => [name, { ...own[name], ...ini[name] }]));
}

const iniText = (sections: Ini) =>
  Object.entries(sections)
    .map(([name, values]) => {
      const lines = Object.entries(values).map(([key, value]) => `${key} = ${String(value)}`);
      return `[${name}]\n${lines.join('\n')}\n`;
    })
    .join('\n');

/** The repository's own provisioning files, with the addresses of this test in place of the composed stack's. */
function provision(folder: string, { credential, prometheusUrl, amend = (_, text) => text }: GrafanaOptions): void {
  const credentialFile = join(folder, 'api-token');
  const write = (path: string, text: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), amend(path, text));
  };
  const read = (path: string) => readFileSync(join(root, 'provisioning', path), 'utf8');
  for (const each of ['plugins', 'datasources', 'dashboards', 'alerting'])
    mkdirSync(join(folder, each), { recursive: true });
  write('plugins/app.yaml', read('plugins/app.yaml').replace('/run/vitals/api-token', credentialFile));
  writeFileSync(credentialFile, credential, { mode: 0o600 });
  if (prometheusUrl === undefined) return;

  const datasources = read('datasources/prometheus.yaml').replace('http://prometheus:9090', prometheusUrl);
  write('datasources/prometheus.yaml', datasources);
  write('alerting/rules.yaml', read('alerting/rules.yaml'));
  const dashboards = join(folder, 'boards');
  write('dashboards/provider.yaml', stringify(provider(dashboards)));
  for (const file of readdirSync(join(root, 'provisioning', 'dashboards'))) {
    if (file.endsWith('.json')) write(`boards/${file}`, read(`dashboards/${file}`));
  }
}

const provider = (path: string) => ({
  apiVersion: 1,
  providers: [{ name: 'vitals', orgId: 1, folder: 'Vitals', type: 'file', options: { path } }],
});
