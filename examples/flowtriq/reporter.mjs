/**
 * Reports this machine for the catalogue `flowtriq`: its network interfaces are the nodes.
 *
 *   VITALS_CREDENTIAL_FILE=reporter.jwt node examples/flowtriq/reporter.mjs
 *
 *   --adapters FILE   adapters and mitigation rules (adapters.json beside this file)
 *   --multiple N      an attack is more than N times what is usual (5) …
 *   --floor PPS       … and more than so many packets per second (1000) …
 *   --learn LOOKS     … once so many looks have told what is usual (20)
 *
 * Measured: everything about nodes, from /proc/net between two looks, as received. The kernel counts protocols for the whole
 * machine, so that their shares are the same for each of its interfaces. What is usual is learned from this process' own looks.
 * Declared in the input file: which adapters there are (whether they are healthy is measured: do they take a TCP connection),
 * and which mitigation rules there should be. Active are all blackhole routes that there are; a declared one that is missing
 * is pending, and has failed after `failsAfterSeconds`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Gauge, Registry } from 'prom-client';
import { roundTrip } from '../reach.mjs';
import { commonOptions, runReporter } from '../reporter.mjs';
import { createBaseline, createIncidents } from './baseline.mjs';
import { blackholes, connections, look as lookAtKernel } from './kernel.mjs';

/** @typedef {{adapters: {adapter: string, type: string, address: string}[], rules: string[], failsAfterSeconds: number}} Input */

const { values: options } = parseArgs({
  options: {
    ...commonOptions,
    adapters: { type: 'string', default: join(import.meta.dirname, 'adapters.json') },
    multiple: { type: 'string', default: '5' },
    floor: { type: 'string', default: '1000' },
    learn: { type: 'string', default: '20' },
  },
});
const rule = { multiple: Number(options.multiple), floor: Number(options.floor), learn: Number(options.learn) };
/** @type {Input} */
const { adapters, rules, failsAfterSeconds } = JSON.parse(readFileSync(options.adapters, 'utf8'));

const registry = new Registry();
/** @param {string} name @param {string} help @param {string[]} labelNames */
const gauge = (name, help, ...labelNames) =>
  new Gauge({ name: `flowtriq_${name}`, help, labelNames, registers: [registry] });

const nodes = {
  total: gauge('nodes_total', 'Network interfaces.'),
  online: gauge('nodes_online', 'Network interfaces that are up.'),
  offline: gauge('nodes_offline', 'Network interfaces that are not up.'),
  underAttack: gauge('nodes_under_attack', 'Network interfaces with far more packets than usual.'),
};
const node = {
  pps: gauge('node_pps', 'Packets received per second.', 'node', 'ip'),
  bps: gauge('node_bps', 'Bits received per second.', 'node'),
  tcp: gauge('node_tcp_pct', 'Share of TCP among the packets that this machine received.', 'node'),
  udp: gauge('node_udp_pct', 'Share of UDP among the packets that this machine received.', 'node'),
  icmp: gauge('node_icmp_pct', 'Share of ICMP among the packets that this machine received.', 'node'),
  connections: gauge('node_connections', 'Established TCP connections.', 'node'),
  average: gauge('node_baseline_avg_pps', 'Usual packets per second, mean.', 'node'),
  p95: gauge('node_baseline_p95_pps', 'Usual packets per second, 95th percentile.', 'node'),
  p99: gauge('node_baseline_p99_pps', 'Usual packets per second, 99th percentile.', 'node'),
};
const incidents = {
  active: gauge('incidents_active', 'Attacks that go on.'),
  lastDay: gauge('incidents_last_24h', 'Attacks that went on within the last day.'),
};
const mitigation = {
  active: gauge('mitigation_active_rules', 'Blackhole routes.'),
  pending: gauge('mitigation_pending_rules', 'Declared routes that are not there yet.'),
  failed: gauge('mitigation_failed_rules', 'Declared routes that did not come.'),
  healthy: gauge('mitigation_adapter_healthy', 'Whether an adapter takes connections.', 'adapter', 'type'),
};

/** @type {Map<string, ReturnType<typeof createBaseline>>} */
const baselines = new Map();
const history = createIncidents();
/** When a declared rule was first missed, in milliseconds. @type {Map<string, number>} */
const missedSince = new Map();
let before = lookAtKernel();

async function look() {
  if (performance.now() / 1000 - before.at < 1) await wait(1000); // the first of all
  const now = lookAtKernel();
  const seconds = now.at - before.at;
  const byAddress = connections();
  const shares = sharesOf(before.protocols, now.protocols);
  /** @type {Set<string>} */
  const underAttack = new Set();

  Object.values(node).forEach((one) => one.reset()); // an interface that is gone has no numbers
  for (const [name, { packets, bytes, addresses }] of now.interfaces) {
    const last = before.interfaces.get(name) ?? { packets, bytes };
    const pps = Math.max(packets - last.packets, 0) / seconds;
    const baseline = baselines.get(name) ?? createBaseline(rule);
    baselines.set(name, baseline);
    const { average, p95, p99, isAttack } = baseline.see(pps);
    if (isAttack) underAttack.add(name);

    const [ip] = addresses;
    node.pps.set({ node: name, ...(ip !== undefined && { ip }) }, pps);
    node.bps.set({ node: name }, (Math.max(bytes - last.bytes, 0) * 8) / seconds);
    for (const protocol of /** @type {const} */ (['tcp', 'udp', 'icmp'])) {
      node[protocol].set({ node: name }, shares[protocol]);
    }
    node.connections.set(
      { node: name },
      addresses.reduce((sum, one) => sum + (byAddress.get(one) ?? 0), 0),
    );
    node.average.set({ node: name }, average);
    node.p95.set({ node: name }, p95);
    node.p99.set({ node: name }, p99);
  }
  before = now;

  const online = [...now.interfaces.values()].filter(({ isOnline }) => isOnline).length;
  nodes.total.set(now.interfaces.size);
  nodes.online.set(online);
  nodes.offline.set(now.interfaces.size - online);
  nodes.underAttack.set(underAttack.size);
  const { active, lastDay } = history.see(underAttack, Date.now());
  incidents.active.set(active);
  incidents.lastDay.set(lastDay);
  lookAtRules();
  await Promise.all(
    adapters.map(async ({ adapter, type, address }) => {
      mitigation.healthy.set({ adapter, type }, (await roundTrip(address)) === undefined ? 0 : 1);
    }),
  );
}

function lookAtRules() {
  const there = new Set(blackholes());
  const now = performance.now();
  for (const one of rules) {
    if (there.has(one)) missedSince.delete(one);
    else if (!missedSince.has(one)) missedSince.set(one, now);
  }
  const failed = [...missedSince.values()].filter((since) => now - since > failsAfterSeconds * 1000).length;
  mitigation.active.set(there.size);
  mitigation.pending.set(missedSince.size - failed);
  mitigation.failed.set(failed);
}

/** In percent of the three together; 0 each where there was no packet. @param {import('./kernel.mjs').Protocols} last @param {import('./kernel.mjs').Protocols} now */
function sharesOf(last, now) {
  const counts = { tcp: now.tcp - last.tcp, udp: now.udp - last.udp, icmp: now.icmp - last.icmp };
  const all = counts.tcp + counts.udp + counts.icmp || 1;
  return { tcp: (counts.tcp / all) * 100, udp: (counts.udp / all) * 100, icmp: (counts.icmp / all) * 100 };
}

await runReporter({ catalogue: 'flowtriq', registry, look, options });
