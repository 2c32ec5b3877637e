/** ClickHouse or the backend going away under load: every acknowledged row is there exactly once afterwards. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { isRunning } from '../backend/clickhouse-harness.ts';
import { startCollectors } from '../support/collectors.ts';
import { auditNumbers, childOf, countRows, inside, makeIngestPlace } from '../support/ingest-journey.ts';
import { eventually, startServer } from '../support/server.ts';

const settings = {
  clickhouse: { url: 'embedded:clickhouse', staleness_seconds: 2 },
  ingest: { spool_dir: 'spool', spool_max_mb: 256 },
};
const OUTAGE_MS = 20_000;
const inserts = { operation: 'insert_dhcp_events' };

test('ClickHouse hangs and is killed again and again for 20 seconds, in the middle of batches', async () => {
  const place = await makeIngestPlace(settings);
  const server = await startServer(place.config);
  const collectors = startCollectors({ place, jwt: place.collector });
  await eventually('rows arrive', () => collectors.rows > 5_000);
  const clickhouseUp = () => place.metric('dhcp_dpi_clickhouse_up', { instance: 'embedded' });
  expect(await clickhouseUp()).toBe(1);

  let kills = 0;
  let hasFallen = false;
  for (const end = performance.now() + OUTAGE_MS; performance.now() < end;) {
    const child = childOf(server.child.pid);
    if (child === undefined) {
      await delay(20);
      continue;
    }
    await delay(Math.random() * 300);
    if (kills % 2 === 0 && isRunning(child)) process.kill(child, 'SIGSTOP');
    hasFallen ||= await eventually('it hangs long enough', async () => (await clickhouseUp()) === 0);
    if (isRunning(child)) process.kill(child, 'SIGKILL');
    kills += 1;
  }
  expect(kills).toBeGreaterThan(1);
  expect(hasFallen).toBe(true);
  const before = collectors.rows;
  await eventually('rows arrive still', () => collectors.rows > before);
  await collectors.stop();
  await eventually('ClickHouse is up again', async () => (await clickhouseUp()) === 1);
  await place.drained();
  expect(await place.metric('dhcp_dpi_clickhouse_query_errors_total', inserts)).toBeGreaterThan(0);
  expect(await place.metric('dhcp_dpi_clickhouse_query_errors_total', { operation: 'probe' })).toBeGreaterThan(0);
  expect(await place.metric('dhcp_dpi_clickhouse_batch_insert_seconds_count')).toBeGreaterThan(0);

  const events = await place.story();
  expect(await server.kill('SIGTERM')).toBe(0);
  await inside(join(place.folder, 'clickhouse'), async (client) => {
    expect(await countRows(client)).toEqual({ rows: collectors.rows, different: collectors.rows });
    const shipped = await auditNumbers(client);
    expect(shipped.length).toBeGreaterThan(0);
    expect(shipped).toEqual(events.slice(0, shipped.length).map(({ seq }) => seq));
  });
});

test('the backend is killed again and again under load: no orphan, nothing lost, nothing doubled', async () => {
  const place = await makeIngestPlace(settings);
  let server = await startServer(place.config);
  const collectors = startCollectors({ place, jwt: place.collector, senders: 3 });
  for (let round = 0; round < 4; round += 1) {
    const before = collectors.rows;
    await eventually('rows arrive', () => collectors.rows > before + 3_000);
    await delay(Math.random() * 1_500); // anywhere between a request, its sealing and its insert
    const child = childOf(server.child.pid);
    await server.kill('SIGKILL');
    expect(child).toBeDefined();
    await eventually('its ClickHouse is gone with it', () => !isRunning(child!));
    server = await startServer(place.config);
  }
  await collectors.stop();
  expect(collectors.failures).toBeGreaterThan(0);
  await place.drained();
  const events = await place.story();
  expect(await server.kill('SIGTERM')).toBe(0);
  await inside(join(place.folder, 'clickhouse'), async (client) => {
    expect(await countRows(client)).toEqual({ rows: collectors.rows, different: collectors.rows });
    const shipped = await auditNumbers(client);
    expect(shipped.length).toBeGreaterThan(0);
    expect(shipped).toEqual(events.slice(0, shipped.length).map(({ seq }) => seq));
  });
});
