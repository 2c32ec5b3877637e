/**
 * Reports this host's compose projects for the catalogue `dockmesh`.
 *
 *   VITALS_CREDENTIAL_FILE=reporter.jwt node examples/dockmesh/reporter.mjs --go-metrics http://127.0.0.1:9090/metrics
 *
 *   --input FILE        where to look (dockmesh.json beside this file); paths in it are relative to it
 *   --go-metrics URL    a Go program on this host, dockmesh itself or for instance a Prometheus or node_exporter
 *
 * Measured: stacks, by reading and checking the compose files of a folder (how long that takes is what counts as the duration
 * of a deploy; nothing is deployed); containers, by the engine's socket or, where none answers, by control groups; hosts, by a
 * TCP connection to their agents, of which one that never answered was last seen when the reporter started; backups, by the
 * newest file of each folder, written between its birth and its last change; API requests, which are the reporter's own to
 * Vitals; `process_…` of the reporter. Declared in the input file: the folders, the agents, the engine's socket and the log,
 * whose JSON lines {"action": …} are audit entries and {"alert": RULE, "severity": …} fired alerts.
 * `go_…`: this is no Go program, so they are passed on from the one that --go-metrics names, under its names; without it they
 * are absent. It speaks text 0.0.4: in OpenMetrics go_memstats_alloc_bytes and go_memstats_alloc_bytes_total cannot both be.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { roundTrip } from '../reach.mjs';
import { commonOptions, runReporter } from '../reporter.mjs';
import { followLog } from './log.mjs';
import { followGo, measureProcess } from './runtime.mjs';
import { readContainers, readStacks, stateOf } from './stacks.mjs';

/**
 * @typedef {object} Input
 * @property {string} stacks a folder
 * @property {string} engine a Unix socket
 * @property {{host: string, address: string}[]} agents
 * @property {{job: string, folder: string}[]} backups
 * @property {string} log
 */

const { values: options } = parseArgs({
  options: {
    ...commonOptions,
    input: { type: 'string', default: join(import.meta.dirname, 'dockmesh.json') },
    'go-metrics': { type: 'string' },
  },
});
/** @type {Input} */
const input = JSON.parse(readFileSync(options.input, 'utf8'));
const place = (/** @type {string} */ path) => resolve(dirname(options.input), path);
const here = hostname();

const registry = new Registry();
const registers = [registry];
/** @param {string} name @param {string} help @param {string[]} labelNames */
const gauge = (name, help, ...labelNames) => new Gauge({ name: `dockmesh_${name}`, help, labelNames, registers });
/** @param {string} name @param {string} help @param {string[]} labelNames */
const counter = (name, help, ...labelNames) => new Counter({ name: `dockmesh_${name}`, help, labelNames, registers });
/** @param {string} name @param {string} help @param {number[]} buckets @param {string[]} labelNames */
const histogram = (name, help, buckets, ...labelNames) =>
  new Histogram({ name: `dockmesh_${name}`, help, labelNames, buckets, registers });

const hosts = gauge('hosts_total', 'Agents by whether they answer.', 'status');
const stacks = gauge('stacks_total', 'Compose files by state.', 'host', 'state');
const containers = gauge('containers_total', 'Containers by state.', 'host', 'state');
const lastSeen = gauge('agent_last_seen_seconds', 'Seconds since an agent last answered.', 'host');
const checkBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];
const deploys = histogram('deploy_duration_seconds', 'Checking a stack.', checkBuckets, 'stack', 'result');
const lastBackup = gauge('backup_last_run_timestamp', 'When the newest backup was finished.', 'job');
const backupDuration = gauge('backup_last_duration_seconds', 'How long it was written.', 'job');
const requests = counter('api_requests_total', 'Requests of this reporter.', 'method', 'path', 'status');
const audit = counter('audit_log_entries_total', 'Audit entries in the log.', 'action');
const alerts = counter('alerts_fired_total', 'Fired alerts in the log.', 'severity', 'rule');
const rttBuckets = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];
const roundTrips = histogram('agent_rtt_seconds', 'Connecting to an agent.', rttBuckets, 'host');
measureProcess(registry);
const lookAtGo = options['go-metrics'] === undefined ? undefined : followGo(registry, options['go-metrics']);

/** An agent that misses one look is degraded; after two minutes its host is offline. */
const OFFLINE_SECONDS = 120;
const readLog = followLog(place(input.log));
const seenAt = new Map(input.agents.map(({ host }) => [host, performance.now()]));

async function lookAtAgents() {
  const counts = { online: 0, offline: 0, degraded: 0 };
  await Promise.all(
    input.agents.map(async ({ host, address }) => {
      const seconds = await roundTrip(address);
      if (seconds !== undefined) {
        roundTrips.observe({ host }, seconds);
        seenAt.set(host, performance.now());
      }
      const age = (performance.now() - (seenAt.get(host) ?? 0)) / 1000;
      lastSeen.set({ host }, age);
      counts[seconds !== undefined ? 'online' : age > OFFLINE_SECONDS ? 'offline' : 'degraded'] += 1;
    }),
  );
  for (const [status, count] of Object.entries(counts)) hosts.set({ status }, count);
}

async function lookAtStacks() {
  const all = await readContainers(place(input.engine));
  containers.reset();
  for (const state of ['running', 'exited']) containers.set({ host: here, state }, 0);
  for (const { state } of all) containers.inc({ host: here, state });
  for (const state of ['running', 'partial', 'stopped', 'error']) stacks.set({ host: here, state }, 0);
  for (const stack of readStacks(place(input.stacks))) {
    stacks.inc({ host: here, state: stateOf(stack, all) });
    deploys.observe({ stack: stack.name, result: stack.services ? 'ok' : 'error' }, stack.seconds);
  }
}

function lookAtBackups() {
  lastBackup.reset();
  backupDuration.reset();
  for (const { job, folder } of input.backups) {
    const newest = files(place(folder)).sort((a, b) => b.mtimeMs - a.mtimeMs)[0];
    if (!newest) continue; // it never ran
    lastBackup.set({ job }, newest.mtimeMs / 1000);
    backupDuration.set({ job }, Math.max(newest.mtimeMs - newest.birthtimeMs, 0) / 1000);
  }
}

/** @param {string} folder */
function files(folder) {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder)
    .map((name) => statSync(join(folder, name)))
    .filter((one) => one.isFile());
}

async function look() {
  await Promise.all([lookAtAgents(), lookAtStacks(), lookAtGo?.()]);
  lookAtBackups();
  for (const { action, alert, severity } of await readLog()) {
    if (action !== undefined) audit.inc({ action });
    if (alert !== undefined) alerts.inc({ rule: alert, severity: severity ?? 'unknown' });
  }
}

await runReporter({
  catalogue: 'dockmesh',
  registry,
  look,
  options,
  answered: ({ method, path, status }) => requests.inc({ method, path, status: String(status) }),
});
