import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { CatalogueList } from '../../contract/catalogue-api.ts';
import { parseExposition } from '../backend/parse-exposition.ts';
import { startAppliance, type Appliance } from '../support/appliance.ts';
import { changed, writeCatalogue } from '../support/catalogues.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ask } from '../support/http.ts';
import { whenOver } from '../support/over.ts';
import { startPrometheus } from '../support/prometheus.ts';
import { published } from '../support/published-metrics.ts';
import { eventually, freePort } from '../support/server.ts';
import { testWith } from '../tools.ts';

const shipped = readFileSync(join(import.meta.dirname, '../../catalogues/node-exporter.yaml'), 'utf8');
const { gauge = {}, counter = {} } = published['node-exporter']!;
const allowed = Object.keys({ ...gauge, ...counter }).sort();
const UP = 'dhcp_dpi_catalogue_source_up';
const DROPPED = 'dhcp_dpi_catalogue_dropped_total';

interface NodeExporter {
  /** Its own exposition. */
  read(): Promise<string>;
  kill(): Promise<void>;
}

/** Debian's own, on a port of loopback. It is killed when the test ends. */
async function startNodeExporter(binary: string, port: number): Promise<NodeExporter> {
  const child = spawn(binary, [`--web.listen-address=127.0.0.1:${port}`], { stdio: 'ignore' });
  const exited = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  whenOver(kill);
  const read = async () => (await ask(`http://127.0.0.1:${port}/metrics`)).text;
  await eventually('the node exporter answers', async () => (await read()) !== '');
  return { read, kill };
}

/** A backend that has the shipped catalogue, and the node exporter behind it. */
async function start(binary: string) {
  const port = await freePort();
  const catalogue = writeCatalogue(changed(shipped, '127.0.0.1:9100', `127.0.0.1:${port}`));
  const exporter = await startNodeExporter(binary, port);
  const appliance = await startAppliance(join(temporaryFolder(), 'appliance'), {
    settings: { prometheus: { enabled: true, catalogues: [catalogue] } },
  });
  return { port, exporter, appliance };
}

async function scrape(appliance: Appliance) {
  const token = readFileSync(appliance.tokenFile, 'utf8');
  const { status, text } = await appliance.scrape(token);
  expect(status).toBe(200);
  const { samples } = parseExposition(text);
  const ofNode = samples.filter(({ name }) => name.startsWith('node_'));
  const ours = samples.filter(({ name }) => !name.startsWith('node_'));
  return {
    text,
    node: new Map(ofNode.map(({ name, value }) => [name, value])),
    /** Its series beside the node exporter's, without values. */
    own: ours.map(({ name, labels }) => `${name} ${JSON.stringify(labels)}`),
    up: ours.find(({ name }) => name === UP),
    dropped: ours.filter(({ name }) => name === DROPPED),
  };
}

async function presented({ api }: Appliance) {
  const { body } = await api<CatalogueList>('admin', '/api/catalogues');
  return body.items.find(({ id }) => id === 'node-exporter')?.source;
}

testWith(
  'prometheus-node-exporter',
  'of the node exporter exactly the ten families of the catalogue come out; killing it leaves the scrape whole',
  async ({ 'prometheus-node-exporter': binary }) => {
    const { port, exporter, appliance } = await start(binary);

    const before = await scrape(appliance);
    expect([...before.node.keys()].sort()).toEqual(allowed);
    expect(before.up).toMatchObject({ labels: { catalogue: 'node-exporter' }, value: 1 });
    const there = new Map(parseExposition(await exporter.read()).samples.map(({ name, value }) => [name, value]));
    for (const still of ['node_boot_time_seconds', 'node_memory_MemTotal_bytes', 'node_filefd_maximum']) {
      expect(before.node.get(still), still).toBe(there.get(still));
    }
    expect(before.node.get('node_context_switches_total')).toBeLessThan(there.get('node_context_switches_total') ?? 0);

    await exporter.kill();
    const without = await scrape(appliance);
    expect([...without.node]).toEqual([]);
    expect(without.own).toEqual(before.own);
    expect(without.text).toContain(`\n${UP}{catalogue="node-exporter"} 0\n`);
    expect(await presented(appliance)).toMatchObject({
      status: 'down',
      failure: `Nothing listens at 127.0.0.1:${port}. Is the exporter running?`,
    });

    await startNodeExporter(binary, port);
    const again = await scrape(appliance);
    expect([...again.node.keys()].sort()).toEqual(allowed);
    expect(again.up?.value).toBe(1);
  },
);

testWith(
  'prometheus-node-exporter',
  'what of the node exporter does not come out is counted by reason, and named',
  async ({ 'prometheus-node-exporter': binary }) => {
    const { exporter, appliance } = await start(binary);
    const shown = parseExposition(await exporter.read()).samples.map(({ name }) => name);
    const others = new Set(shown.filter((name) => !allowed.includes(name)));
    expect(others.size).toBeGreaterThan(100);

    const { dropped } = await scrape(appliance);
    const source = await presented(appliance);
    expect(source).toMatchObject({ status: 'up', failure: null });
    for (const { labels, value } of dropped) {
      const named = source!.dropped.filter(({ reason }) => reason === labels['reason']);
      expect(value, labels['reason']).toBe(named.reduce((sum, { samples }) => sum + samples, 0));
      if (labels['reason'] === 'unknown_family') expect(value).toBeGreaterThan(others.size);
      else expect(value, labels['reason']).toBe(0);
    }
    const names = source!.dropped.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['go_goroutines', 'node_cpu_seconds_total']));
    expect(names.filter((name) => !others.has(name) && name !== '…')).toEqual([]);
  },
);

testWith(
  ['prometheus-node-exporter', 'promtool', 'prometheus'],
  'a real Prometheus takes what comes out beside the appliance’s own, and promtool has nothing to say of our part',
  async ({ 'prometheus-node-exporter': binary, promtool, prometheus }) => {
    const { appliance } = await start(binary);
    const { text } = await scrape(appliance);
    const { stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], { input: text, encoding: 'utf8' });
    const complaints = `${stdout}${stderr}`.split('\n').filter((line) => line !== '' && !line.startsWith('node_'));
    expect(complaints).toEqual([]);

    const { value, metadata } = await startPrometheus(prometheus, temporaryFolder(), [
      {
        job_name: 'vitals',
        metrics_path: '/api/metrics/prometheus',
        scrape_interval: '1s',
        scrape_timeout: '1s',
        authorization: { credentials_file: appliance.tokenFile },
        static_configs: [{ targets: [appliance.instance] }],
      },
    ]);
    await eventually('Prometheus has the node exporter’s families', async () => {
      expect(await value('count({__name__=~"node_.*"})')).toBe(allowed.length);
      expect(await value(UP)).toBe(1);
      expect(await value('up')).toBe(1);
      return true;
    });
    const types = (await metadata()).filter(({ metric }) => metric.startsWith('node_'));
    expect(types.map(({ metric, type }) => [metric.replace(/_total$/, ''), type]).sort()).toEqual(
      allowed.map((name) => [name.replace(/_total$/, ''), name in counter ? 'counter' : 'gauge']).sort(),
    );
  },
);
