import { createSocket } from 'node:dgram';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { expectAlertsToCompare, expectPanelsToAnswer, expectRulesToBeWell } from '../support/catalogue-answers.ts';
import { expectEveryFamily, startReceiving, startReporting } from '../support/reporting.ts';
import { eventually, freePort } from '../support/server.ts';
import { testWith } from '../tools.ts';

/** Packets to this machine's own discard port as fast as they go. */
function flood(): () => void {
  const socket = createSocket('udp4');
  let goesOn = true;
  const send = () => {
    if (!goesOn) return;
    for (let packets = 0; packets < 50; packets += 1) socket.send('x', 9, '127.0.0.1', () => undefined);
    setImmediate(send);
  };
  const stop = () => {
    goesOn = false;
  };
  onTestFinished(() => {
    stop();
    socket.close();
  });
  send();
  return stop;
}

testWith(
  'prometheus',
  'Flowtriq: what this machine’s network really does reaches every panel and alert of the catalogue',
  async ({ prometheus: binary }) => {
    const receiving = await startReceiving('flowtriq');
    const input = join(receiving.folder, 'adapters.json');
    writeFileSync(
      input,
      JSON.stringify({
        adapters: [
          { adapter: 'there', type: 'bgp', address: `127.0.0.1:${receiving.port}` },
          { adapter: 'gone', type: 'api', address: `127.0.0.1:${await freePort()}` },
        ],
        rules: ['203.0.113.77/32'],
        failsAfterSeconds: 2,
      }),
    );
    const since = Date.now();
    const reporter = await startReporting(receiving, process.execPath, 'flowtriq/reporter.mjs', '--adapters', input);
    const tenant = { targets: [`127.0.0.1:${receiving.port}`], labels: { tenant_id: 'the first' } };
    const prometheus = await receiving.prometheus(binary, { static_configs: [tenant] });
    const asked = { prometheus, described: receiving.described, since };

    await expectEveryFamily(prometheus, receiving);
    await expectPanelsToAnswer(asked);
    await expectAlertsToCompare(asked);
    await expectRulesToBeWell(prometheus, [receiving.described]);

    const interfaces = readFileSync('/proc/net/dev', 'utf8').trimEnd().split('\n').length - 2;
    expect(await prometheus.value('flowtriq_nodes_total')).toBe(interfaces);
    expect(await prometheus.value('flowtriq_nodes_online + flowtriq_nodes_offline')).toBe(interfaces);
    expect(await prometheus.value('flowtriq_node_pps{node="lo",ip="127.0.0.1"}')).toBeGreaterThan(0);
    expect(await prometheus.value('flowtriq_mitigation_adapter_healthy{adapter="there"}')).toBe(1);
    expect(await prometheus.value('flowtriq_mitigation_adapter_healthy{adapter="gone"}')).toBe(0);
    expect(await prometheus.value('flowtriq_mitigation_pending_rules + flowtriq_mitigation_failed_rules')).toBe(1);

    const stop = flood();
    await eventually('most packets are UDP', async () => {
      const udp = await prometheus.value('flowtriq_node_udp_pct{node="lo"}');
      const tcp = await prometheus.value('flowtriq_node_tcp_pct{node="lo"}');
      return udp !== undefined && tcp !== undefined && udp > tcp;
    });
    stop();
    expect(await reporter.stop()).toBe(0);
  },
);
