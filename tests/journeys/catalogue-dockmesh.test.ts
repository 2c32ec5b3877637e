import { once } from 'node:events';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { expectAlertsToCompare, expectPanelsToAnswer, expectRulesToBeWell } from '../support/catalogue-answers.ts';
import { startPrometheus } from '../support/prometheus.ts';
import { expectAnswers, expectEveryFamily, startReceiving, startReporting } from '../support/reporting.ts';
import { temporaryFolder } from '../support/folder.ts';
import { freePort } from '../support/server.ts';
import { testWith } from '../tools.ts';

/** As the manual shows them. */
const examples = [
  'dockmesh_agent_last_seen_seconds > 120 or dockmesh_agent_last_seen_seconds', // a host would have to be away that long
  'dockmesh_stacks_total{state="error"}',
  'time() - dockmesh_backup_last_run_timestamp > 26 * 3600',
  'histogram_quantile(0.95, rate(dockmesh_deploy_duration_seconds_bucket[5m]))',
  'sum by (severity) (rate(dockmesh_alerts_fired_total[5m]))',
];

const container = (stack: string, service: string, State: string) => ({
  State,
  Labels: { 'com.docker.compose.project': stack, 'com.docker.compose.service': service },
});

/** A container engine with these containers. @returns its socket */
async function startEngine(folder: string, containers: readonly object[]): Promise<string> {
  const socket = join(folder, 'engine.sock');
  const server = createServer((_request, response) => response.end(JSON.stringify(containers))).listen(socket);
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return socket;
}

testWith(
  'prometheus',
  'dockmesh: stacks, agents, backups and a Go program beside it reach every panel, alert and published query',
  async ({ prometheus: binary }) => {
    const receiving = await startReceiving('dockmesh');
    const { folder, port } = receiving;
    const write = (path: string, text: string) => {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), text);
      return join(folder, path);
    };
    write('stacks/web/compose.yaml', 'services: { front: { image: nginx }, back: { build: . } }');
    write('stacks/db/compose.yaml', 'services: { main: { image: postgres } }');
    write('stacks/broken/compose.yaml', 'services: { main: { image: [');
    const yesterday = Date.now() / 1000 - 27 * 3600;
    utimesSync(write('backups/old/one', 'a backup'), yesterday, yesterday);
    write('backups/new/one', 'a backup');
    const log = [
      { action: 'stack.deploy' },
      { alert: 'disk full', severity: 'critical' },
      'no entry',
      { action: 'login' },
    ];
    write('log.ndjson', log.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    const input = write(
      'input.json',
      JSON.stringify({
        stacks: 'stacks',
        engine: await startEngine(folder, [container('web', 'front', 'running'), container('web', 'back', 'exited')]),
        agents: [
          { host: 'there', address: `127.0.0.1:${port}` },
          { host: 'gone', address: `127.0.0.1:${await freePort()}` },
        ],
        backups: ['old', 'new', 'never'].map((job) => ({ job, folder: `backups/${job}` })),
        log: 'log.ndjson',
      }),
    );
    const since = Date.now();
    const goProgram = await startPrometheus(binary, temporaryFolder(), []);
    const go = ['--go-metrics', `${goProgram.origin}/metrics`];
    const reporter = await startReporting(
      receiving,
      process.execPath,
      'dockmesh/reporter.mjs',
      '--input',
      input,
      ...go,
    );
    // With honor_labels a backup's job would take the place of the target's. The instance is that of the report all the same.
    const prometheus = await receiving.prometheus(binary, {
      honor_labels: false,
      metric_relabel_configs: [
        { source_labels: ['exported_instance'], regex: '(.+)', target_label: 'instance' },
        { action: 'labeldrop', regex: 'exported_instance' },
      ],
    });
    const asked = { prometheus, described: receiving.described, since };

    await expectEveryFamily(prometheus, receiving);
    await expectPanelsToAnswer(asked);
    await expectAlertsToCompare(asked);
    await expectRulesToBeWell(prometheus, [receiving.described]);
    await expectAnswers(prometheus, examples);

    const byState = async (family: string) =>
      Object.fromEntries(
        (await prometheus.query(`${family}{host="${hostname()}"} > 0`)).map(({ labels, samples }) => [
          labels.state,
          samples[0]?.value,
        ]),
      );
    expect(await byState('dockmesh_stacks_total')).toEqual({ partial: 1, stopped: 1, error: 1 });
    expect(await byState('dockmesh_containers_total')).toEqual({ running: 1, exited: 1 });
    expect(await prometheus.value('dockmesh_hosts_total{status="online"}')).toBe(1);
    expect(await prometheus.value('dockmesh_backup_last_run_timestamp{exported_job="old"}')).toBeCloseTo(yesterday, 0);
    expect(await prometheus.query('dockmesh_backup_last_run_timestamp{exported_job="never"}')).toEqual([]);
    expect(await prometheus.value('dockmesh_audit_log_entries_total{action="login"}')).toBe(1);
    expect(await prometheus.value('dockmesh_alerts_fired_total{severity="critical",rule="disk full"}')).toBe(1);
    const sent = 'dockmesh_api_requests_total{method="POST",path="/api/reports/dockmesh",status="200"}';
    expect(await prometheus.value(sent)).toBeGreaterThan(1);
    const { goVersion } = await goProgram.api<{ goVersion: string }>('status/buildinfo');
    expect(await prometheus.value(`go_info{version="${goVersion}"}`)).toBe(1);
    expect(await reporter.stop()).toBe(0);
  },
);
