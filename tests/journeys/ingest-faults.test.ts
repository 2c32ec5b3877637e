/** A ClickHouse server that is down at the start, answers errors, loses answers and hangs. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createClickHouse } from '../../backend/clickhouse/client.ts';
import { startCollectors } from '../support/collectors.ts';
import { startFaultyClickHouse } from '../support/faulty-clickhouse.ts';
import { countRows, makeIngestPlace } from '../support/ingest-journey.ts';
import { eventually, freePort, startServer } from '../support/server.ts';

test('whatever it does, rows are accepted, the numbers tell, and each row is written once', async () => {
  const clickhouse = await startFaultyClickHouse();
  const port = await freePort();
  const place = await makeIngestPlace({
    clickhouse: {
      url: `http://127.0.0.1:${port}`,
      username: clickhouse.credential.username,
      password_file: 'password',
      staleness_seconds: 1,
    },
    ingest: { spool_dir: 'spool' },
  });
  writeFileSync(join(place.folder, 'password'), `${clickhouse.credential.password}\n`, { mode: 0o600 });
  const up = () => place.metric('dhcp_dpi_clickhouse_up', { instance: '127.0.0.1' });
  const errors = (operation: string) => place.metric('dhcp_dpi_clickhouse_query_errors_total', { operation });
  const inserted = () => place.metric('dhcp_dpi_clickhouse_batch_insert_seconds_count');

  const server = await startServer(place.config);
  const collectors = startCollectors({ place, jwt: place.collector, pauseMs: 100 });
  await eventually('rows are accepted while it is down', () => collectors.rows > 1_000);
  await eventually('its absence is told', async () => (await up()) === 0 && (await errors('probe'))! > 1);
  expect(await errors('migrate')).toBeGreaterThan(0);
  expect([await errors('insert_dhcp_events'), await inserted()]).toEqual([0, 0]);

  await clickhouse.listen(port);
  await eventually('rows go in', async () => (await up()) === 1 && (await inserted())! > 0);

  for (const fault of ['errors', 'loses answers', 'hangs'] as const) {
    const before = { errors: (await errors('insert_dhcp_events'))!, faults: clickhouse.faults, rows: collectors.rows };
    clickhouse.misbehave(fault);
    await eventually(`it ${fault}, and is told to be down`, async () => (await up()) === 0);
    await eventually(`inserts met it: ${fault}`, () => clickhouse.faults > before.faults + 3);
    await eventually('rows are accepted meanwhile', () => collectors.rows > before.rows + 500);
    clickhouse.misbehave('none');
    await eventually('it is up again', async () => (await up()) === 1);
    await eventually('inserts had failed', async () => (await errors('insert_dhcp_events'))! > before.errors);
  }
  await collectors.stop();
  await place.drained();
  expect(await server.kill('SIGTERM')).toBe(0);

  const url = `http://127.0.0.1:${port}`;
  const client = createClickHouse({ url, ...clickhouse.credential, database: 'vitals' });
  expect(await countRows(client)).toEqual({ rows: collectors.rows, different: collectors.rows });
  await client.close();
});
