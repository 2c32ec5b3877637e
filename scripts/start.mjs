/**
 * `npm start [-- --config FILE]`: the main job. Installs and compiles what is missing, starts the backend, and where no
 * scrape token exists yet mints the first one and prints it, once, with what a Prometheus needs to use it.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ask, isPortInUse, originOf, startBackend } from './backend-process.mjs';
import { firstTokenText } from './first-token.mjs';
import { ensureBuilt, ensureInstalled } from './prepare.mjs';
import { Stop, capture, root, runMain } from './run.mjs';

const startTimeoutMs = 60_000;

const firstConfig = `# Written by the first \`npm start\`. config.example.yaml explains every setting.
# Relative paths start at this file's folder. A config.yaml in the project's folder is used instead of this file.
server:
  host: 127.0.0.1
  port: 9470
database:
  url: sqlite:vitals.db
prometheus:
  enabled: true # false: GET /api/metrics/prometheus is not there at all
auth:
  key_file: jwt-key.json # made at the first start
`;

const embeddedClickHouse = `clickhouse:
  url: embedded:clickhouse # a ClickHouse inside the backend; or http(s)://host:port of a server
ingest:
  spool_dir: spool
`;

/** Whether the library of the embedded ClickHouse is there and fits this machine. It is an optional package. */
async function hasEmbeddedClickHouse() {
  const { code } = await capture(process.execPath, ['-e', "require('chdb')"]);
  return code === 0;
}

/** The file asked for, else the project's own config.yaml, else the one in data/, written where there is none. */
async function configFile() {
  const { values } = parseArgs({ options: { config: { type: 'string' } } });
  if (values.config !== undefined) return resolve(values.config);
  const own = join(root, 'config.yaml');
  if (existsSync(own)) return own;

  const folder = join(root, 'data');
  const file = join(folder, 'config.yaml');
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const isWhole = await hasEmbeddedClickHouse();
    const text = isWhole ? `${firstConfig}${embeddedClickHouse}` : firstConfig;
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
    console.log('Wrote data/config.yaml with the embedded defaults.');
    if (!isWhole) {
      const where = `${process.platform} ${process.arch}`;
      console.log(`The embedded ClickHouse is not available on ${where}: started without it, and without ingest.`);
    }
  }
  return file;
}

/** A file as the user would type it. @param {string} file */
const shown = (file) => relative(process.cwd(), file);

/**
 * Mints where there is no token at all, and says where the metrics are.
 * @param {string} config @param {string} origin
 */
async function welcome(config, origin) {
  const { total } = await ask(['token', 'list', '--config', config]);
  const list = `npx vitals token list --config ${shown(config)}`;
  if (total > 0) {
    console.log(`Metrics: ${origin}/api/metrics/prometheus, for any of the scrape tokens that exist (${list}).`);
    return;
  }
  const { secret } = await ask(['token', 'create', '--name', 'First Prometheus', '--config', config]);
  console.log(firstTokenText({ secret, origin, list }));
}

async function main() {
  await ensureInstalled();
  const config = await configFile();
  console.log('Compiling …');
  await ensureBuilt('backend');

  /** @type {{server: import('./backend-process.mjs').Server, prometheus?: {enabled: boolean}}} */
  const { server, prometheus } = await ask(['config', 'check', '--config', config]);
  if (await isPortInUse(server)) {
    const where = `Port ${server.port} of ${server.host}`;
    throw new Stop(`${where} is in use. Stop what uses it, or set another server.port in ${shown(config)}.`);
  }
  const origin = originOf(server);

  console.log('Starting …');
  const backend = startBackend(config);
  if (!(await backend.isUp(origin, startTimeoutMs))) {
    if (backend.isEnding()) return backend.ended;
    backend.stop();
    await backend.ended;
    return 1;
  }
  try {
    if (prometheus?.enabled === false)
      console.log(`The scrape endpoint is off: prometheus.enabled in ${shown(config)}.`);
    else await welcome(config, origin);
  } catch (error) {
    // The backend serves all the same; a Ctrl-C meanwhile is no failure.
    if (!backend.isEnding()) console.error(error instanceof Stop ? error.message : error);
  }
  return backend.ended;
}

await runMain(main);
