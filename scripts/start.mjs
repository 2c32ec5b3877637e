/**
 * `npm start [-- --config FILE] [--workbench-port N]`: the main job. Installs and compiles what the backend needs, starts
 * it, and where no scrape token exists yet mints the first one and prints it, once, with what a Prometheus needs to use it.
 * Then it installs the rest and runs the workbench, where the configuration believes its users, and prints a link that works
 * once.
 */
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { ask, isPortInUse, originOf, startBackend } from './backend-process.mjs';
import { configFile } from './first-config.mjs';
import { firstTokenText } from './first-token.mjs';
import { ensureBestSqlite, ensureStartable } from './prepare.mjs';
import { Stop, runMain } from './run.mjs';
import { defaultPort, openWorkbench } from './workbench.mjs';

const startTimeoutMs = 60_000;

/** @returns {{config: string | undefined, workbenchPort: number}} */
function readArguments() {
  const { values } = parseArgs({ options: { config: { type: 'string' }, 'workbench-port': { type: 'string' } } });
  const port = values['workbench-port'] ?? String(defaultPort);
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) {
    throw new Stop(`--workbench-port: ${port} is no port.`, 2);
  }
  return { config: values.config, workbenchPort: Number(port) };
}

/** A file as the user would type it. @param {string} file */
const shown = (file) => relative(process.cwd(), file);

/**
 * Mints where there is no token at all, and says where the metrics are.
 * @param {string} config @param {import('./backend-process.mjs').Server} server
 */
async function welcome(config, server) {
  const origin = server.public_url ?? originOf(server);
  const { total } = await ask(['token', 'list', '--config', config]);
  const list = `npx vitals token list --config ${shown(config)}`;
  if (total > 0) {
    console.log(`Metrics: ${origin}/api/metrics/prometheus, for any of the scrape tokens that exist (${list}).`);
    return;
  }
  const { secret } = await ask(['token', 'create', '--name', 'First Prometheus', '--config', config]);
  console.log(firstTokenText({ secret, origin, ownCertificate: server.tls, list }));
}

/**
 * Runs the workbench as long as the backend runs. Without one, one sentence says why.
 * @param {import('./backend-process.mjs').Backend} backend @param {Parameters<typeof openWorkbench>[0]} options
 */
async function runWorkbench(backend, options) {
  const workbench = await openWorkbench(options).catch((/** @type {unknown} */ error) => {
    if (backend.isEnding()) return undefined; // whatever went wrong, it went wrong because of that
    const reason = error instanceof Error ? error.message : String(error);
    console.error(`The workbench, a stand-in for Grafana in the browser, is not started: ${reason}`);
    return undefined;
  });
  if (!workbench) return;
  void backend.ended.then(() => workbench.close());
  if (backend.isEnding()) return;
  console.log(`Workbench, a development stand-in for Grafana. Open this link, which works once:\n  ${workbench.link}`);
}

async function main() {
  const { config: asked, workbenchPort } = readArguments();
  await ensureStartable();
  const config = await configFile({ asked, workbenchPort });

  /** @type {{server: import('./backend-process.mjs').Server, prometheus?: {enabled: boolean}, auth: {grafana?: import('./workbench.mjs').Trust}}} */
  const { server, prometheus, auth } = await ask(['config', 'check', '--config', config]);
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
    else await welcome(config, server);
  } catch (error) {
    // The backend serves all the same; a Ctrl-C meanwhile is no failure.
    if (!backend.isEnding()) console.error(error instanceof Stop ? error.message : error);
  }
  const { ended } = backend;
  await runWorkbench(backend, {
    config,
    shown: shown(config),
    origin,
    trust: auth.grafana,
    port: workbenchPort,
    ended,
  });
  if (!backend.isEnding()) await ensureBestSqlite(ended).catch(() => undefined); // the quick one goes on doing its work
  return backend.ended;
}

await runMain(main);
