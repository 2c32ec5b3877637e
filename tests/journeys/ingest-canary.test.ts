/** Nothing that a collector sends can be scraped, or read in a log. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { ask } from '../support/http.ts';
import { childOf, countRows, inside, makeIngestPlace } from '../support/ingest-journey.ts';
import { eventually, startServer } from '../support/server.ts';

const canaries = {
  mac: 'de:ad:be:ef:13:37',
  duid: '000100012c0ffee5deadbeef1337',
  ip: '203.0.113.177',
  vendor_class: 'CanaryVendor',
  hostname: 'canary-host',
  server_ip: '2001:db8::ca:a1',
};
const formats = [
  'text/plain; version=0.0.4',
  'text/plain; version=1.0.0; escaping=underscores',
  'application/openmetrics-text; version=1.0.0',
];

test('MAC, DUID, address, vendor class and names reach ClickHouse, and neither an exposition nor a log line', async () => {
  const place = await makeIngestPlace({
    clickhouse: { url: 'embedded:clickhouse', staleness_seconds: 2 },
    ingest: { spool_dir: 'spool' },
  });
  const server = await startServer(place.config);
  const { secret } = await place.mint('Prometheus');
  const answers: string[] = [];
  const post = async (stream: string, body: string | Buffer, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${place.origin}/api/ingest/${stream}`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${place.collector}`, 'content-type': 'application/x-ndjson', ...headers },
    });
    answers.push(await answer.text());
    return answer.status;
  };
  const ts = Date.now();
  const row = { ts, message_type: 'ack', ...canaries };
  const line = `${JSON.stringify(row)}\n`;
  const words = Object.values(canaries);

  expect(await post('dhcp-events', line)).toBe(202);
  expect(await post('dhcp-events', gzipSync(line), { 'content-encoding': 'gzip' })).toBe(202);
  const counter = { ts, name: canaries.hostname, value: 1, labels: { [canaries.mac]: canaries.ip } };
  expect(await post('counter-stats', `${JSON.stringify(counter)}\n`)).toBe(202);
  expect(await post('set-stats', `${JSON.stringify({ ts, set: canaries.duid, size: 1 })}\n`)).toBe(202);
  expect(await post('dhcp-events', line, { 'idempotency-key': canaries.mac })).toBe(202);

  const wrong = [
    ...words.map((word) => ({ ...row, [word]: 1 })),
    ...Object.keys(canaries).map((field) => ({ ...row, [field]: { [canaries.mac]: canaries.ip } })),
    { ...row, ip: canaries.hostname },
    { ...row, mac: canaries.hostname },
    { ...row, ts: canaries.mac },
  ];
  for (const one of wrong) expect(await post('dhcp-events', `${JSON.stringify(one)}\n`)).toBe(400);
  expect(await post('dhcp-events', line.slice(0, -5))).toBe(400);
  expect(await post(canaries.mac, line)).toBe(404);
  expect(await post(`dhcp-events?mac=${canaries.mac}`, line)).toBeLessThan(500);

  await place.drained();
  process.kill(childOf(server.child.pid)!, 'SIGKILL'); // failures have something to say too
  for (let n = 0; n < 5; n += 1) await post('dhcp-events', line);
  await eventually('ClickHouse is back', () => childOf(server.child.pid));
  await place.drained();

  for (const accept of formats) {
    const headers = { accept, authorization: `Bearer ${secret}` };
    const exposition = await ask(`${place.origin}/api/metrics/prometheus`, { headers });
    expect(exposition.text).toContain('dhcp_dpi_clickhouse_batch_insert_seconds_count');
    for (const word of words) expect(exposition.text).not.toContain(word);
  }
  expect(await server.kill('SIGTERM')).toBe(0);
  const said = server.output() + answers.join('\n');
  expect(said).toContain('the embedded ClickHouse ended');
  for (const word of words) expect(said).not.toContain(word);

  await inside(join(place.folder, 'clickhouse'), async (client) => {
    expect((await countRows(client)).rows).toBeGreaterThanOrEqual(8);
    const [kept] = await client.select(
      'SELECT mac, duid, ip, vendor_class, hostname, server_ip FROM dhcp_events LIMIT 1',
    );
    expect(kept).toEqual(canaries);
  });
}, 120_000);
