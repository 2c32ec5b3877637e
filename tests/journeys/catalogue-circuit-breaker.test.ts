import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { expectAlertsToCompare, expectPanelsToAnswer, expectRulesToBeWell } from '../support/catalogue-answers.ts';
import { expectAnswers, expectEveryFamily, INSTANCE, startReceiving, startReporting } from '../support/reporting.ts';
import { eventually, freePort } from '../support/server.ts';
import { testWith } from '../tools.ts';

/** As the manual shows them; those that cannot work as published, as the catalogue has mended them. */
const examples = [
  'circuitbreaker_service_status{status=~"stopped|degraded"} == 1',
  'sum(circuitbreaker_service_status{status="running"} == 1)',
  'sum by (environment) (circuitbreaker_service_status{status="running"} == 1)',
  'circuitbreaker_storage_used_gb / circuitbreaker_storage_capacity_gb',
  'sum(circuitbreaker_storage_used_gb_total) / sum(circuitbreaker_storage_capacity_gb_total) * 100',
  'sum(circuitbreaker_hardware_memory_configured_gb)',
  'sum(circuitbreaker_compute_unit_memory_configured_mb) / 1024',
  'circuitbreaker_compute_units_total',
  'sum(circuitbreaker_services_total) - sum(circuitbreaker_service_status{status="running"})',
  'sum by (status) (circuitbreaker_service_status == 1)',
  'sum(circuitbreaker_service_status{status=~"stopped|degraded"} == 1)',
];

/** Answers everything with this status. @returns its port */
async function startService(status: number): Promise<{ port: number; close: () => void }> {
  const server = createServer((_request, response) => response.writeHead(status).end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(close);
  return { port: (server.address() as AddressInfo).port, close };
}

testWith(
  ['prometheus', 'python3'],
  'Circuit Breaker: an inventory of this machine, reported from Python, reaches every panel, alert and published query',
  async ({ prometheus: binary, python3 }) => {
    const receiving = await startReceiving('circuit-breaker');
    const { folder, port } = receiving;
    const ill = await startService(500);
    const web = await startService(200);
    mkdirSync(join(folder, 'docs'));
    for (const name of ['one.md', 'two.md']) writeFileSync(join(folder, 'docs', name), name);
    const service = (name: string, check: object) => ({ name, environment: 'prod', tags: [name], needs: [], ...check });
    writeFileSync(
      join(folder, 'inventory.json'),
      JSON.stringify({
        role: 'test',
        docs: 'docs',
        auditLog: 'audit.ndjson',
        hardware: [],
        computeUnits: [{ name: 'declared', kind: 'container', memory_mb: 2048, cpu_cores: 2 }],
        storage: [{ name: 'without numbers', kind: 'pool' }],
        services: [
          service('Vitals', { tcp: `127.0.0.1:${port}`, needs: ['Web'] }),
          service('Web', { http: `http://127.0.0.1:${web.port}/` }),
          service('Ill', { http: `http://127.0.0.1:${ill.port}/` }),
          service('Gone', { tcp: `127.0.0.1:${await freePort()}` }),
        ],
        clusters: ['one'],
        externalNodes: [{ provider: 'one', kind: 'vps' }],
        misc: [],
        tags: ['declared'],
      }),
    );
    const since = Date.now();
    const script = 'circuit-breaker/reporter.py';
    const reporter = await startReporting(receiving, python3, script, '--inventory', join(folder, 'inventory.json'));
    const prometheus = await receiving.prometheus(binary);
    const asked = { prometheus, described: receiving.described, since };

    await expectEveryFamily(prometheus, receiving);
    await expectPanelsToAnswer(asked);
    await expectAlertsToCompare(asked);
    await expectRulesToBeWell(prometheus, [receiving.described]);
    await expectAnswers(prometheus, examples);

    const gib = await prometheus.value(`circuitbreaker_hardware_memory_configured_gb{name="${INSTANCE}",role="test"}`);
    expect(gib).toBeCloseTo(totalmem() / 1024 ** 3, 3);
    const users = readFileSync('/etc/passwd', 'utf8').trimEnd().split('\n').length;
    expect(await prometheus.value('circuitbreaker_users_total')).toBe(users);
    expect(await prometheus.value('circuitbreaker_docs_total')).toBe(2);
    expect(await prometheus.value('circuitbreaker_tags_total')).toBe(5);
    expect(await prometheus.value('circuitbreaker_service_dependencies_total')).toBe(1);
    expect(await prometheus.query('circuitbreaker_storage_capacity_gb{name="without numbers"}')).toEqual([]);

    const statusOf = async (name: string) =>
      (await prometheus.query(`circuitbreaker_service_status{name="${name}"} == 1`)).map(({ labels }) => labels.status);
    expect(await statusOf('Vitals')).toEqual(['running']);
    expect(await statusOf('Web')).toEqual(['running']);
    expect(await statusOf('Ill')).toEqual(['degraded']);
    expect(await statusOf('Gone')).toEqual(['stopped']);
    const warnings = 'circuitbreaker_audit_log_entries_total{level="warning",category="service"}';
    expect(await prometheus.value(warnings)).toBe(2);
    web.close();
    await eventually('what no longer answers is stopped', async () => (await statusOf('Web'))[0] === 'stopped');
    expect(await prometheus.value(warnings)).toBe(3);
    expect(await reporter.stop()).toBe(0);
  },
);
